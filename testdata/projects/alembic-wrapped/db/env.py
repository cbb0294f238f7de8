from alembic import context
from db import helpers

config = context.config
version_table_schema = config.get_main_option("version_table_schema")

context.configure(version_table_schema=version_table_schema)
with context.begin_transaction():
    context.run_migrations()
