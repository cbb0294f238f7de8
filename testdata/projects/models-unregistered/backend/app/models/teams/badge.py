from sqlmodel import Field, SQLModel


class Badge(SQLModel, table=True):
    id: int = Field(primary_key=True)
