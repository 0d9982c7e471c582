"""The whole file is refused. Messages hold offsets, numbers and declared names, never what the file holds."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from declare import WrongInput

Item = TypeVar("Item")


class WrongFile(WrongInput):
    """A delivery that cannot be read as its source is declared; nothing of it was taken in."""

    def __init__(self, source: str, why: str, *, remedy: str) -> None:
        super().__init__(f"the file for {source} {why}; nothing was read", remedy=remedy)


def attempt(call: Callable[[], Item], errors: tuple[type[BaseException], ...]) -> Item | None:
    """What `call` gives, or None when it raises one of `errors`.

    Whoever refuses because of it does so outside the handler: a library's error may quote the file, and would travel
    along as the context of the refusal.
    """
    try:
        return call()
    except errors:
        return None


def guarded(items: Iterator[Item], errors: tuple[type[BaseException], ...], refusal: WrongFile) -> Iterator[Item]:
    """The items; where a library raises one of `errors`, the refusal instead of it, without a trace of its words."""
    while True:
        try:
            item = next(items)
        except StopIteration:
            return
        except errors:
            break
        yield item
    raise refusal
