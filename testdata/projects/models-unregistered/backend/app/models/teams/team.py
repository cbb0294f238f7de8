from sqlmodel import Field, SQLModel


class Team(SQLModel, table=True):
    id: int = Field(primary_key=True)
