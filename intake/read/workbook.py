"""The parts of an Excel workbook beside its sheets: their names, shared texts, and which formats show a day."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final, TypeVar

from intake.read.archive import Archive
from intake.read.content import IN_MEMORY, Content, limited
from intake.read.markup import Attributes, Reader, parse
from intake.read.typed import Broken
from intake.read.wrong_file import WrongFile
from intake.source import Source

_BLOCK: Final = 2**20
_DAYS: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Built-in formats of days and times (ISO/IEC 29500-1, 18.8.30)."""
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")

Told = TypeVar("Told", bound=Reader)


class Workbook:
    """Raises `WrongFile` for what is no workbook, or has not the one sheet declared."""

    def __init__(self, content: Content, source: Source) -> None:
        self._source = source
        file = content.file()
        self._size = file.seek(0, 2)
        file.seek(0)
        _refuse_other_container(file.read(8), source)
        file.seek(0)
        self._archive = Archive(file, source, "Excel workbook (xlsx)")
        main = self._main()
        self._folder, name = posixpath.split(main)
        self._links = self._relations(f"{self._folder}/_rels/{name}.rels")
        self._book = self._read(main, _Book())
        self._texts = self._part("sharedStrings", _Texts())
        self._styles = self._part("styles", _Styles())

    @property
    def since_1904(self) -> bool:
        return self._book.since_1904

    def is_day(self, style: str) -> bool:
        return style in self._styles.days

    def shared(self, place: str) -> str | Broken:
        texts = self._texts.texts
        return texts[int(place)] if place.isdecimal() and int(place) < len(texts) else Broken("error-value")

    def sheet(self) -> str:
        """Name of the part that is the sheet declared, or the only one."""
        sheets, declared = self._book.sheets, self._source.file.sheet
        if declared is None and len(sheets) != 1:
            why = f"holds {len(sheets)} sheets, hidden ones included, where one is expected"
            raise WrongFile(self._source.id, why, remedy="Declare `sheet` in the source.")
        if declared is not None and declared not in sheets:
            raise WrongFile(self._source.id, "lacks the declared sheet", remedy="Mend `sheet`, or have it put in.")
        link = sheets[declared] if declared is not None else next(iter(sheets.values()))
        if link not in self._links.targets:
            raise self._broken()
        return self._within(self._links.targets[link])

    def blocks(self, part: str) -> Iterator[bytes]:
        if part not in self._archive.names:
            raise self._broken()
        return limited(self._archive.blocks(part, _BLOCK), self._size, self._source)

    def _main(self) -> str:
        main = self._relations("_rels/.rels").kinds.get("officeDocument")
        if main is None:
            raise self._broken()
        return main.lstrip("/")

    def _relations(self, part: str) -> "_Relations":
        return self._read(part, _Relations())

    def _part(self, kind: str, reader: Told) -> Told:
        target = self._links.kinds.get(kind)
        return reader if target is None else self._read(self._within(target), reader)

    def _within(self, target: str) -> str:
        return posixpath.normpath(posixpath.join("/", self._folder, target)).lstrip("/")

    def _read(self, part: str, reader: Told) -> Told:
        for _ in parse(self._counted(part), reader, self._source, "Excel"):
            pass
        return reader

    def _counted(self, part: str) -> Iterator[bytes]:
        """What is kept in memory has a limit of its own."""
        size = 0
        for block in self.blocks(part):
            size += len(block)
            if size > IN_MEMORY:
                raise self._broken()
            yield block

    def _broken(self) -> WrongFile:
        return WrongFile(self._source.id, "is no whole Excel workbook (xlsx)", remedy="Have it saved and sent again.")


def unescaped(text: str) -> str | Broken:
    """Text with its escapes (_x000D_ is a line end) as characters; half a surrogate pair is none."""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return plain if plain.isascii() or not re.search("[\ud800-\udfff]", plain) else Broken("error-value")


def _refuse_other_container(first: bytes, source: Source) -> None:
    if first == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        why = "is a workbook with a password or of before 2007 (xls)"
        raise WrongFile(source.id, why, remedy="Have it saved as xlsx, without a password.")


class _Ignoring:
    """Told of elements; looks at what a subclass asks for."""

    def start(self, name: str, attributes: Attributes, /) -> None: ...

    def text(self, text: str, /) -> None: ...

    def end(self, name: str, /) -> None: ...


class _Relations(_Ignoring):
    """Parts by the id of the link to them, and by its kind."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
            self.kinds[posixpath.basename(attributes.get("Type", ""))] = attributes.get("Target", "")


class _Book(_Ignoring):
    """Sheets by name with the id of the link to each."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.since_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            self.sheets[attributes.get("name", "")] = attributes.get("id", "")
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class _Texts(_Ignoring):
    """Shared texts in order; how they are pronounced (rPh) is left out."""

    def __init__(self) -> None:
        self.texts: list[str | Broken] = []
        self._parts: list[str] = []
        self._collect, self._phonetic = False, False

    def start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self._parts = []
        self._phonetic = self._phonetic or name == "rPh"
        self._collect = name == "t" and not self._phonetic

    def text(self, text: str) -> None:
        if self._collect:
            self._parts.append(text)

    def end(self, name: str) -> None:
        self._collect = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append(unescaped("".join(self._parts)))


class _Styles(_Ignoring):
    """Numbers of the cell styles that show a day or time."""

    def __init__(self) -> None:
        self.days: set[str] = set()
        self._formats: set[int] = set(_DAYS)
        self._inside, self._number = False, 0

    def start(self, name: str, attributes: Attributes) -> None:
        number = attributes.get("numFmtId", "0")
        if name == "numFmt" and number.isdecimal() and _shows_day(attributes.get("formatCode", "")):
            self._formats.add(int(number))
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            if number.isdecimal() and int(number) in self._formats:
                self.days.add(str(self._number))
            self._number += 1

    def end(self, name: str) -> None:
        self._inside = self._inside and name != "cellXfs"


def _shows_day(form: str) -> bool:
    return re.search("[dmyhs]", _LITERAL.sub("", form).replace("General", ""), re.IGNORECASE) is not None
