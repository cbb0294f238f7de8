from pydantic import BaseModel, ConfigDict, Field, model_validator


class CamelModel(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper)


class StaleRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class MixedRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class AnsweredRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class AssignedRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class CamelRead(CamelModel):
    id: int
    title: str | None
    note: str | None = None


class BeforeRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def fill(cls, row):
        return {"id": row.id, "title": row.title, "note": "none"}


class GivenRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class FarRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class KeyedRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class LaterRead(BaseModel):
    id: int
    title: str | None
    note: str | None = None


class RetiredRead(BaseModel):
    id: int
    title: str | None
    note: str | None = Field(None, deprecated=True)


class HiddenRead(BaseModel):
    id: int
    title: str | None
    note: str | None = Field(None, exclude=True)


def given(row):
    return GivenRead(id=row.id, title=row.title, note="computed")
