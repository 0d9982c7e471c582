"""How a file seems to be written: what a declaration would say of it, as far as the file tells. A guess, to be read."""

import codecs
import csv
import json
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet
from pydantic import ValidationError

from declare import WrongInput
from intake.read.content import Content
from intake.read.excel import first_row
from intake.read.markup import Attributes, parse
from intake.read.wrong_file import WrongFile, attempt
from intake.source import Source

HEAD: Final = 2**20
"""Bytes looked at for everything but the encoding."""
_SEPARATORS: Final = (";", "\t", "|", ",")
_NAME: Final = re.compile(r"(?=.*[^\W\d_])\w[\w .,:()/=%&'-]{0,79}")
_DATA: Final = re.compile(r"[\d\W_]+|\d{4}\s?[A-Za-z]{2}|[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
"""What a name of a column is not: numbers and days, postcodes, account numbers."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Settings of `[file]`, the columns (with `start` and `width` where they have a place), and what to look at."""

    file: dict[str, Any]
    columns: list[dict[str, Any]]
    remarks: list[str] = field(default_factory=list)


class NotRecognised(WrongInput):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"no declaration can be proposed: {why}", remedy="Write one by hand; docs/sources.md says how."
        )


def recognise(path: Path) -> Recognised:
    """Raises `NotRecognised`, and `WrongFile` for a file that cannot be opened or unpacked."""
    packing = _packing(path)
    packed: dict[str, Any] = {"packing": packing} if packing else {}
    head = _head(path, packed)
    if head.startswith(b"PAR1"):
        return _parquet(path, packed)
    if head.startswith(b"PK\3\4"):
        return _named(packed | {"kind": "excel"}, first_row(*_opened(path, packed | {"kind": "excel"})))
    encoding, remarks = _encoding(path, packed)
    text = head.decode(encoding, "ignore").lstrip("\ufeff")
    found = _text(text, packed | {"encoding": encoding})
    return Recognised(found.file, found.columns, [*remarks, *found.remarks])


def _opened(path: Path, file: dict[str, Any]) -> tuple[Content, Source]:
    source = provisional(file, [{"name": "?"}])
    return Content(path, source, HEAD), source


def provisional(file: dict[str, Any], columns: Sequence[dict[str, Any]]) -> Source:
    """A declaration that takes every column as text."""
    declared = [{"type": "text", "role": "payload", **column} for column in columns]
    whole = {"id": "file", "title": "", "owner": "", "file": file, "columns": declared}
    source = attempt(lambda: Source.model_validate(whole), (ValidationError,))
    if source is None:
        raise NotRecognised("its columns have names that no declaration can hold, such as row or none")
    return source


def _packing(path: Path) -> str | None:
    head = _head(path, {})
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if not head.startswith(b"PK\3\4"):
        return None
    names = attempt(lambda: zipfile.ZipFile(path).namelist(), (zipfile.BadZipFile, OSError))
    return None if names is None or "_rels/.rels" in names else "zip"


def _head(path: Path, packed: dict[str, Any]) -> bytes:
    with _opened(path, packed)[0] as content:
        return next((block for block in content.blocks() if block), b"")[:HEAD]


def _encoding(path: Path, packed: dict[str, Any]) -> tuple[str, list[str]]:
    """By the whole file: one name with an accent may be its only one."""
    head = _head(path, packed)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", []
    if b"\0" in head[:200]:
        return ("utf-16-be" if head[:1] == b"\0" else "utf-16-le"), ["no byte order mark; the noughts say UTF-16"]
    content, _ = _opened(path, packed)
    decoder = codecs.getincrementaldecoder("utf-8")()
    with content:
        decoded = attempt(lambda: [decoder.decode(block) and None for block in content.blocks()], (UnicodeDecodeError,))
    if decoded is not None:
        return "utf-8", []
    return "windows-1252", ["not UTF-8, so windows-1252 is likely; look whether accents come out right"]


def _text(text: str, file: dict[str, Any]) -> Recognised:
    start = text.lstrip()[:1]
    if start == "<":
        return _xml(text, file | {"kind": "xml"})
    if start == "{":
        return _jsonl(text, file | {"kind": "jsonl"})
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise NotRecognised("the file is empty")
    table = None if _is_aligned(lines[:200]) else _csv(lines[:200], file)
    return table or _fixed(lines[:2000], file | {"kind": "fixed"})


def _is_aligned(lines: list[str]) -> bool:
    """Whether lines of one length all have a blank at the same place, which separated fields hardly ever do."""
    blank = [{place for place, letter in enumerate(line) if letter == " "} for line in lines]
    return len(lines) > 5 and len({len(line) for line in lines}) == 1 and bool(set.intersection(*blank))


