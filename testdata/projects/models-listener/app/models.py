from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, event

metadata = MetaData()


@event.listens_for(Table, "after_parent_attach")
def stamp(table, parent):
    table.append_column(Column("stamped_at", DateTime))


people = Table("people", metadata, Column("id", Integer, primary_key=True), Column("name", String(40), nullable=False))
