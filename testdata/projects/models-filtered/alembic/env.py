from alembic import context

from app.models import Base

target_metadata = Base.metadata


def include_name(name, type_, parent_names):
    if type_ == "index":
        return not name.startswith("ix_raw_")
    if type_ == "column":
        return (parent_names["table_name"], name) != ("teams", "secret")
    return True


def include_object(object, name, type_, reflected, compare_to):
    if type_ == "table":
        return not object.info.get("is_view", False)
    if type_ == "column" and not reflected and object.info.get("skip_autogenerate", False):
        return False
    if type_ == "column" and reflected and compare_to is None and name.startswith(("legacy_", "old_")):
        return False
    if type_ in ("foreign_key_constraint", "unique_constraint"):
        return name is None or "_loose_" not in name
    return True


context.configure(target_metadata=target_metadata, include_object=include_object, include_name=include_name)
