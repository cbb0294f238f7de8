from . import db


class Person(db.Model):
    __tablename__ = "people"

    id = db.Column(db.Integer, primary_key=True)
    kind = db.Column(db.String(10))


class Admin(Person):
    """Without a key of its own it stays in the table above, whatever its name."""

    __tablename__ = "admins"
    __mapper_args__ = {"polymorphic_identity": "admin"}

    rights = db.Column(db.Integer)


class Task(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class HardTask(Task):
    """With a key of its own it has a table, without a name being given."""

    id = db.Column(db.Integer, db.ForeignKey("task.id"), primary_key=True)
    weight = db.Column(db.Integer)
