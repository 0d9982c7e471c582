"""A table of counts that stands beside what leaves, such as in a report, under the threshold alone."""

import polars as pl

from gate.case import Masked
from gate.disclosure.auditor import Suggestions, audit
from gate.disclosure.cells import checked, measures
from gate.disclosure.needs import Needs
from gate.disclosure.primary import MinimumPeople
from gate.disclosure.suppress import suppress
from gate.subject import Cells


def masked(cells: Cells, needs: Needs) -> pl.DataFrame:
    """The table with every cell hidden (null) that is too small, or that protects one.

    All of it is hidden where the auditor could still calculate a cell: nobody will decide about this table. Raises
    `SubjectError` when it is not complete.
    """
    truth = checked(cells)
    few = truth.select(MinimumPeople(needs.minimum_people).unsafe().alias("few")).to_series()
    found = suppress(truth, cells.dimensions, few, None, needs, cells.parents)
    shown = truth.select(*cells.dimensions, *measures(cells))
    table = Masked(cells.dimensions, truth, {MinimumPeople.id: few}, None, shown, cells.parents).hiding(found.hidden)
    seen = audit(table, needs, Suggestions(found.counts, found.amounts))
    if seen.exact + seen.narrow + seen.known_to_lone:
        table = table.hiding(pl.repeat(value=True, n=truth.height, eager=True))
    return table.safe
