from sqlalchemy import Column, Integer, MetaData, String, Table, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column

Second = declarative_base()
third = MetaData()
fourth = MetaData()


@event.listens_for(Table, "after_parent_attach")
def no_table_is_changed(table, parent):
    table.info["seen"] = True


class First(DeclarativeBase):
    pass


class Person(First):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)


class Place(Second):
    __tablename__ = "places"

    id = Column(Integer, primary_key=True)


things = Table("things", third, Column("id", Integer, primary_key=True), Column("name", String(5)))
others = Table("others", fourth, Column("id", Integer, primary_key=True))
