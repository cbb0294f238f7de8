"""A model that lies with the migrations; names that are bound anew; one that is imported only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Mapped, Session, declarative_base, mapped_column

from app.models import Hero, Power
from alembic.versions.frozen import Old

revision = 'a3'
down_revision = 'a2'

Base = declarative_base()


class Power(Base):
    __tablename__ = 'powers'

    id: Mapped[int] = mapped_column(primary_key=True)


def upgrade():
    Hero = sa.table('heroes', sa.column('name', sa.String(50)))
    op.execute(Hero.update().values(name='y'))
    with Session(op.get_bind()) as session:
        session.query(Power).delete()


def downgrade():
    pass
