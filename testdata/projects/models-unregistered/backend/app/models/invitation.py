from sqlmodel import Field, SQLModel


class Invitation(SQLModel, table=True):
    id: int = Field(primary_key=True)
