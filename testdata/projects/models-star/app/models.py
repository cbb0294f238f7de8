from sqlalchemy import *

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
)

Index("ix_people_name", func.lower(people.c.name))
