from sqlmodel import Field, SQLModel


class Trial(SQLModel, table=True):
    id: int = Field(primary_key=True)
