"""XML: each element of the declared name is a row; its attributes and the elements directly in it are cells."""

from collections.abc import Iterator

from intake.read.content import Content
from intake.read.encoding import utf8
from intake.read.gathered import Gathered
from intake.read.header import check_header
from intake.read.markup import Attributes, parse
from intake.read.raw import LONGEST, Raw
from intake.read.typed import DOUBLED, NESTED, Cell
from intake.read.wrong_file import WrongFile
from intake.source import Source


def read_xml(content: Content, source: Source) -> Iterator[Raw]:
    """A row for each record. An element that is absent is an empty cell; one that no record has refuses the file."""
    records = _Records(source)
    for _ in parse(utf8(content.blocks(), source), records, source):
        if records.gathered.waiting:
            yield records.gathered.take()
    if records.gathered.count == 0:
        why = "holds no element of the declared name of a record"
        raise WrongFile(source.id, why, remedy="Mend `record` in the source, or ask for the delivery again.")
    check_header(sorted(records.seen & records.declared), source)


class _Records:
    """`depth` counts from the record: 1 in it, 2 in a cell, more in what is nested in a cell."""

    def __init__(self, source: Source) -> None:
        self.gathered = Gathered(source)
        self.declared = {column.name for column in source.columns}
        self.seen: set[str] = set()
        self._source, self._depth = source, 0
        self._begin({}, depth=0)

    def start(self, name: str, attributes: Attributes) -> None:
        if self._depth == 0:
            if name == self._source.file.record:
                self._begin(attributes)
            return
        self._depth += 1
        if self._depth == 2:
            self._name, self._nested = name, False
            self._parts.clear()
        else:
            self._nested = True

    def text(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            remedy = f"No record may be longer than {LONGEST // 2**20} MiB; check `record`."
            raise WrongFile(self._source.id, "cannot be split into records", remedy=remedy)
        if self._depth == 2:
            self._parts.append(text)
        elif self._depth == 1 and text.strip():
            self._wrong = "text-between-cells"

    def end(self, _: str) -> None:
        if self._depth == 2:
            self._put(self._name, NESTED if self._nested else "".join(self._parts))
        elif self._depth == 1:
            self._finish()
        self._depth = max(self._depth - 1, 0)

    def _begin(self, attributes: Attributes, depth: int = 1) -> None:
        self._depth, self._length, self._wrong = depth, 0, ""
        self._name, self._nested = "", False
        self._parts: list[str] = []
        self._cells: dict[str, Cell] = dict(attributes)
        self.seen |= attributes.keys()

    def _put(self, name: str, cell: Cell) -> None:
        self.seen.add(name)
        self._cells[name] = DOUBLED if name in self._cells else cell

    def _finish(self) -> None:
        if self._wrong:
            self.gathered.set_apart(self._wrong)
        elif not self._cells.keys() <= self.declared:
            self.gathered.set_apart("undeclared-column")
        else:
            self.gathered.keep(self._cells)
