"""Canaries: recognisable values planted in every column of every source, and the search for them in any disguise."""

import base64
import csv
import hashlib
import io
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from intake.source import Column, FileFormat, Source

WORD: Final = "Kwïkstaart"
"""In every textual canary; behind it two letters name the source and the column. Windows-1252 holds it too."""

BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "bsn": ("948371614", "948371615", "9483.71.626"),  # right, wrong by the eleven test, right with dots
    "initials": ("Q.X.Z.J.Y.W.V.",),
    "postcode": ("9753 QX",),
    "freetext": ("buurvrouw {word}, BSN 948371638, zag het",),
    "decimal": ("6.482.973,15", "84.629.731,55"),  # taken and left behind, out of range
}
"""Values that pass for their type, beside the word that does in names and does not elsewhere."""

BY_COLUMN: Final[Mapping[str, tuple[str, ...]]] = {
    "reports.meldingsnummer": ("M2024-948375",),
    "incomes.werkgever_kvk": ("94837192",),
    "addresses.nummeraanduiding": ("0150209483716205",),
}
"""Identifiers of the right shape."""

DATE: Final = ("1871", "03", "17")

PERSON: Final[Mapping[str, str]] = {
    "bsn": "948371651", "given_names": f"{WORD}je", "initials": "Q.X.Z.J.Y.W.V.", "surname": f"{WORD}vogel",
    "text": f"{WORD}laan", "postcode": "9753 QX", "house_number": "7", "freetext": f"{WORD} (948371651) belde",
}  # fmt: skip
"""One person in all registers, whose records are taken in, linked and counted."""


def plant(room: Path, sources: Iterable[Source]) -> dict[str, list[str]]:
    """Append to each delivery rows with canaries; the values planted, by `source.column`."""
    planted: dict[str, list[str]] = {}
    for place, source in enumerate(sources):
        path = room / "deliveries" / f"{source.id}.csv"
        header, *rows = _rows(path, source.file)
        fresh: list[list[str]] = []
        for at, name in enumerate(header):
            column = next(column for column in source.columns if column.name == name)
            values = _values(column, source, "abcdefghijklmnopqrstuvwxyz"[place] + "abcdefghijklmnopqrstuvwxyz"[at])
            planted[f"{source.id}.{name}"] = values
            fresh += [_with(rows[(len(fresh) + each) % len(rows)], at, value) for each, value in enumerate(values)]
        kinds = {column.name: column.type for column in source.columns}
        person = [PERSON.get(kinds[name], old) for name, old in zip(header, rows[0], strict=True)]
        torn = [[*rows[0], f"{WORD}te veel"], [f"{WORD}te weinig"], _with(rows[1], 1, f"{WORD}\nvogel")]
        _numbered(fresh, header)
        _append(path, source.file, [*fresh, *_numbered([person], header, 900), header, *torn])
    return planted


def _values(column: Column, source: Source, letters: str) -> list[str]:
    word = f"{WORD}{letters}"
    shaped = [value.format(word=word) for value in BY_TYPE.get(column.type, ())]
    if column.type == "date":
        parts = dict(zip(("%Y", "%m", "%d"), DATE, strict=True))
        date = source.file.date
        for code, part in parts.items():
            date = date.replace(code, part)
        shaped = [date, f"{date}{word}"]
    return [word, *shaped, *BY_COLUMN.get(f"{source.id}.{column.name}", ())]


def _with(row: list[str], at: int, value: str) -> list[str]:
    return [*row[:at], value, *row[at + 1 :]]


def _numbered(rows: list[list[str]], header: list[str], first: int = 100) -> list[list[str]]:
    """Rows of their own, not copies: numbers that must be unique are, unless they are the canary."""
    for column, form in (("meldingsnummer", "M2024-99{:04}"), ("nummeraanduiding", "0150209999{:06}")):
        if column in header:
            at = header.index(column)
            known = {"M2024-948375", "0150209483716205"}
            for number, row in enumerate(rows, first):
                if row[at] not in known and WORD not in row[at]:
                    row[at] = form.format(number)
    return rows


def _rows(path: Path, form: FileFormat) -> list[list[str]]:
    text = path.read_bytes().decode(form.encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.separator))
    return [row for row in rows if len(row) == len(rows[0])]


