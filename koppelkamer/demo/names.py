"""Names by published frequency: surnames with their prefix, and given names by sex.

A group is a set of names that occur together; `general` is by far the largest.
"""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from koppelkamer.demo.chance import struck

DATA: Final = Path(__file__).parent / "data"
GENERAL: Final = "general"
_TAIL: Final = 0.5
"""Share of the general group that bears a name outside the thousand most frequent; in truth about two thirds."""
_ACROSS: Final = 0.15
"""Share of the other groups that bears a surname of the general group."""
_SECOND, _THIRD = 0.5, 0.3
"""Share with a second given name, and of those with a third."""


def surnames(groups: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """`prefix` (may be empty) and `surname` for each row's group."""
    across = struck(len(groups), _ACROSS, rng)
    pools = pl.select(pl.when(across).then(pl.lit(GENERAL)).otherwise(groups)).to_series()
    table = _surname_table()
    return table[_pick(table, pools, rng)].select("prefix", "surname")


def given_names(groups: pl.Series, sexes: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """`given_names` (one to three, separated by spaces) and `nickname` (of the first; may be empty)."""
    table, pools = _given_name_table(), groups + sexes
    first, second, third = (_pick(table, pools, rng) for _ in range(3))
    more = struck(len(pools), _SECOND, rng) & pl.Series(first != second)
    most = more & struck(len(pools), _THIRD, rng) & pl.Series((third != first) & (third != second))
    name = table.get_column("name")
    parts = pl.DataFrame({"one": name[first], "two": name[second], "three": name[third], "more": more, "most": most})
    names = pl.concat_str(
        "one", pl.when("more").then("two"), pl.when("most").then("three"), separator=" ", ignore_nulls=True
    )
    return parts.select(names.alias("given_names"), table.get_column("nickname")[first])


def initials(given: pl.Expr) -> pl.Expr:
    """`Jan Pieter` as `J.P.`"""
    return given.str.split(" ").list.eval(pl.element().str.head(1) + ".").list.join("")


def full_surname(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """Prefix and surname as one text: `van den Berg`, `d'Ancona`, `Jansen`."""
    space = pl.when((prefix == "") | prefix.str.ends_with("'")).then(pl.lit("")).otherwise(pl.lit(" "))
    return pl.concat_str(prefix, space, surname)


def _pick(table: pl.DataFrame, pools: pl.Series, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """A row of `table` for each pool, by weight."""
    chosen = np.empty(len(pools), dtype=np.int64)
    for pool in sorted(set(pools)):
        rows = table.with_row_index("at").filter(pl.col("pool") == pool)
        weights = rows.get_column("weight").to_numpy()
        places = (pools == pool).to_numpy()
        chosen[places] = rng.choice(rows.get_column("at").to_numpy(), size=places.sum(), p=weights / weights.sum())
    return chosen


@cache
def _surname_table() -> pl.DataFrame:
    """`pool`, `prefix`, `surname`, `weight`. Names without a count share what the frequent ones leave."""
    count = pl.col("count").cast(pl.Float64)
    tail = count.sum() * _TAIL / (1 - _TAIL) / count.is_null().sum()
    table = pl.read_csv(DATA / "surnames.csv", infer_schema=False).fill_null("")
    table = table.with_columns(pl.col("count").replace("", None))
    return table.select(
        pl.col("group").alias("pool"), "prefix", "surname", count.fill_null(tail.over("group")).alias("weight")
    )


@cache
def _given_name_table() -> pl.DataFrame:
    """`pool` (group and sex), `name`, `nickname`, `weight`."""
    table = pl.read_csv(DATA / "given_names.csv", infer_schema=False).fill_null("")
    pool = (pl.col("group") + pl.col("sex")).alias("pool")
    return table.select(pool, "name", "nickname", pl.col("weight").cast(pl.Float64))
