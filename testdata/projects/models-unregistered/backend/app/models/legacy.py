from sqlmodel import Field, SQLModel


class LegacyNote(SQLModel, table=True):
    __tablename__ = 'legacy_note'

    id: int = Field(primary_key=True)
