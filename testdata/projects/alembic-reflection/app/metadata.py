from sqlalchemy import MetaData


def get_metadata():
    return MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"})
