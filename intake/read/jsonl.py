"""JSON lines: an object a line, its members the columns. What stands for an absent member is an empty cell."""

import json
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from intake.read.content import Content
from intake.read.encoding import utf8
from intake.read.gathered import Gathered
from intake.read.header import check_header
from intake.read.lines import lines
from intake.read.raw import Raw
from intake.read.typed import NESTED, Cell, number, truth
from intake.source import FileFormat, Source


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """Members in order, doubled ones twice."""

    __slots__ = ()


def _no_number(_: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are not JSON (RFC 8259)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Object, parse_float=_Number, parse_int=_Number, parse_constant=_no_number
)


def read_jsonl(content: Content, source: Source) -> Iterator[Raw]:
    """A row for each line. Raises `WrongFile` also, at the end, for declared columns that no line has."""
    gathered, declared = Gathered(source), {column.name for column in source.columns}
    seen: set[str] = set()
    for some in lines(utf8(content.blocks(), source), source):
        for line in some:
            if line.strip():
                _row(line, gathered, declared, seen, source.file)
        if gathered.waiting:
            yield gathered.take()
    check_header(sorted(seen & declared), source)


def _row(line: str, gathered: Gathered, declared: set[str], seen: set[str], file: FileFormat) -> None:
    members = _decoded(line)
    if members is None:
        return gathered.set_apart("not-a-json-object")
    names = {name for name, _ in members}
    seen |= names
    if len(names) < len(members):
        return gathered.set_apart("doubled-column")
    if not names <= declared:
        return gathered.set_apart("undeclared-column")
    return gathered.keep({name: _cell(value, file) for name, value in members})


def _decoded(line: str) -> _Object | None:
    try:
        value = _DECODER.decode(line)
        if "\\u" in line:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # half a surrogate pair is no text, and cannot be encoded
        return None
    return value if isinstance(value, _Object) else None


def _cell(value: Any, file: FileFormat) -> Cell:
    match value:
        case None:
            return None
        case bool():
            return truth(value)
        case _Number():
            return number(value, file)
        case str():
            return value
        case _:
            return NESTED
