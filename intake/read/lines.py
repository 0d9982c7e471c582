"""Text in lines, ended by LF, CR or both; lines with nothing in them are none."""

from collections.abc import Iterable, Iterator
from itertools import chain

from intake.read.raw import LONGEST
from intake.read.wrong_file import WrongFile
from intake.source import Source


def lines(blocks: Iterable[bytes], source: Source) -> Iterator[list[str]]:
    """The lines of each block of UTF-8, in order. Raises `WrongFile` for one longer than `LONGEST`."""
    rest = b""
    for block in chain(blocks, [None]):
        rest += block or b""
        # A CR at the end may be half of an end of line.
        end = len(rest) if block is None else max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
        piece, rest = rest[:end], rest[end:]
        if len(rest) > LONGEST:
            remedy = f"No line may be longer than {LONGEST // 2**20} MiB; check the line ends and `kind`."
            raise WrongFile(source.id, "cannot be split into lines", remedy=remedy)
        whole = piece.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield [line for line in whole if line]
