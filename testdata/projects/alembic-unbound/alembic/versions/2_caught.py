from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    try:
        op.execute(maybe_there)
    except NameError:
        pass


def downgrade():
    pass
