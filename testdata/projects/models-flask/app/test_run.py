from . import db


class TestRun(db.Model):
    """No test: a table of them."""

    id = db.Column(db.Integer, primary_key=True)
