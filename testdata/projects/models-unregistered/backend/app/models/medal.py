from sqlmodel import Field, SQLModel


class Medal(SQLModel, table=True):
    id: int = Field(primary_key=True)
