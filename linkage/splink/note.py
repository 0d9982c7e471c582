"""What is told of a part that could not be carried over as it was."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    where: str
    said: str
    """Why, and what comes nearest."""
    kept: bool
    """Whether it is there in a form that is not quite the same; otherwise it is left out."""

    def __str__(self) -> str:
        return f"{self.where}: {self.said}"
