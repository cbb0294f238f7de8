from .core import metadata