def _append(path: Path, form: FileFormat, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    end = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
    csv.writer(text, delimiter=form.separator, lineterminator=end).writerows(rows)
    with path.open("ab") as file:
        file.write(text.getvalue().encode(form.encoding))


def spellings() -> set[str]:
    """Every canary as given, standardised, and in the canonical forms of numbers and dates."""
    year, month, day = DATE
    given = [
        WORD,
        *BY_TYPE["bsn"],
        "948371638",
        PERSON["bsn"],
        *BY_TYPE["initials"],
        *BY_TYPE["postcode"],
        *BY_TYPE["decimal"],
    ]
    given += [value for values in BY_COLUMN.values() for value in values]
    given += [f"{year}-{month}-{day}", f"{day}-{month}-{year}", f"{year}{month}{day}", "6482973.15", "84629731.55"]
    return {spelling for text in given for spelling in (text, _bare(text), _bare(text, keep=" -."))}


def _bare(text: str, keep: str = "") -> str:
    """Without diacritics and, but for `keep`, without anything that is no letter or digit."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if sign.isalnum() or sign in keep)


def hashed() -> set[str]:
    """Whole values that nobody may find by an unkeyed digest either."""
    names = [f"{WORD}vogel", f"{WORD}je", *BY_TYPE["bsn"], PERSON["bsn"], "948371626"]
    return {form for name in names for form in (name, _bare(name), name.casefold(), _bare(name).casefold())}


class Search:
    """Needles in their encodings; `found` gives what of them occurs in a haystack of bytes."""

    def __init__(self) -> None:
        self._folded: dict[bytes, str] = {}
        self._exact: dict[bytes, str] = {}
        self._numbers = {text.encode(): text for text in spellings() if text.isdigit()}
        for text in spellings():
            self._folded |= {_folded(form): text for form in _encodings(text) if form not in self._numbers}
            for case in (text, text.casefold(), text.upper()):
                self._exact |= dict.fromkeys(_base64(case.encode()), f"base64 of {text}")
        for text in hashed():
            for name in ("md5", "sha1", "sha256", "blake2b"):
                digest = hashlib.new(name, text.encode()).digest()[:16]
                self._exact[digest] = f"{name} of {text}"
                self._folded[digest.hex().encode()] = f"{name} of {text}"

    def found(self, content: bytes) -> set[str]:
        folded = _folded(content)
        looked = ((self._folded, folded), (self._exact, content), (self._numbers, _LONG_HEX.sub(b" ", folded)))
        return {text for needles, where in looked for needle, text in needles.items() if needle in where}


_LONG_HEX: Final = re.compile(rb"[0-9a-f-]{32,}")
"""Digests and UUIDs: eight digits of a canary turn up in enough of them by chance."""


def _folded(content: bytes) -> bytes:
    """Without case: ASCII, and ï in UTF-8, UTF-16 and Windows-1252."""
    return content.lower().replace("Ï".encode(), "ï".encode()).replace(b"\xcf\x00", b"\xef\x00")


def _encodings(text: str) -> set[bytes]:
    plain = {text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "cp1252")}
    escaped = {text.encode("ascii", "backslashreplace"), text.encode("ascii", "xmlcharrefreplace")}
    escaped.add(json.dumps(text)[1:-1].encode())
    cases = {case.encode() for case in (text, text.casefold(), text.upper())}
    return plain | escaped | {case.hex().encode() for case in cases} | {case[::-1] for case in cases}


def _base64(content: bytes) -> Iterator[bytes]:
    """What stays the same in the middle, wherever the content begins in a group of three bytes."""
    for lead in range(3):
        text = base64.b64encode(b"\0" * lead + content)
        first = (lead * 8 + 5) // 6
        yield text[first : (lead + len(content)) * 8 // 6]


def files(*folders: Path, leave: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file below the folders, except in the top folders `leave`."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and name.parts[0] not in leave:
                yield str(name), str(name).encode() + b"\n" + path.read_bytes()


def cells(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every table of an SQLite file, its cells as text: a value may lie over several pages."""
    with sqlite3.connect(database) as opened:
        for (table,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = opened.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608  (the name is the database's own)
            yield table, b"\n".join(_cell(value) for row in rows for value in row)


def _cell(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def table_bytes(table: pl.DataFrame) -> bytes:
    """All cells, uncompressed; numbers both as they are stored and as text."""
    buffer = io.BytesIO()
    table.write_ipc(buffer, compression="uncompressed")
    texts = [str(value).encode() for column in table.select(pl.exclude(pl.Binary)) for value in column]
    return buffer.getvalue() + b"\n".join(texts)
