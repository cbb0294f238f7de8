import importlib
import os


def import_modules_below(folder):
    """Every module below a folder."""
    for root, _, files in os.walk(folder):
        for file in sorted(files):
            if file.endswith(".py") and file != "__init__.py":
                below = os.path.relpath(os.path.join(root, file[:-3]), os.getcwd())
                importlib.import_module(below.replace(os.sep, "."))
