from app.schemas import KeyedRead


def read(row, notes):
    data = {"id": row.id, "title": row.title, "note": notes[row.id]}
    return KeyedRead(**data)
