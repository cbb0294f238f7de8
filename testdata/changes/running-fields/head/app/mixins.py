class Noting:
    @property
    def note(self):
        return ""


class Noted(
    Noting,
):
    pass
