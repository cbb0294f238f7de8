"""Models through their module, in helpers, imported inside; a Table; one that is only annotated."""

from alembic import op
from sqlalchemy import orm, select, update

from app import models
from app.models import teams
from app.models.heroes import Power as P

revision = 'a2'
down_revision = 'a1'


def rename(session, hero: models.Hero):
    session.execute(update(teams).values(city='Rome'))
    hero.name = 'x'


def never(session):
    session.query(models.base.Base)


def upgrade():
    session = orm.Session(bind=op.get_bind())
    for hero in session.execute(select(models.Hero)).scalars():
        rename(session, hero)


def downgrade():
    from app.models.heroes import Power

    op.get_bind().execute(select(Power.label).where(P.id == 1))
