"""An extract: the records that a request keeps, with what their recipient needs and a pseudonym for each person."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from gate.microdata.declared import Microdata, MicrodataColumn, Rows, Terms
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD
from register.declarations import Request
from register.output import Output

PSEUDONYM: Final = "pseudonym"
"""The first column of what leaves: it decides on the order of the rows, which therefore tells nothing."""
ONE_CELL: Final = 1
"""Where the members of an extract stand in the table the ledger has of it; cell 0 is the total."""
_WHY: Final = "to know which rows are of one person; others than in every other release"


def rows_of(linked: LinkedTable, request: Request, records: pl.DataFrame, concepts: Mapping[str, str]) -> Rows:
    """The columns that leave, as text; a missing or contradicted value is `UNKNOWN`.

    Nothing is taken to be unknown to others, so every column is a quasi-identifier. `records`: as from `ordered`.
    """
    output = request.output
    columns = {
        name: MicrodataColumn(role="quasi-identifier", concept=concepts.get(name), necessity=need)
        for name, need in output.needs.items()
    }
    terms = Terms(
        recipient=request.recipients[0],
        environment=output.environment or "",
        ground="; ".join(f"{source.id}: {source.ground}" for source in request.sources),
        until=request.retention_until,
        dpia=request.dpia.id if request.dpia else None,
        case_decision=request.case_decision,
        human_decision=request.human_decision,
    )
    return Rows(
        records.select(*output.needs),
        Microdata(extract=terms, columns=columns),
        (linked.payload[output.unit].height, _kept(linked)),
        {name: (how.level, how.steps + 1) for name, how in output.coarsen.items()},
    )


def members(rows: pl.DataFrame) -> pl.DataFrame:
    """`cell` and `record` of every row that leaves, in their order."""
    return rows.select(pl.lit(ONE_CELL, pl.UInt32).alias("cell"), pl.col("record").cast(pl.Binary))


def under_pseudonyms(rows: Rows, pseudonyms: pl.Series) -> Rows:
    """`rows` with the `pseudonyms` of their persons (Binary, one a row) as text, in a column of its own."""
    named = pl.select(pseudonyms.bin.encode("hex").alias(PSEUDONYM)).to_series()
    person = MicrodataColumn(role="person", necessity=_WHY)
    declared = rows.declared.model_copy(update={"columns": {PSEUDONYM: person, **rows.declared.columns}})
    taken = rows.taken_from and (rows.taken_from[0], rows.taken_from[1] + 1)
    return replace(rows, table=rows.table.select(named, pl.all()), declared=declared, taken_from=taken)


def ordered(records: pl.DataFrame, output: Output) -> pl.DataFrame:
    """By what leaves: tokens, which every room has others of, decide among equals only."""
    return records.sort(*output.needs, "record")


def _kept(linked: LinkedTable) -> int:
    """Columns that the room keeps of the sources that were linked."""
    return sum(name.startswith(PAYLOAD) for table in linked.payload.values() for name in table.columns)
