"""A refusal says what, why and the way out, and never shows a cell value."""

from typing import ClassVar

from declare.sentence import Part, Sentence


class Refusal(Exception):
    """A rule says no; nothing was changed.

    `message` and `remedy` are English; `said` and `way_out` are what they were made from, for screens in other
    languages. Names, days and roles are given as `parts` for the places in both.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str, **parts: Part) -> None:
        self.said, self.way_out = Sentence(message, parts), Sentence(remedy, parts)
        self.message = str(self.said)
        self.remedy = str(self.way_out)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message}\n  way out: {self.remedy}"


class WrongInput(Refusal):
    """The input or the call cannot be understood: a file, a declaration, an option."""

    exit_code: ClassVar[int] = 2


class Fault(Refusal):
    """The machine or the program failed: a full disk, a broken store."""

    exit_code: ClassVar[int] = 3
