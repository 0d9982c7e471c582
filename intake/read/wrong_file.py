"""The whole file is refused. Messages hold offsets, numbers and declared names, never what the file holds."""

from declare import WrongInput


class WrongFile(WrongInput):
    """A delivery that cannot be read as its source is declared; nothing of it was taken in."""

    def __init__(self, source: str, why: str, *, remedy: str) -> None:
        super().__init__(f"the file for {source} {why}; nothing was read", remedy=remedy)
