from sqlmodel import Field, SQLModel


class Seat(SQLModel, table=True):
    __table_args__ = {'schema': 'club'}

    id: int = Field(primary_key=True)
