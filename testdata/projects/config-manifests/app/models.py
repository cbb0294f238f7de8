from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
