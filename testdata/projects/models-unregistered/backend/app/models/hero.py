from sqlmodel import Field, SQLModel


class Hero(SQLModel, table=True):
    id: int = Field(primary_key=True)

    def sign_in(self):
        from app.session import Session

        return Session(id=1)
