from datetime import datetime

from sqlalchemy import Column, DateTime, text
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    __tablename__ = 'users'

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=255, unique=True, index=True)
    hashed_password: str = Field(max_length=255)
    display_name: str = Field(max_length=80)
    created_at: datetime = Field(
        sa_column=Column(DateTime(), server_default=text('CURRENT_TIMESTAMP'), nullable=False)
    )
