from alembic import context

from app.db.tools.load import load

load()
context.configure()
