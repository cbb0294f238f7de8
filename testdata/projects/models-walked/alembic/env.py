import os
from importlib import import_module
from pathlib import Path

from alembic import context

from app import models, parts, plugins  # noqa: F401
from app.common import utils
from app.db import Base

utils.import_modules_below(os.path.dirname(plugins.__file__))

for file in Path("app/late").glob("*.py"):
    import_module(f"app.late.{file.stem}")

target_metadata = Base.metadata
context.configure(target_metadata=target_metadata)
