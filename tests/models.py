"""Runs a project's models, for the proofs: what `create_all` would send.

    models.py ROOT ENV DIALECT

Loads the env.py of a project as Alembic would, with the project's own libraries, and prints a JSON
list of the statements that its metadata sends to an empty database.
"""

import json
import os
import pathlib
import pkgutil
import shutil
import sys
import tempfile
import types

import sqlalchemy as sa


class Context(types.ModuleType):
    """Stands for `alembic.context`, and keeps the metadata that it is given."""

    target_metadata = None

    def configure(self, target_metadata=None, **_):
        self.target_metadata = target_metadata

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def flask(root):
    """An application with every module of the project, as `flask db` has one."""
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

    loaded = [__import__(found.name, fromlist=["x"]) for found in pkgutil.walk_packages([str(root)])
              if found.name.split(".")[0] not in ("migrations", "alembic")]
    db = next(v for module in loaded for v in vars(module).values() if isinstance(v, SQLAlchemy))
    app = Flask("project")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    app.extensions["migrate"] = types.SimpleNamespace(db=db)
    app.app_context().push()


def main():
    given, env, dialect = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    # Some make a database where they are started.
    scratch = tempfile.TemporaryDirectory()
    root = pathlib.Path(scratch.name) / given.name
    shutil.copytree(given, root, symlinks=True)
    env = root / env.relative_to(given)
    sys.path[:0] = [str(root)]
    # Where people run Alembic.
    os.chdir(root)
    sys.dont_write_bytecode = True
    context = Context("alembic.context")
    alembic = types.ModuleType("alembic")
    alembic.context = context
    sys.modules |= {"alembic": alembic, "alembic.context": context}
    text = env.read_text()
    if "current_app" in text:
        flask(root)
    names = {"__name__": "env", "__file__": str(env)}
    exec(compile(text, str(env), "exec"), names)  # noqa: S102: the fixture's own code
    metadata = context.target_metadata
    metadata = names["target_metadata"] if metadata is None else metadata
    sent = []
    engine = sa.create_mock_engine(f"{dialect}://", lambda sql, *_: sent.append(sql))
    metadata.create_all(engine, checkfirst=False)
    print(json.dumps([str(sql.compile(dialect=engine.dialect)).strip() for sql in sent]))


main()
