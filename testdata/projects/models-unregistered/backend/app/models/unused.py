from sqlmodel import Field, SQLModel


class Unused(SQLModel, table=True):
    id: int = Field(primary_key=True)
