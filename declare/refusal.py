"""A refusal says what, why and the way out, and never shows a cell value."""

from typing import ClassVar


class Refusal(Exception):
    """A rule says no; nothing was changed."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  way out: {self.remedy}"


class WrongInput(Refusal):
    """The input or the call cannot be understood: a file, a declaration, an option."""

    exit_code: ClassVar[int] = 2


class Fault(Refusal):
    """The machine or the program failed: a full disk, a broken store."""

    exit_code: ClassVar[int] = 3
