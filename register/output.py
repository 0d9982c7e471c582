"""What a request asks for: a table, several of them, a list, or rows. Columns are written as `source.payload`."""

from collections import Counter
from collections.abc import Iterable
from itertools import permutations
from typing import Any, Final, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from declare import Coarsening, Declaration, Misdeclared

ID: Final = r"^[a-z][a-z0-9_-]*$"
_NAME: Final = r"^[a-z][a-z0-9-]*$"
SAID: Final = 3
"""Signs that a reason has, at least."""


class Filter(Declaration):
    """Only records for which `column` has one of these values are counted: a selection criterion."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Headline(Declaration):
    """What the table is going to be used to say: of a dimension, `more` has more records than `less`."""

    dimension: str
    more: str
    less: str


class Implausible(Declaration):
    """What links cannot say. `column` and `other` are columns of the two sources that are linked.

    `before`: the one lies before the other, as a death before a report (text that sorts by time; the shorter counts);
    `differs`: both are known and differ; `among`: the column has one of `values`, as an address that was withdrawn;
    `several`: a record is linked to records with different values, as two homes, within one value of `other` if named.
    """

    what: str = Field(pattern=ID)
    relation: Literal["before", "differs", "among", "several"]
    column: str
    other: str | None = None
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.relation in ("before", "differs") and self.other is None:
            raise Misdeclared("%(relation)s needs another column", relation=self.relation)
        if (self.relation == "among") != bool(self.values):
            raise ValueError("values belong to among")
        return self


class Polluted(Declaration):
    """Records that a source itself marks as doubtful: `column` has one of `values`, as `under investigation`."""

    what: str = Field(pattern=ID)
    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Population(Declaration):
    """Whom the output speaks for: people by category of `column` (kept or aside) in a register outside, and which."""

    column: str
    source: str = Field(min_length=3)
    people: dict[str, int] = Field(min_length=2)


def _goes_round(above: dict[str, str]) -> bool:
    """Whether going up from some category never ends."""
    found = set(above)
    for _ in above:
        found = {above[category] for category in found if category in above}
    return bool(found & set(above))


def _texts(lists: Iterable[Iterable[Any]]) -> dict[str, None]:
    """The texts in the lists, each once, in their order; what is no text is for the type of the key to refuse."""
    return dict.fromkeys(each for names in lists for each in names if isinstance(each, str))


EXTRACT: Final = "extract"
ANONYMOUS: Final = "anonymous"
ROWS: Final = (EXTRACT, ANONYMOUS)
"""Kinds of output that are rows about persons."""
_LATER: Final = ("tables", "attributes", "coarsen")
"""Keys that came after requests had been approved."""


class Breakdown(Declaration):
    """One of several tables of the same records that are published together; its files are `table-NAME`."""

    name: str = Field(pattern=_NAME, max_length=40)
    dimensions: tuple[str, ...] = Field(min_length=1)
    magnitude: bool = True
    """Whether it has the sum that the output names, or counts alone."""

    @field_validator("dimensions")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(names) != len(set(names)):
            raise ValueError("a table has a dimension twice")
        return names


class Attribute(Coarsening):
    """A column of anonymous rows: what a reader may know of it, and how it may be coarsened (docs/microdata.md)."""

    role: Literal["quasi-identifier", "sensitive", "other", "weight"]

    @model_validator(mode="after")
    def _only_quasi_identifiers_are_coarsened(self) -> Self:
        if self.ways and self.role != "quasi-identifier":
            raise Misdeclared("%(way)s belong to a quasi-identifier; other columns leave as they are", way=self.ways[0])
        return self


class CoarsenTo(Coarsening):
    """The step on which a column leaves: 1 is the first that is declared."""

    level: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _there_is_such_a_step(self) -> Self:
        if self.level > self.steps:
            raise Misdeclared(
                "there is no step %(level)s: declare it with widths, cuts, prefixes or groups", level=self.level
            )
        return self


class Output(Declaration):
    """What is asked: a table of counts or several, one row per person, an extract of records under pseudonyms, or
    anonymous rows."""

    kind: Literal["table", "persons", "extract", "anonymous"]
    unit: str
    """Id of the source whose records are counted, or leave."""
    dimensions: tuple[str, ...] = ()
    """Of several tables all that any of them has: not declared, but read off."""
    tables: tuple[Breakdown, ...] = ()
    """Several tables of the same records; none where there is one, of all dimensions."""
    magnitude: str | None = None
    """The column summed in each cell."""
    hierarchies: dict[str, dict[str, str]] = {}
    """Dimension → category → the category it is part of: subtotals of the table. Others are part of the total."""
    coarsen: dict[str, CoarsenTo] = {}
    """Column of a table or an extract → how coarse it leaves. Filters look at what the source has."""
    rank_by: str | None = None
    filters: tuple[Filter, ...] = ()
    exceptions: dict[str, str] = {}
    """Column → the statutory exception on which a protected ground may select, rank or name: law and article."""
    history: str | None = None
    """How people came into the counted records, where earlier choices decided that."""
    headlines: tuple[Headline, ...] = ()
    implausible: tuple[Implausible, ...] = ()
    polluted: tuple[Polluted, ...] = ()
    population: Population | None = None
    needs: dict[str, str] = {}
    """Of an extract: each column that leaves → why the recipient needs it."""
    environment: str | None = None
    """Of an extract: the closed environment in which alone it is read."""
    attributes: dict[str, Attribute] = {}
    """Of anonymous rows: each column that leaves."""

    @model_validator(mode="before")
    @classmethod
    def _dimensions_are_those_of_the_tables(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("tables"), list | tuple):
            return given
        named = [each.get("dimensions") for each in given["tables"] if isinstance(each, dict)]
        every = list(_texts(names for names in named if isinstance(names, list | tuple)))
        if not given["tables"] or given.get("dimensions", every) not in (every, tuple(every)):
            raise ValueError("dimensions or tables, not both: each table has its own dimensions")
        return given | {"dimensions": every}

    @field_validator("tables")
    @classmethod
    def _tables_are_different(cls, tables: tuple[Breakdown, ...]) -> tuple[Breakdown, ...]:
        if twice := [name for name, times in Counter(each.name for each in tables).items() if times > 1]:
            raise Misdeclared("there are two tables %(names)s", names=twice)
        for one, other in permutations(tables, 2):
            if set(one.dimensions) <= set(other.dimensions):
                raise Misdeclared(
                    "table %(one)s is a margin of table %(other)s, which has its cells already",
                    one=one.name,
                    other=other.name,
                )
        return tables

    @model_validator(mode="after")
    def _tables_are_counted(self) -> Self:
        if self.tables and self.kind != "table":
            raise ValueError("tables belong to an output of kind table")
        if self.magnitude is None and not all(each.magnitude for each in self.tables):
            raise ValueError("a table leaves a magnitude out, and the output names none")
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What a request does not use is no part of its digest: those that were approved stay what they are."""
        content: dict[str, Any] = written(self)
        return {name: value for name, value in content.items() if name not in _LATER or value}

    @model_validator(mode="after")
    def _an_extract_says_what_it_is_needed_for(self) -> Self:
        if self.kind != "extract":
            if self.needs or self.environment is not None:
                raise ValueError("needs and environment belong to an extract")
            return self
        if self.dimensions or self.magnitude or self.rank_by or self.hierarchies or self.headlines:
            raise ValueError("an extract has needs, and nothing of a table or a list")
        if not self.needs or any(len(need.strip()) < SAID for need in self.needs.values()):
            raise ValueError("an extract says of every column that leaves why it is needed: output.needs")
        if self.environment is None or len(self.environment.strip()) < SAID:
            raise ValueError("an extract says in which closed environment it is read: output.environment")
        return self

    @model_validator(mode="after")
    def _anonymous_rows_have_attributes(self) -> Self:
        if self.kind != "anonymous":
            if self.attributes:
                raise ValueError("attributes belong to anonymous rows")
            return self
        if self.dimensions or self.magnitude or self.rank_by or self.hierarchies or self.headlines:
            raise ValueError("anonymous rows have attributes, and nothing of a table or a list")
        roles = Counter(attribute.role for attribute in self.attributes.values())
        if not roles["quasi-identifier"]:
            raise ValueError("no attribute is a quasi-identifier; name what others may know of a person")
        if roles["weight"] > 1:
            raise ValueError("there are two weights; a row stands for one number of persons")
        return self

    @model_validator(mode="after")
    def _what_is_coarsened_leaves(self) -> Self:
        if self.coarsen and self.kind not in ("table", EXTRACT):
            raise ValueError("coarsen belongs to a table or an extract; attributes of anonymous rows have steps")
        if foreign := sorted(set(self.coarsen) - set(self.described)):
            raise Misdeclared("%(columns)s is coarsened and does not leave", columns=foreign)
        return self

    @model_validator(mode="after")
    def _hierarchies_are_of_dimensions(self) -> Self:
        if foreign := sorted(set(self.hierarchies) - set(self.dimensions)):
            raise Misdeclared("there is a hierarchy of %(columns)s, which is no dimension", columns=foreign)
        if round_ := sorted(name for name, above in self.hierarchies.items() if _goes_round(above)):
            raise Misdeclared("the hierarchy of %(columns)s goes round", columns=round_)
        return self

    @property
    def told_apart(self) -> tuple[tuple[str, ...], ...]:
        """The dimensions of each of several tables."""
        return tuple(table.dimensions for table in self.tables)

    @property
    def described(self) -> tuple[str, ...]:
        """The columns that tell something of each record: dimensions of a table, or what leaves in rows."""
        return (*self.dimensions, *self.needs, *self.attributes)

    @property
    def columns(self) -> frozenset[str]:
        """Every `source.payload` the output names."""
        named = [*self.described, self.magnitude, self.rank_by, *(one.column for one in self.filters)]
        return frozenset(column for column in named if column is not None)

    @property
    def checked(self) -> frozenset[str]:
        """Every `source.payload` that is read to judge the output and is not in it."""
        named = [one.column for one in self.implausible] + [one.column for one in self.polluted]
        named += [one.other for one in self.implausible if one.other]
        return frozenset(named)
