"""Runs Alembic's batch mode on SQLite, for the histories of tests/it/honest.

Reads a JSON list of jobs from standard input, {"given": [SQL, …], "code": PYTHON}, and writes a
list of answers: {"master": [SQL, …]}, what SQLite holds after the code has run with `op` and `sa`,
or {"error": …}.
"""

import json
import sys
import warnings

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

warnings.simplefilter("ignore")

MASTER = """SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
ORDER BY type = 'trigger', type = 'view', type = 'index', rowid"""


def run(job):
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in job["given"]:
            connection.exec_driver_sql(statement)
        op = Operations(MigrationContext.configure(connection))
        exec(job["code"], {"op": op, "sa": sa})  # noqa: S102: the code is the test's own
        rows = connection.exec_driver_sql(MASTER).fetchall()
    engine.dispose()
    return {"master": [row[0] for row in rows]}


def main():
    answers = []
    for job in json.load(sys.stdin):
        try:
            answers.append(run(job))
        except Exception as error:  # noqa: BLE001: every failure is an answer
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


main()
