import os

from company.names import convention
from company.types import Money, audited
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData

db = SQLAlchemy(metadata=MetaData(naming_convention=convention))


def only_big(ddl, target, bind, **kw):
    return bind.execute("SELECT 1").scalar()


class Team(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    price = db.Column(Money())
    mail = audited(db.String(80))
    MAX = int(os.environ["MAX"])

    __table_args__ = (
        db.Index("ix_team_price", "price").ddl_if(callable_=only_big),
        *audited.constraints(),
        {"sqlite_autoincrement": True},
    )


class PurchaseOrder(db.Model):
    id = db.Column(db.Integer, db.Sequence("orders"), primary_key=True)
    team_id = db.Column(db.ForeignKey("team.id"), nullable=False)
    state = db.Column(db.Enum("open", "done", name="state"))
    teams = db.relationship("Team")


members = db.Table(
    "members",
    db.Column("team_id", db.Integer, db.ForeignKey(Team.id), primary_key=True),
    db.Column("name", db.String(20), primary_key=True),
)


class Named(db.Model):
    __tablename__ = os.environ["NAMED"]
    id = db.Column(db.Integer, primary_key=True)