def _csv(lines: list[str], file: dict[str, Any]) -> Recognised | None:
    """By the separator that gives most records the same number of fields, more than one."""
    best: tuple[float, int, str] = (0.0, 0, "")
    for separator in _SEPARATORS:
        counts = Counter(len(record) for record in csv.reader(lines, delimiter=separator) if record)
        fields, times = counts.most_common(1)[0]
        if fields > 1:
            best = max(best, (times / counts.total(), fields, separator))
    if best[0] < 0.5:
        return None
    first = next(record for record in csv.reader(lines, delimiter=best[2]) if record)
    return _named(file | {"separator": best[2]}, [name.strip() for name in first])


def _named(file: dict[str, Any], first: Sequence[str]) -> Recognised:
    """The first record is the header, unless it looks like data; then nothing of it is shown."""
    plausible = all(_NAME.fullmatch(name) and not _DATA.fullmatch(name) for name in first)
    if plausible and len(set(first)) == len(first):
        remark = "the first record is taken for the names of the columns; if it is data, add header = false"
        return Recognised(file, [{"name": name} for name in first], [remark])
    remark = "the first record looks like data, so the columns are numbered; without a header nobody checks their order"
    return Recognised(file | {"header": False}, _numbered(len(first)), [remark])


def _numbered(count: int) -> list[dict[str, Any]]:
    return [{"name": f"column_{place}"} for place in range(1, count + 1)]


def _fixed(lines: list[str], file: dict[str, Any]) -> Recognised:
    """A column starts where some line has something after a place that is blank in all."""
    whole = [line for line in lines if line]
    length = len(whole[0])
    if len(whole) > 2 and sum(len(line) == length for line in whole[:-1]) < 0.9 * len(whole[:-1]):
        raise NotRecognised("no separator gives equal rows, and the lines differ in length")
    blank = [all(line[place : place + 1].isspace() for line in whole if len(line) == length) for place in range(length)]
    starts = [place for place in range(length) if not blank[place] and (place == 0 or blank[place - 1])] or [0]
    starts[0] = 0
    widths = [after - start for start, after in zip(starts, [*starts[1:], length], strict=True)]
    columns = _numbered(len(starts))
    for column, start, width in zip(columns, starts, widths, strict=True):
        column |= {"start": start + 1, "width": width}
    return Recognised(file, columns, ["lines of one length; columns that touch are not told apart: use the layout"])


def _jsonl(text: str, file: dict[str, Any]) -> Recognised:
    names: dict[str, None] = {}
    for line in text.splitlines()[:-1] or [text]:
        record = attempt(lambda line=line: json.loads(line), (ValueError, RecursionError))  # type: ignore[misc]
        if isinstance(record, dict):
            names |= dict.fromkeys(record)
    if not names:
        raise NotRecognised("no line is a JSON object")
    return Recognised(file, [{"name": name} for name in names])


def _xml(text: str, file: dict[str, Any]) -> Recognised:
    """The record is the element that most often has elements or attributes of its own."""
    seen = _Elements()
    source = provisional({"encoding": "utf-8"}, [{"name": "?"}])
    attempt(lambda: list(parse([text.encode()], seen, source)), (WrongFile,))  # the head ends in the middle
    if not seen.parents:
        raise NotRecognised("no element is seen to repeat")
    record = seen.parents.most_common(1)[0][0]
    names = seen.children[record]
    return Recognised(file | {"record": record}, [{"name": name} for name in names])


class _Elements:
    """Counts by name the elements that have any of their own, and the names of these."""

    def __init__(self) -> None:
        self.parents: Counter[str] = Counter()
        self.children: dict[str, dict[str, None]] = {}
        self._path: list[list[Any]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if self._path:
            self._note(self._path[-1], [name])
        self._path.append([name, False])
        if attributes:
            self._note(self._path[-1], attributes)

    def text(self, text: str) -> None: ...

    def end(self, _: str) -> None:
        self._path.pop()

    def _note(self, parent: list[Any], names: Any) -> None:
        self.parents[parent[0]] += not parent[1]
        parent[1] = True
        self.children.setdefault(parent[0], {}).update(dict.fromkeys(names))


def _parquet(path: Path, packed: dict[str, Any]) -> Recognised:
    with _opened(path, packed | {"kind": "parquet"})[0] as content:
        file = content.file()
        schema = attempt(lambda: pyarrow.parquet.read_schema(file), (OSError, ValueError))
    if schema is None:
        raise NotRecognised("it is no whole Parquet file")
    return Recognised(packed | {"kind": "parquet"}, [{"name": name} for name in schema.names])
