from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class Task(SQLModel, table=True):
    __tablename__ = 'tasks'

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key='users.id', ondelete='CASCADE', index=True)
    title: str = Field(sa_column=Column(Text(), nullable=False))
    description: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))
    completed: bool = Field(default=False, sa_column_kwargs={'server_default': '0'})
    priority_id: int | None = Field(default=None, foreign_key='priorities.id')
    is_recurring: bool = False
    due_date: datetime | None = Field(default=None, index=True)
    estimate: int | None = None


class TaskHistory(SQLModel, table=True):
    __tablename__ = 'task_history'

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(index=True)
    title: str = Field(max_length=200)
