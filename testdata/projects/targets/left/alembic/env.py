from alembic import context

context.configure(url="postgresql://app@localhost/app", render_as_batch=True)
