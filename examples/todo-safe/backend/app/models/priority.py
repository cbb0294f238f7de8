from sqlmodel import Field, SQLModel


class Priority(SQLModel, table=True):
    __tablename__ = 'priorities'

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=20, unique=True)
