"""Which published cells add up to which, as frames: for the checks, the group rules and the auditor."""

from collections.abc import Sequence

import polars as pl

from gate.subject import TOTAL, Parents


def whole_of(name: str, parents: Parents) -> pl.Expr:
    """The category that a row's category along `name` is part of; null for the total."""
    above = parents.get(name, {})
    category = pl.col(name)
    known = category.replace_strict(list(above), list(above.values()), default=TOTAL, return_dtype=pl.String)
    return pl.when(category != TOTAL).then(known if above else pl.lit(TOTAL))


def rest(dimensions: Sequence[str], name: str) -> list[str]:
    """The other dimensions: what cells that add up along `name` have in common."""
    return [other for other in dimensions if other != name]


def lines(table: pl.DataFrame, dimensions: Sequence[str], name: str, parents: Parents) -> pl.DataFrame:
    """Rows of `table` once for every sum along `name` they stand in.

    Adds `whole` (the category that sum is of) and `sign` (1.0 for a part, -1.0 for the total); together with the other
    dimensions `whole` tells sums apart. A total without parts makes no sum.
    """
    parts = table.with_columns(whole=whole_of(name, parents), sign=pl.lit(1.0)).filter(pl.col("whole").is_not_null())
    totals = table.with_columns(whole=pl.col(name), sign=pl.lit(-1.0))
    key = [*rest(dimensions, name), "whole"]
    return pl.concat([parts, totals.join(parts.select(key).unique(), on=key, how="semi")])


def beside_total(
    table: pl.DataFrame, dimensions: Sequence[str], name: str, parents: Parents, columns: Sequence[str]
) -> pl.DataFrame:
    """`table` in its order with `columns` of the total each cell is part of along `name`, as `total <column>`."""
    other = rest(dimensions, name)
    totals = table.select(*other, pl.col(name).alias("whole"), *(pl.col(c).alias(f"total {c}") for c in columns))
    parts = table.with_columns(whole=whole_of(name, parents))
    return parts.join(totals, on=[*other, "whole"], how="left", maintain_order="left")


def ancestors(name: str, category: str, parents: Parents) -> tuple[str, ...]:
    """The category, what it is part of, and so on to the total. Raises `ValueError` when that goes round."""
    above, found = parents.get(name, {}), [category]
    while found[-1] != TOTAL:
        found.append(above.get(found[-1], TOTAL))
        if found[-1] in found[:-1]:
            raise ValueError(f"{name} goes round in a circle")
    return tuple(found)
