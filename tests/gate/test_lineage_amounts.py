"""D08 and D09 on sums of amounts. The slow twin subtracts cell by cell with Python's dictionaries."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import Outcome, Published
from gate.lineage.amounts import owed
from gate.lineage.codes import Coded, coded
from gate.lineage.dominance import Dominance
from gate.lineage.recalculate import recalculable
from gate.lineage.rules import Differencing, JointRelease
from tests.gate.releases import Kinds, Person, by, released

LIMITS = Dominance(0.5, 0.67, 10)
TOWN: Kinds = {"town": by("town")}
AGE: Kinds = {"age": by("age")}
Amounts = dict[str, float]


def crowd(**counts: int) -> list[Person]:
    found = [name for name, number in counts.items() for _ in range(number)]
    return [dict(zip(("town", "age"), name.split("_"), strict=True)) | {"id": str(n)} for n, name in enumerate(found)]


def summed(
    name: str, people: list[Person], kinds: Kinds, given: Amounts, hidden: tuple[str, ...] = (), delivery: str = "d"
) -> Published:
    """Everybody gives 10, those in `given` what it says; sums of `hidden` categories do not leave."""
    plain = released(name, people, kinds, delivery=delivery)
    amounts = pl.Series("amount", [given.get(person["id"], 10.0) for person in people], dtype=pl.Float64)
    lineage = replace(plain.lineage, members=plain.lineage.members.with_columns(amounts), magnitude=("debt",))
    (one,) = coded([replace(plain, lineage=lineage, table=plain.table.with_columns(value=0.0))])
    sums = one.counted_in().group_by("cell").agg(value=pl.col("amount").sum())
    table = plain.table.with_row_index("cell").join(sums, on="cell", how="left", maintain_order="left")
    hide = pl.any_horizontal(pl.col(each).is_in(hidden) for each in kinds)
    shown = pl.when(~hide).then(pl.col("value").fill_null(0.0)).alias("value")
    return replace(plain, lineage=lineage, table=table.drop("cell").with_columns(shown))


MANY = crowd(a_old=20, a_young=20, b_old=20, b_young=20)
LEFT = MANY[12:]
"""Without twelve of town a: enough persons for any count."""
ONE_LESS: list[Person] = [MANY[0], *MANY[2:]]
"""The first in the place of the second."""
SWAPPED: list[Person] = [{**MANY[0], "town": "b"}, *MANY[1:79], {**MANY[79], "town": "a"}]
SUBTRACTED = {
    # earlier, now, outcome of D08
    "twelve who give alike": (summed("one", MANY, TOWN, {}), summed("", LEFT, TOWN, {}), Outcome.PASS),
    "one of the twelve gives nearly all": (
        summed("one", MANY, TOWN, {"3": 900}), summed("", LEFT, TOWN, {}), Outcome.FAIL,
    ),
    "the same the other way round": (summed("one", LEFT, TOWN, {}), summed("", MANY, TOWN, {"3": 900}), Outcome.FAIL),
    "but these sums do not leave": (
        summed("one", MANY, TOWN, {"3": 900}, ("a", "*")), summed("", LEFT, TOWN, {}), Outcome.PASS,
    ),
    "the same table again": (summed("one", MANY, TOWN, {"3": 90}), summed("", MANY, TOWN, {"3": 90}), Outcome.PASS),
    "a later delivery in which one gives more": (
        summed("one", MANY, TOWN, {}), summed("", MANY, TOWN, {"3": 15}, delivery="e"), Outcome.FAIL,
    ),
    "a later delivery in which all give more": (
        summed("one", MANY, TOWN, {}),
        summed("", MANY, TOWN, {str(n): 14.0 for n in range(80)}, delivery="e"),
        Outcome.PASS,
    ),
    "somebody in the place of another": (
        summed("one", MANY[1:], TOWN, {}), summed("", ONE_LESS, TOWN, {}), Outcome.FAIL,
    ),
    "the same in a later delivery": (
        summed("one", MANY[1:], TOWN, {}), summed("", ONE_LESS, TOWN, {}, delivery="e"), Outcome.FAIL,
    ),
    "the newcomer and who went give nothing": (
        summed("one", MANY[1:], TOWN, {"0": 0, "1": 0}), summed("", ONE_LESS, TOWN, {"0": 0, "1": 0}, delivery="e"),
        Outcome.FAIL,
    ),
    "two change towns in a later delivery": (
        summed("one", MANY, TOWN, {}), summed("", SWAPPED, TOWN, {}, delivery="e"), Outcome.FAIL,
    ),
    "twelve in the place of twelve": (
        summed("one", MANY[:68], TOWN, {}), summed("", MANY[12:], TOWN, {}, delivery="e"), Outcome.PASS,
    ),
    "twelve in the place of twelve, and one of them gives nearly all": (
        summed("one", MANY[:68], TOWN, {"3": 900}), summed("", MANY[12:], TOWN, {"3": 900}, delivery="e"), Outcome.FAIL,
    ),
    "another name, and all but two the same": (
        summed("one", MANY[1:], TOWN, {}),
        summed("", ONE_LESS, {"place": lambda each: f"of {each['town']}"}, {}, delivery="e"),
        Outcome.FAIL,
    ),
    "a later delivery in which nothing changed": (
        summed("one", MANY, TOWN, {}), summed("", MANY, TOWN, {}, delivery="e"), Outcome.PASS,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("earlier", "now", "outcome"), SUBTRACTED.values(), ids=SUBTRACTED)
def test_what_is_left_of_a_sum_is_not_owed_to_one(earlier: Published, now: Published, outcome: Outcome) -> None:
    assert {each.outcome for each in Differencing(10, 0.5, 0.67, 10).compare(now, [earlier])} == {outcome}


def test_sums_of_unknown_parts_are_not_assessable() -> None:
    """As entries have them that were made before amounts were kept."""
    old = summed("one", MANY, TOWN, {})
    bare = replace(old, lineage=replace(old.lineage, magnitude=(), members=old.lineage.members.drop("amount")))
    found = Differencing(10, 0.5, 0.67, 10).compare(summed("", MANY, TOWN, {}), [bare])
    assert [each.outcome for each in found] == [Outcome.PASS, Outcome.NOT_ASSESSABLE]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Published, Published]:
    size = draw(st.integers(2, 9))
    ids = [str(draw(st.integers(0, size))) for _ in range(size)]
    everybody = [
        {"town": draw(st.sampled_from("ab")), "age": draw(st.sampled_from("oy")), "id": each, "record": f"{each}-{n}"}
        for n, each in enumerate(ids)
    ]
    given_by = {each: float(draw(st.sampled_from([0, 1, 2, 5, 40, -3]))) for each in ids}
    later = draw(st.booleans())
    chosen = [draw(st.sampled_from([TOWN, AGE, TOWN | AGE])) for _ in range(2)]
    some = [each for each in everybody if draw(st.integers(0, 3))] or everybody[:1]
    new = summed("new", everybody, chosen[0], given_by, draw(st.sampled_from([(), ("a",), ("*",)])))
    changed = given_by | ({ids[0]: 7.0} if later else {})
    old = summed("old", some, chosen[1], changed, delivery="e" if later else "d")
    return new, old


@settings(deadline=None, max_examples=30)
@given(pairs())
def test_it_is_what_dictionaries_say(both: tuple[Published, Published]) -> None:
    new, old = coded(both)
    assert owed(new, old, 3, LIMITS) == _slowly(new, old, 3)


def _slowly(new: Coded, old: Coded, least: int) -> int:
    same = new.delivery == old.delivery
    mine, theirs = (_cells(each, "record" if same else "person") for each in (new, old))
    equal = {(a, b) for a, (one, _) in mine.items() for b, (two, _) in theirs.items() if one == two}
    twins = {a for a, _ in equal}, {b for _, b in equal}
    apart = 2 if not same else 2 * max(_most(new), _most(old))
    found = 0
    for a, (one, gave) in mine.items():
        for b, (two, given_then) in theirs.items():
            held, other = _held(new, a), _held(old, b)
            mostly = 2 * len(one & two) >= max(len(one), len(two))
            alike = (mostly and (held <= other or other <= held)) or len(one ^ two) <= apart
            inside = one < two or two < one or (alike and one & two and one != two)
            inside = inside and a not in twins[0] and b not in twins[1]
            if inside or (not same and (a, b) in equal):
                left = Counter(gave)
                left.subtract(given_then)
                found += _unsafe([abs(each) for each in left.values() if each], 1 if same else least)
    return found


def _most(release: Coded) -> int:
    return max(Counter(release.members["person"]).values())


def _held(release: Coded, cell: int) -> frozenset[str]:
    return frozenset(
        name for name, each in release.table.row(cell, named=True).items() if name in release.names and each != "*"
    )


def _cells(release: Coded, of: str) -> dict[int, tuple[frozenset[int], Counter[int]]]:
    found: dict[int, tuple[set[int], Counter[int]]] = {}
    shown = release.table["value"].is_not_null().to_list()
    for cell, record, person, amount in release.counted_in().rows():
        if shown[cell]:
            members, gave = found.setdefault(cell, (set(), Counter()))
            members.add(record if of == "record" else person)
            gave[person] += amount
    return {cell: (frozenset(members), gave) for cell, (members, gave) in found.items()}


def _unsafe(left: list[float], fewest: int) -> bool:
    first, second, *_ = [*sorted(left, reverse=True), 0.0, 0.0]
    total = sum(left)
    return bool(left) and (
        len(left) < fewest or first > 0.5 * total or first + second > 0.67 * total
        or total - first - second < 0.1 * first
    )  # fmt: skip


PART = crowd(a_old=20, b_old=20, c_old=20, d_old=20)
RICH = {str(n): 100.0 for n in range(20, 80)} | {"0": 900.0}
"""One of town a gives nearly all of it: its sum is hidden, and that of b with it, which is large enough for that."""
ONE = summed("one", PART, TOWN, RICH, ("a", "b"))
WEST: Kinds = {"west": lambda each: str(each["town"] in "ab")}
EAST: Kinds = {"east": lambda each: str(each["town"] in "bc")}
SOUTH: Kinds = {"south": lambda each: str(each["town"] in "ac")}
TOGETHER = {
    "nothing else": ([], Outcome.PASS),
    "the same cells hidden": ([summed("two", PART, TOWN, RICH, ("a", "b"))], Outcome.PASS),
    "another cell hidden in place of b": ([summed("two", PART, TOWN, RICH, ("a", "c"))], Outcome.FAIL),
    "sums that say nothing of b": ([summed("two", PART, WEST, RICH)], Outcome.PASS),
    "sums of b and c": ([summed("two", PART, EAST, RICH)], Outcome.FAIL),
    "the same in another delivery": ([summed("two", PART, EAST, RICH, delivery="e")], Outcome.PASS),
}


@pytest.mark.parametrize(("others", "outcome"), TOGETHER.values(), ids=TOGETHER)
def test_no_release_gives_what_another_hides(others: list[Published], outcome: Outcome) -> None:
    found = JointRelease(10, 0.5, 0.67, 10).compare(replace(ONE, release=""), others)
    assert {each.outcome for each in found} == {outcome}


def test_three_sums_that_make_a_fourth() -> None:
    """(ab + ac - bc) / 2 is a, which no release shows or hides."""
    three = coded([summed(name, PART, kinds, RICH) for name, kinds in (("w", WEST), ("e", EAST), ("s", SOUTH))])
    assert recalculable(three[:2], LIMITS) is False
    assert recalculable(three, LIMITS) is True
