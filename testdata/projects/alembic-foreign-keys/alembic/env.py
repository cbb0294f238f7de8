from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    connection.execute(text("PRAGMA foreign_keys=OFF"))
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
if connection.dialect.name == "sqlite":
    connection.execute(text("PRAGMA foreign_keys=ON"))
