from alembic import op

revision = 'b'
down_revision = 'a'


def upgrade():
    op.execute('CREATE OR REPLACE VIEW small AS SELECT id FROM boxes')
    op.execute("ALTER TYPE color ADD VALUE 'green'")


def downgrade():
    pass
