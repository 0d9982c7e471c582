"""Could these be counts of people? Fractions, people without records and impossible margins are refused."""

from collections.abc import Iterable

import polars as pl

from gate.disclosure.sums import lines, rest
from gate.subject import Cells, SubjectError


def check_whole(table: pl.DataFrame, names: Iterable[str]) -> None:
    """No count among `names` has a fraction that would be cut off without a word. Raises `SubjectError`."""
    counts = [name for name in names if name in table.columns and table[name].dtype.is_float()]
    if any((table[name] != table[name].round()).any() for name in counts):
        raise SubjectError(
            "a count is no whole number",
            remedy="Count persons and records without weights; a weighted count is an amount, value.",
        )


def check_counts(table: pl.DataFrame) -> None:
    """Raises `SubjectError` where the people of a cell do not fit its records, or stand where nobody can be."""
    people, records = pl.col("people"), pl.col("records")
    if table.filter((people < 0) | (people > records)).height:
        raise SubjectError("a cell counts more people than records", remedy="Count distinct persons over the records.")
    if table.filter((people == 0) & (records > 0)).height:
        raise SubjectError("a cell has records of nobody", remedy="Count distinct persons over the records.")
    if table.filter(pl.col("structural") & (people > 0)).height:
        raise SubjectError(
            "people stand where nobody can be", remedy="Structural is what cannot occur; leave it false."
        )


def check_people(table: pl.DataFrame, cells: Cells) -> None:
    """Raises `SubjectError` where a margin has fewer people than one of its parts, or more than all together."""
    people, part = pl.col("people"), pl.col("sign") > 0
    total, parts = people.filter(~part).first(), people.filter(part)
    for name in cells.dimensions:
        sums = lines(table, cells.dimensions, name, cells.parents).group_by(*rest(cells.dimensions, name), "whole")
        found = sums.agg(fewer=total < parts.max(), more=total > parts.sum())
        if found["fewer"].any() or (found["more"].any() and not cells.least):
            raise SubjectError(
                f"people of a margin do not fit those of its parts along {name}",
                remedy="Count distinct persons in every margin, from the same records as its cells.",
            )
