"""Files that suppliers leave for a source in its inbox, and how the room knows that one is whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from declare import Refusal, digest_file
from flows.arrival import form_of_arrival
from koppelkamer.room import Room

SUM: Final = ".sha256"
"""Whoever leaves FILE, leaves FILE.sha256 after it, as `sha256sum FILE > FILE.sha256` writes it."""
REFUSED: Final = "refused"
"""Folder in the inbox for what was refused."""


class NothingThere(Refusal):
    """Nobody delivered, or what there is is still on its way."""

    def __init__(self, source: str, unfinished: int) -> None:
        super().__init__(
            "no whole file of %(source)s lies in its inbox; %(unfinished)s not whole"
            if unfinished
            else "no whole file of %(source)s lies in its inbox",
            remedy="The supplier leaves a file, and beside it its digest in a file of that name and %(sum)s.",
            source=source,
            unfinished=unfinished,
            sum=SUM,
        )


def whole(room: Room, source: str) -> list[Path]:
    """Files of which the digest beside them is right, in the order of their names. Raises `NothingThere`.

    A link is no file: it may point to what the supplier cannot read itself.
    """
    folder = room.inbox(source)
    there = sorted(path for path in folder.glob("*") if path.is_file() and not path.is_symlink())
    files = [path for path in there if path.suffix != SUM]
    found = [path for path in files if _is_whole(path)]
    if not found:
        raise NothingThere(source, len(files))
    return found


def period_of(room: Room, source: str, file: Path) -> str | None:
    """What a file in clear is about: its name without the ending. A sealed one says it itself."""
    declared = room.source(source)
    clear = form_of_arrival(room, declared, file) == "clear"
    return file.stem if clear and declared.period is not None else None


def clear(file: Path) -> None:
    """Its rows are in the store: it goes, with its digest."""
    for path in _both(file):
        path.unlink(missing_ok=True)


def set_apart(file: Path) -> None:
    """It was refused: out of the way, for whoever wants to look what was wrong with it."""
    place = file.parent / REFUSED
    place.mkdir(exist_ok=True)
    for path in _both(file):
        path.replace(place / path.name)


def _both(file: Path) -> Iterator[Path]:
    yield file
    yield file.with_name(file.name + SUM)


def _is_whole(file: Path) -> bool:
    beside = file.with_name(file.name + SUM)
    if not beside.is_file() or beside.is_symlink() or beside.stat().st_size > 4096:
        return False
    said = beside.read_bytes().split(maxsplit=1)
    return bool(said) and said[0].lower() == digest_file(file).encode()
