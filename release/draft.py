"""The fifth type on the way: what a request would have leave, before the gate has seen it.

A table counts the records of one source (the unit) by columns of the sources they are linked to. People are counted
under several plausible link sets and the least count is kept: a link that was missed makes one person look like two.
An extract is the records themselves, with the columns their recipient needs; anonymous rows are one for each person.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import Any, Final

import polars as pl

from declare import Refusal, canonical, digest_frame
from gate import Cells, GroupRates, OutputColumn, Subject
from gate.microdata.declared import Rows
from gate.subject import BLIND, Parents
from gate.table import Table, TableDimension, cells_of
from linkage import LinkedTable, LinkQuality
from register.declarations import Request
from register.output import ANONYMOUS, EXTRACT, Breakdown
from release import anonymous
from release.aggregate import LINEAGE, aggregate, lineage, occurring
from release.bands import DRAWS, linkage_error
from release.bias import Measured, Questions, bias_run
from release.coarsen import told_of
from release.extract import members, ordered, rows_of
from release.population import Population, population
from release.report.leaves import CoarsenedByRequest

PERSON: Final = "person"
"""Name and concept of the column that stands for the person in a list of persons."""

_RELEASE: Final = object()


class NothingLinked(Refusal):
    def __init__(self, unit: str) -> None:
        super().__init__(
            f"no record of {unit} is linked to every source the output needs",
            remedy="Look at the linkage model and at the deliveries, or leave a column out.",
        )


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Made by `draft` only.

    `lineage`: `cell` (UInt32, row number in `cells.table`, from 0) and `record` (Binary, record token of the unit) for
    every cell that is no margin, and `amount` (Float64) where amounts are summed; a margin holds the records of its
    cells. Of rows their records, in their order, as one cell.
    """

    kind: str
    request: str
    """Id of the request."""
    request_digest: str
    unit: str
    """Source whose records are counted."""
    columns: tuple[OutputColumn, ...]
    cells: Cells | None
    measured: Measured
    """What the bias run gave back."""
    case_decision: str | None
    human_decision: str | None
    dpia: str | None
    lineage: pl.DataFrame
    eligible: int
    """Records of the unit that its own filters keep."""
    linked: int
    """Of these, records that are linked to every source the output needs."""
    counted: int
    """Of these, records that the filters keep."""
    unknown: Mapping[str, tuple[int, int]]
    """Dimension → counted records without a value, and counted records whose linked records contradict each other."""
    quality: tuple[LinkQuality, ...]
    models: Mapping[str, str]
    """Model → digest."""
    deliveries: Mapping[str, str]
    """Source → digest."""
    rows: Rows | None = None
    """Of an extract, without pseudonyms yet, or of anonymous rows, not coarsened yet."""
    coarsened: tuple[CoarsenedByRequest, ...] = ()
    """Columns that the request coarsens."""
    tables: tuple[Breakdown, ...] = ()
    """Where there are several in `cells`."""
    blind: bytes = field(default_factory=lambda: token_bytes(BLIND))
    """Of its digest, as in `gate.Subject`."""
    _made_by: object = field(default=None)

    def __post_init__(self) -> None:
        if self._made_by is not _RELEASE:
            raise TypeError("a Draft is made by release.draft only")

    @property
    def told_apart(self) -> tuple[tuple[str, ...], ...]:
        """The dimensions of each of several tables."""
        return tuple(table.dimensions for table in self.tables)

    @property
    def groups(self) -> GroupRates | None:
        return self.measured.groups

    @property
    def not_assessable(self) -> tuple[str, ...]:
        return self.measured.not_assessable

    def __repr__(self) -> str:
        return f"Draft({self.request}, {self.kind})"

    @property
    def digest(self) -> str:
        """HMAC-SHA-256, under its `blind`, over what would leave, the records behind it, and all it was made from."""
        return hmac.digest(self.blind, canonical(_contents(self)), "sha256").hex()

    @property
    def people(self) -> int | None:
        """Distinct persons in the whole table (conservative); None where there is no table."""
        if self.cells is None:
            return None
        return int(self.cells.table.select(pl.col("people").max()).item())


