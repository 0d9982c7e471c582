"""Fifty earlier releases of 342 x 20 tables on 138,628 records, and one more held against all of them.

Run: python -m benchmarks.lineage [series|deliveries] [sums]. Without a word every release is about everybody, by area
and a class of its own; `series`: the same two dimensions each time, of people who came in that month; `deliveries`:
the same two each time, of everybody, from a delivery of its own before which one in fifty moved. With `sums` an amount
of each is summed as well.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter, process_time

import numpy as np
import polars as pl

from gate import TOTAL, Dimension, Lineage, Published
from gate.lineage.codes import coded
from gate.lineage.rules import Differencing, JointRelease

RECORDS, AREAS, CLASSES, EARLIER = 138_628, 342, 20, 50
LEAST = 10
DOMINANCE = (0.5, 0.67, 10)
MOVED = 0.02
_CONTENT = np.random.default_rng(2).bytes(16 * RECORDS)
TOKENS = pl.Series([_CONTENT[place : place + 16] for place in range(0, len(_CONTENT), 16)])


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


def deliveries(people: pl.DataFrame, tokens: pl.Series) -> Iterator[Published]:
    """The same table of the same people, some of whom moved in between."""
    chance = np.random.default_rng(3)
    area = people["area"].to_numpy().copy()
    for number in range(EARLIER + 1):
        moved = chance.random(RECORDS) < MOVED
        area[moved] = chance.permutation(area[moved])
        found = released(number, people.with_columns(area=pl.Series(area)), tokens, by=0)
        yield replace(found, lineage=replace(found.lineage, delivery=f"d{number}"))


def with_sums(release: Published) -> Published:
    """Everybody gives the same in every release; sums leave where counts do."""
    members = release.lineage.members
    skewed = np.random.default_rng(4).lognormal(6, 1, RECORDS).round()
    given = pl.DataFrame({"person": TOKENS, "amount": skewed})
    members = members.join(given, on="person", how="left", maintain_order="left")
    lineage = replace(release.lineage, members=members, magnitude=("debt",))
    bare = release.table.with_columns(value=pl.lit(0.0))
    (one,) = coded([replace(release, lineage=lineage, table=bare)])
    sums = one.counted_in().group_by("cell").agg(value=pl.col("amount").sum())
    summed = release.table.with_row_index("cell").join(sums, on="cell", how="left", maintain_order="left").drop("cell")
    shown = pl.when(pl.col("people").is_not_null()).then(pl.col("value").fill_null(0.0)).alias("value")
    return replace(release, lineage=lineage, table=summed.with_columns(shown))


def main() -> None:
    people = population(1)
    made: Iterable[Published] = (released(number, people, TOKENS) for number in range(EARLIER + 1))
    for word, make in (("series", series), ("deliveries", deliveries)):
        made = make(people, TOKENS) if word in sys.argv else made
    new, *earlier = map(with_sums, made) if "sums" in sys.argv else made
    hidden = sum(each.table["people"].null_count() for each in earlier)
    sys.stdout.write(f"{EARLIER} earlier releases, {hidden:,} hidden cells in them\n")
    sys.stdout.flush()
    for rule in (Differencing(LEAST, *DOMINANCE), JointRelease(LEAST, *DOMINANCE)):
        clock, cpu = perf_counter(), process_time()
        findings = rule.compare(new, earlier)
        took = f"{perf_counter() - clock:.1f} s, {process_time() - cpu:.1f} CPU s"
        said = "; ".join(f"{finding.outcome}: {finding.message[:120]}" for finding in findings)
        sys.stdout.write(f"{rule.id}, {took}: {said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
