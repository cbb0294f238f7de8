import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def kind():
    return geo.sqlalchemy.String(3)


def upgrade():
    op.add_column("t", sa.Column("a", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("t", sa.Column("b", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("t", sa.Column("c", kind(), nullable=True))


def downgrade():
    for column in columns:
        op.drop_column("t", column)