def draft(
    linked: LinkedTable,
    request: Request,
    questions: Questions,
    concepts: Mapping[str, str],
    *,
    draws: int = DRAWS,
) -> Draft:
    """What `request` asks of the linked records.

    `questions`: what the bias run may read and is asked, of which rates by group are kept and nothing else. `concepts`:
    `source.column` → concept of the room's dictionary.
    `draws`: plausible link sets behind the linkage error of each cell; with none the table says nothing of it.
    Raises `WrongInput` when the output names a column that is not there or cannot be counted, `NothingLinked` when
    the table would be empty.
    """
    counted = population(linked, request.output)
    kind = request.output.kind
    cells = _cells(linked, request, counted, draws) if kind == "table" else None
    chosen = _chosen(linked, request, counted)
    rows = None if chosen is None else _rows(linked, request, chosen, concepts)
    return Draft(
        kind=kind,
        request=request.id,
        request_digest=request.digest,
        unit=request.output.unit,
        columns=(*_columns(request, concepts), *questions.evidence),
        cells=cells,
        measured=bias_run(linked, request, questions, concepts),
        case_decision=request.case_decision,
        human_decision=request.human_decision,
        dpia=request.dpia.id if request.dpia else None,
        lineage=_lineage(cells, chosen, request, counted),
        eligible=counted.eligible,
        linked=counted.linked_rows.len(),
        counted=counted.records.height,
        unknown=counted.unknown,
        quality=linked.quality,
        models=dict(linked.models),
        deliveries=dict(linked.deliveries),
        rows=rows,
        tables=request.output.tables,
        coarsened=told_of(linked, request.output),
        _made_by=_RELEASE,
    )


def subject_of(made: Draft) -> Subject:
    """The draft as the gate sees it: no record, no token."""
    return Subject(
        kind="microdata" if made.kind == ANONYMOUS else made.kind,
        columns=made.columns,
        cells=made.cells,
        rows=made.rows,
        case_decision=made.case_decision,
        human_decision=made.human_decision,
        dpia=made.dpia,
        blind=made.blind,
        **made.measured.facts,
    )


def _cells(linked: LinkedTable, request: Request, counted: Population, draws: int) -> Cells:
    output, counted = request.output, _some(counted, request)
    parents, clusterings = occurring(counted.records, output.hierarchies), counted.clusterings(linked, output.unit)
    tables = [
        aggregate(counted.records, names, output.magnitude, clusterings, _among(parents, names))
        for names in output.told_apart or (output.dimensions,)
    ]
    declared = {name: TableDimension(parents=dict(parents.get(name, {}))) for name in output.dimensions}
    whole = cells_of(tables, Table(dimensions=declared))
    cells = replace(whole, magnitude=output.magnitude, least=len(clusterings) > 1)
    if not draws:
        return cells
    return replace(cells, table=cells.table.with_columns(linkage_error(linked, output, cells.table, draws)))


def _among(parents: Parents, names: Sequence[str]) -> Parents:
    return {name: above for name, above in parents.items() if name in names}


def _some(counted: Population, request: Request) -> Population:
    if counted.records.is_empty():
        raise NothingLinked(request.output.unit)
    return counted


def _chosen(linked: LinkedTable, request: Request, counted: Population) -> pl.DataFrame | None:
    """The records that rows are made of, in their order; None for an output that has none."""
    if request.output.kind == EXTRACT:
        return ordered(_some(counted, request).records, request.output)
    if request.output.kind == ANONYMOUS:
        return anonymous.persons_of(linked, request.output, _some(counted, request))
    return None


def _rows(linked: LinkedTable, request: Request, chosen: pl.DataFrame, concepts: Mapping[str, str]) -> Rows:
    if request.output.kind == EXTRACT:
        return rows_of(linked, request, chosen, concepts)
    return anonymous.rows_of(linked, request.output, chosen, concepts)


def _lineage(cells: Cells | None, chosen: pl.DataFrame | None, request: Request, counted: Population) -> pl.DataFrame:
    if chosen is not None:
        return members(chosen)
    return lineage(cells, counted.records, request.output.told_apart) if cells else pl.DataFrame(schema=LINEAGE)


def _columns(request: Request, concepts: Mapping[str, str]) -> tuple[OutputColumn, ...]:
    output = request.output
    named = [(name, "breakdown") for name in output.described]
    named += [(output.magnitude, "magnitude")] if output.magnitude else []
    named += [(output.rank_by, "ranking")] if output.rank_by else []
    columns = [OutputColumn(name, concepts.get(name), use, (), output.exceptions.get(name)) for name, use in named]
    columns += [
        OutputColumn(one.column, concepts.get(one.column), "selection", one.values, output.exceptions.get(one.column))
        for one in output.filters
    ]
    person = [OutputColumn(PERSON, PERSON, "identity")] if output.kind == "persons" else []
    return (*person, *columns)


def _contents(made: Draft) -> dict[str, Any]:
    return {
        "subject": subject_of(made).digest,
        "lineage": digest_frame(made.lineage),
        "request": made.request_digest,
        "models": dict(made.models),
        "deliveries": dict(made.deliveries),
        "eligible": made.eligible,
        "counted": made.counted,
    }
