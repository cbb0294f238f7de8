"""Runs Alembic projects on live servers, for the proofs.

Reads a JSON list of jobs from standard input: {"dir": …, "script": …, "url": …, "steps": […]}, and writes a
list of lists of answers. A step is {"up": REVISION}, {"down": REVISION}, {"write": {path: text}}
or {"query": SQL}; its answer {"ok": true, "rows": […]} or {"error": …, "state": SQLSTATE}.
"""

import json
import pathlib
import sys
import warnings

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

warnings.simplefilter("ignore")


def run(job, step, engine):
    root = pathlib.Path(job["dir"])
    if "write" in step:
        for path, text in step["write"].items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return {"ok": True}
    if "query" in step:
        with engine.begin() as connection:
            rows = connection.execute(sa.text(step["query"])).fetchall()
        return {"ok": True, "rows": [[str(v) for v in row] for row in rows]}
    config = Config(str(root / "alembic.ini"))
    config.set_main_option("script_location", str(root / job.get("script", "alembic")))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        if "up" in step:
            command.upgrade(config, step["up"])
        else:
            command.downgrade(config, step["down"])
        connection.commit()
    return {"ok": True}


def state(error):
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None)


def main():
    answers = []
    for job in json.load(sys.stdin):
        engine = sa.create_engine(job["url"], poolclass=sa.NullPool)
        of_job = []
        for step in job["steps"]:
            try:
                of_job.append(run(job, step, engine))
            except Exception as error:  # noqa: BLE001: every failure is an answer
                text = f"{type(error).__name__}: {error}"
                of_job.append({"error": text, "state": state(error)})
        engine.dispose()
        answers.append(of_job)
    json.dump(answers, sys.stdout)


main()
