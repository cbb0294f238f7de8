from app.schemas import LaterRead


def read(row, notes):
    out = LaterRead.model_validate(row)
    out.note = notes[row.id]
    return out
