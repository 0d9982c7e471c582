"""Fifty earlier releases of 342 x 20 tables on 138,628 records, and one more held against all of them.

Run: python -m benchmarks.lineage [series]. Without the word every release is about everybody, by area and a class of
its own; with it the releases are a series: the same two dimensions each time, of people who came in that month.
"""

import sys
from collections.abc import Iterator, Sequence
from time import perf_counter, process_time

import numpy as np
import polars as pl

from gate import TOTAL, Dimension, Lineage, Published
from gate.lineage.rules import Differencing, JointRelease

RECORDS, AREAS, CLASSES, EARLIER = 138_628, 342, 20, 50
LEAST = 10
DOMINANCE = (0.5, 0.67, 10)


def population(seed: int) -> pl.DataFrame:
    """`area` of very different sizes, and one column of skewed classes for each release."""
    chance = np.random.default_rng(seed)
    sizes = chance.lognormal(0, 1, AREAS)
    classes = chance.lognormal(0, 0.5, CLASSES)
    columns = {"area": chance.choice(AREAS, RECORDS, p=sizes / sizes.sum())}
    for number in range(EARLIER + 1):
        columns[f"class{number}"] = chance.choice(CLASSES, RECORDS, p=chance.permutation(classes / classes.sum()))
    return pl.DataFrame(columns).cast(pl.String)


def released(number: int, people: pl.DataFrame, tokens: pl.Series, by: int | None = None) -> Published:
    """Area by one class; cells below the limit are hidden, with the next smallest in a row and column of one."""
    names = ["area", f"class{number if by is None else by}"]
    axes = [pl.Series(name, [TOTAL, *people[name].unique().sort()]).to_frame() for name in names]
    counted = [
        people.with_columns(pl.lit(TOTAL).alias(name) for name in left).group_by(names).agg(people=pl.len())
        for left in ([], names[:1], names[1:], names)
    ]
    table = axes[0].join(axes[1], how="cross").join(pl.concat(counted), on=names, how="left").fill_null(0)
    small = pl.col("people").is_between(1, LEAST - 1)
    hidden = table.with_columns(hide=_with_partners(table, names, small)).with_columns(
        pl.when(~pl.col("hide")).then(pl.col("people")).alias("people")
    )
    numbered = table.select(names).with_row_index("cell")
    cells = people.select(names).join(numbered, on=names, how="left", maintain_order="left")["cell"]
    members = pl.DataFrame({"cell": cells, "record": tokens, "person": tokens, "lasting": True})
    dimensions = tuple(Dimension(name, (name,)) for name in names)
    return Published(f"r{number}", ("town",), hidden.drop("hide"), Lineage(dimensions, members, "d", "k"))


def _with_partners(table: pl.DataFrame, names: Sequence[str], small: pl.Expr) -> pl.Series:
    """Small cells, and where one stands alone in its line the smallest of the others, until none does."""
    inner = ~pl.any_horizontal(pl.col(name) == TOTAL for name in names)
    hide = table.select((small & inner).alias("hide"))["hide"]
    while True:
        grown = hide
        for name in names:
            found = table.with_columns(hide=grown)
            others = pl.when(inner & ~pl.col("hide") & (pl.col("people") > 0)).then(pl.col("people"))
            first = (others == others.min().over(name)).fill_null(value=False)
            grown = found.select(
                (pl.col("hide") | (first & inner & (pl.col("hide").sum().over(name) == 1))).alias("hide")
            )["hide"]
        if grown.equals(hide):
            return hide
        hide = grown


def series(people: pl.DataFrame, tokens: pl.Series) -> Iterator[Published]:
    """The same table of others each time."""
    month = np.arange(people.height) % (EARLIER + 1)
    for number in range(EARLIER + 1):
        came = pl.Series(month == number)
        yield released(number, people.filter(came), tokens.filter(came), by=0)


def main() -> None:
    people = population(1)
    content = np.random.default_rng(2).bytes(16 * RECORDS)
    tokens = pl.Series([content[place : place + 16] for place in range(0, len(content), 16)])
    each = (released(number, people, tokens) for number in range(EARLIER + 1))
    new, *earlier = series(people, tokens) if "series" in sys.argv else each
    hidden = sum(each.table["people"].null_count() for each in earlier)
    sys.stdout.write(f"{EARLIER} earlier releases, {hidden:,} hidden cells in them\n")
    sys.stdout.flush()
    for rule in (Differencing(LEAST, *DOMINANCE), JointRelease(LEAST, *DOMINANCE)):
        clock, cpu = perf_counter(), process_time()
        (finding,) = rule.compare(new, earlier)
        took = f"{perf_counter() - clock:.1f} s, {process_time() - cpu:.1f} CPU s"
        sys.stdout.write(f"{rule.id}: {finding.outcome}, {took}: {finding.message}\n")


if __name__ == "__main__":
    main()
