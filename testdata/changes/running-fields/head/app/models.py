from app.mixins import Noted
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Answers:
    def __getattr__(self, name):
        return None


class Stale(Base):
    __tablename__ = "stale"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class WithNote:
    @property
    def note(self):
        return ""


class Mixed(WithNote, Base):
    __tablename__ = "mixed"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Answered(Answers, Base):
    __tablename__ = "answered"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Assigned(Base):
    __tablename__ = "assigned"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Camel(Base):
    __tablename__ = "camel"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Before(Base):
    __tablename__ = "before"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Given(Base):
    __tablename__ = "given"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Far(Noted, Base):
    __tablename__ = "far"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Keyed(Base):
    __tablename__ = "keyed"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Later(Base):
    __tablename__ = "later"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Retired(Base):
    __tablename__ = "retired"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Hidden(Base):
    __tablename__ = "hidden"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]


Assigned.note = property(lambda self: "")
