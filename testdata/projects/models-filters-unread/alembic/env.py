import re
from operator import methodcaller

from alembic import context

from app.models import Base

target_metadata = Base.metadata


def include_name(name, type_, parent_names):
    # Of indexes, the models' own are not asked about here.
    return type_ != "index" or bool(re.match("ix_told", name))


context.configure(target_metadata=target_metadata, include_object=methodcaller("kept"), include_name=include_name)
