from sqlmodel import Field, SQLModel


class Tag(SQLModel, table=True):
    __tablename__ = 'tags'

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=50, unique=True)


class TaskTag(SQLModel, table=True):
    __tablename__ = 'task_tags'

    task_id: int = Field(foreign_key='tasks.id', primary_key=True)
    tag_id: int = Field(foreign_key='tags.id', primary_key=True)
