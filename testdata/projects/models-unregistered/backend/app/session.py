from sqlmodel import Field, SQLModel


class Session(SQLModel, table=True):
    id: int = Field(primary_key=True)
