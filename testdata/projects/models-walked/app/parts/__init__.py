import os
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "tables"

for file in FOLDER.glob("*.py"):
    import_module(f"app.parts.tables.{file.stem}")

for name in os.listdir(os.path.join(os.path.dirname(__file__), "more")):
    if name.endswith(".py"):
        import_module("app.parts.more." + name[:-3])
