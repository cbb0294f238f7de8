"""Runs Alembic's operations, for the histories of tests/it/honest.

Reads a JSON list of jobs from standard input, and writes a list of answers.

{"given": [SQL, …], "code": PYTHON} runs the code with `op` and `sa` on SQLite; the answer is
{"master": [SQL, …]}, what it holds then, or {"error": …}.

{"given": [SQL, …], "lines": [PYTHON, …], "url": …, "catalog": QUERY} runs each line for itself on
PostgreSQL and goes on where one fails; the answer is {"errors": [TEXT or null, …], "catalog": …},
what the query says in the end. Nothing stays.
"""

import json
import sys
import warnings

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

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


def run_lines(job):
    engine = sa.create_engine(job["url"], poolclass=sa.NullPool)
    errors = []
    with engine.connect() as connection:
        for statement in job["given"]:
            connection.exec_driver_sql(statement)
        for line in job["lines"]:
            op = Operations(MigrationContext.configure(connection))
            names = {"op": op, "sa": sa, "postgresql": postgresql}
            try:
                with connection.begin_nested():
                    exec(line, names)  # noqa: S102: the code is the test's own
                errors.append(None)
            except Exception as error:  # noqa: BLE001: every failure is an answer
                errors.append(f"{type(getattr(error, 'orig', None) or error).__name__}: {error}")
        catalog = connection.exec_driver_sql(job["catalog"]).scalar()
        connection.rollback()
    return {"errors": errors, "catalog": catalog}


def main():
    answers = []
    for job in json.load(sys.stdin):
        try:
            answers.append(run_lines(job) if "lines" in job else run(job))
        except Exception as error:  # noqa: BLE001: every failure is an answer
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


main()
