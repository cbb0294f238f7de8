from flask_sqlalchemy import SQLAlchemy


class Database(SQLAlchemy):
    """Of its own, and with all that it inherits."""

    def dispose(self):
        self.engine.dispose()


db: Database = Database()
