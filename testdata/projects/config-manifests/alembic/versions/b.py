from alembic import op

revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    op.drop_constraint("uq_hero_name", "hero")


def downgrade():
    op.create_unique_constraint("uq_hero_name", "hero", ["name"])
