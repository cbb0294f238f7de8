from sqlalchemy import MetaData


def _column_names(constraint, table):
    return "_".join(c.name for c in constraint.columns)


metadata = MetaData()
metadata.naming_convention = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_names)s",
    "ix": "ix_%(of)s%(table_name)s_%(column_0_name)s",
    "column_names": _column_names,
    "of": lambda index, table: "of_",
}
