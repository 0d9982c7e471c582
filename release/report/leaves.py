"""What would leave, as the DPO's page says it: plain frozen values, as in `release.report.facts`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that leaves and how it is used (`breakdown`, `magnitude`, `ranking`, `identity`, `count`)."""

    name: str
    use: str
    need: str | None = None
    """Of an extract: why the recipient needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimised:
    """Section 3, of an extract: what there was in the sources and what leaves, and how it is guarded."""

    rows_before: int
    rows: int
    columns_before: int
    columns: int
    alike: int | None
    """Rows of the smallest group that looks alike in all columns."""
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarsened:
    """Section 3: the level on which a column leaves: 0 is as it is, on the `last` one all values are one."""

    column: str
    level: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoarsenedByRequest(Coarsened):
    """The same of a column that the request coarsens, with its different values in the source before and after."""

    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymised:
    """Section 3, of anonymous rows: what making them so took. A row is a person."""

    rows_before: int
    """Persons that the request keeps."""
    left_out: int
    loss: float
    """0 to 1, as in docs/microdata.md."""
    classes: int
    """Groups of rows that look alike."""
    levels: tuple[Coarsened, ...]
    weight: str | None = None
    """The column that leaves as the mean of its group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """Section 3: one of several tables over the same records. `rows` as in `Leaves`."""

    name: str
    dimensions: tuple[str, ...]
    rows: int
    magnitude: bool = True
    """Whether it has the sum that the others have."""

    @property
    def stem(self) -> str:
        """What its files are called."""
        return f"table-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Section 3: what would leave. `rows` of the table, hidden cells included; `people`: distinct persons, at least."""

    kind: str
    """`table`, `persons`, `extract` or `anonymous`."""
    files: tuple[str, ...]
    rows: int
    columns: tuple[Column, ...]
    people: int | None
    records_eligible: int
    """Records of the counted source that could be linked."""
    records_counted: int | None
    """Of these, records linked to every source the table needs."""
    special_categories: tuple[str, ...] = ()
    minors: bool | None = None
    """Whether persons under 12 may be in scope; None when no source tells."""
    minimised: Minimised | None = None
    coarsened: tuple[CoarsenedByRequest, ...] = ()
    anonymised: Anonymised | None = None
    tables: tuple[TableFacts, ...] = ()
    """Where there are several; a cell that two of them have is one cell, also in `rows`."""

    @property
    def told_apart(self) -> tuple[tuple[str, ...], ...]:
        """The dimensions of each of several tables."""
        return tuple(table.dimensions for table in self.tables)
