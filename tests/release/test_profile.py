"""What is in a table, told from what it publishes and from nothing else; and what changed since the one before."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.subject import TOTAL
from release.profile import MOST_SLICES, ColumnProfile, profile
from release.report.facts import ReportFacts
from release.series import CellChanges, Last, Moved, changes
from tests.release.example import FACTS

COUNTS: dict[tuple[str, str], int | None] = {
    ("0363", "jong"): 40, ("0363", "oud"): 60, ("0599", "jong"): 20, ("0599", "oud"): None, ("?", "jong"): 12,
    ("?", "oud"): 0,
}  # fmt: skip


def table(counts: dict[tuple[str, str], int | None], hidden: dict[tuple[str, str], bool] | None = None) -> pl.DataFrame:
    """With all margins, in which a hidden cell (None) counts for 15 people. `hidden`: margins that are hidden too."""
    sums = dict.fromkeys(((a, b) for x, y in counts for a in (x, TOTAL) for b in (y, TOTAL)), 0)
    for (x, y), count in counts.items():
        for key in ((x, TOTAL), (TOTAL, y), (TOTAL, TOTAL)):
            sums[key] += 15 if count is None else count
    filled: dict[tuple[str, str], int | None] = {**sums, **counts, **dict.fromkeys(hidden or {}, None)}
    rows = [(place, age, count, count) for (place, age), count in filled.items()]
    schema = {"place": pl.String, "age": pl.String, "people": pl.Int64, "records": pl.Int64}
    return pl.DataFrame(rows, schema, orient="row").sort("place", "age")


def column(columns: tuple[ColumnProfile, ...], name: str) -> ColumnProfile:
    return next(each for each in columns if each.name == name)


def test_a_breakdown_is_told_by_its_margin() -> None:
    place = column(profile(table(COUNTS), {}), "place")
    assert (place.kind, place.values, place.unshown, place.drift) == ("category", 2, 0, None)
    assert place.complete == pytest.approx(1 - 12 / 147)
    assert [(one.label, one.share) for one in place.slices] == [
        ("0363", pytest.approx(100 / 147)), ("0599", pytest.approx(35 / 147))
    ]  # fmt: skip


def test_a_figure_is_told_over_the_cells_that_are_no_margin() -> None:
    people = column(profile(table(COUNTS), {}), "people")
    assert (people.kind, people.values, people.complete) == ("figure", 5, pytest.approx(5 / 6))
    assert [(one.label, one.share) for one in people.slices] == [
        ("0 – < 1", 0.2), ("1 – < 2", 0.0), ("2 – < 5", 0.0), ("5 – < 10", 0.0), ("10 – < 20", 0.2), ("20 – < 50", 0.4),
        ("50 – < 100", 0.2),
    ]  # fmt: skip


def test_a_group_of_categories_is_not_counted_beside_its_parts() -> None:
    counts: dict[tuple[str, str], int | None] = {("a", "x"): 10, ("b", "x"): 30, ("c", "x"): 60}
    whole = table(counts)
    group = whole.filter(pl.col("place").is_in(["a", "b"])).group_by("age").agg(pl.col("people", "records").sum())
    nested = pl.concat([whole, group.select(pl.lit("ab").alias("place"), "age", "people", "records")])
    found = profile(nested, {"place": {"a": "ab", "b": "ab"}})
    assert found == profile(whole, {})


def test_what_stands_out_is_named() -> None:
    counts: dict[tuple[str, str], int | None] = {(f"{n:02}", "x"): 20 + n for n in range(20)}
    found = column(profile(table({**counts, ("99", "x"): 90_000}), {}), "people")
    assert found.outliers == ("99, x",)
    assert column(profile(table(counts), {}), "people").outliers == ()


def test_of_many_categories_the_largest_are_shown() -> None:
    counts: dict[tuple[str, str], int | None] = {(f"{n:02}", "x"): 10 + n for n in range(30)}
    place = column(profile(table(counts), {}), "place")
    assert [one.label for one in place.slices] == [f"{n:02}" for n in range(30 - MOST_SLICES, 30)]
    assert place.unshown == 30 - MOST_SLICES


ABSENT: dict[str, tuple[pl.DataFrame, dict[str, Any]]] = {
    "nothing but hidden counts": (
        table({("a", "x"): None}, {("a", "*"): True, ("*", "x"): True, ("*", "*"): True}),
        {"values": 1, "complete": None, "slices": [None]},
    ),
    "nobody": (table({("a", "x"): 0}), {"values": 1, "complete": None, "slices": [None]}),
}


@pytest.mark.parametrize(("told", "expected"), ABSENT.values(), ids=ABSENT)
def test_what_is_not_there_has_no_share(told: pl.DataFrame, expected: dict[str, Any]) -> None:
    place = column(profile(told, {}), "place")
    found = {"values": place.values, "complete": place.complete, "slices": [one.share for one in place.slices]}
    assert found == expected


def test_drift_is_the_share_of_people_elsewhere() -> None:
    before = {("a", "x"): 50, ("b", "x"): 50, ("c", "x"): 100}
    now = {("a", "x"): 25, ("b", "x"): 25, ("d", "x"): 50}
    found = profile(table(dict(now)), {}, table(dict(before)))
    assert column(found, "place").drift == pytest.approx(0.5)
    assert column(found, "age").drift == 0
    hidden = profile(table(dict(now)), {}, table(dict(before), {("c", TOTAL): True}))
    assert column(hidden, "place").drift == pytest.approx(0.5)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), st.integers(0, 300), min_size=1),
    st.data(),
)
def test_what_is_hidden_has_no_share_and_is_no_figure(counts: dict[tuple[str, str], int], data: st.DataObject) -> None:
    whole = table(dict(counts))
    hidden = data.draw(st.lists(st.integers(0, whole.height - 1)))
    masked = whole.with_row_index().with_columns(
        pl.when(pl.col("index").is_in(hidden)).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("people", "records")
    )
    made = profile(masked.drop("index"), {}, masked.drop("index"))
    shown = {row[0]: row[1] for row in masked.filter(age=TOTAL).select("place", "people").iter_rows()}
    for one in column(made, "place").slices:
        assert (one.share is None) == (shown[one.label] is None or not shown[TOTAL])
    assert column(made, "people").values == masked.filter(
        pl.col("place") != TOTAL, pl.col("age") != TOTAL, pl.col("people").is_not_null()
    ).height  # fmt: skip


def test_changes_count_what_either_release_published() -> None:
    before = table({("a", "x"): 50, ("b", "x"): None, ("c", "x"): 30, ("d", "x"): 10, ("e", "x"): 0})
    now = table({("a", "x"): 90, ("b", "x"): 12, ("c", "x"): None, ("e", "x"): 11, ("f", "x"): 0})
    found = changes(Last(FACTS, before), FACTS, now)
    assert found.cells == CellChanges(
        new=1, gone=1, shown=1, hidden=1, changed=1, moved=(Moved(cell="a, x", before=50, now=90),)
    )
    assert (found.since, found.sources, found.otherwise) == (FACTS.release, (), ())


def test_changes_name_what_the_release_was_made_of() -> None:
    source, *others = FACTS.sources
    link, *links = FACTS.links
    now: ReportFacts = replace(
        FACTS,
        policy_digest="0" * 64,
        asked=replace(FACTS.asked, recipients=("RIEC",), purpose="iets anders"),
        sources=(replace(source, delivery="0" * 64), *others),
        links=(replace(link, digest="0" * 64), *links),
    )
    found = changes(Last(FACTS, table(COUNTS)), now, table(COUNTS).rename({"age": "sex"}))
    assert found.sources == (source.source,)
    assert found.otherwise == ("policy", "recipients", "purpose", f"model:{link.model}")
    assert (found.columns_added, found.columns_gone, found.cells) == (("sex",), ("age",), None)
