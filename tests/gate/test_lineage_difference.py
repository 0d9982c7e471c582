"""D08: subtracting a published cell from one of an earlier release."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import Outcome, Published, examine
from gate.lineage.codes import coded
from gate.lineage.difference import difference
from gate.lineage.rules import Differencing
from gate.subject import Parents
from tests.gate.policies import signed
from tests.gate.releases import Person, by, cells, released, subject

LEAST = 3
RULES = ("D01", "D02", "D03", "D04", "D06", "D07", "D08")
AGE = {"age": by("age")}
TOWN = {"town": by("town")}


def people(**counts: int) -> list[Person]:
    """`a_old=12`: so many of town a and age old."""
    found = [(name, number) for name, number in counts.items() for _ in range(number)]
    return [
        dict(zip(("town", "age"), name.split("_"), strict=True)) | {"id": str(n)} for n, (name, _) in enumerate(found)
    ]


def differencing() -> Differencing:
    return Differencing(10, 0.5, 0.67, 10)


TWO = people(a_old=20, a_young=15, b_old=30, b_young=1)
CASES = {
    "the same table again": (released("one", TWO, TOWN), TWO, TOWN, Outcome.PASS),
    "one person fewer in the population": (released("one", TWO, TOWN), TWO[1:], TOWN, Outcome.FAIL),
    "one person more in the population": (released("one", TWO[1:], TOWN), TWO, TOWN, Outcome.FAIL),
    "ten fewer": (released("one", TWO, TOWN), TWO[10:], TOWN, Outcome.PASS),
    "nobody of the others": (released("one", TWO[:20], TOWN), TWO[20:], TOWN, Outcome.PASS),
    "all of town b but the young one": (
        released("one", TWO, TOWN),
        TWO[:-1],
        {"town": by("town"), "age": by("age")},
        Outcome.FAIL,
    ),
    "the cell with one fewer was hidden": (
        released("one", TWO, TOWN, hidden=[("a",), ("*",)]),
        TWO[1:],
        TOWN,
        Outcome.PASS,
    ),
    "one person more in another delivery": (released("one", TWO[1:], TOWN, delivery="e"), TWO, TOWN, Outcome.FAIL),
    "one in the place of another": (released("one", TWO[1:], TOWN), [TWO[0], *TWO[2:]], TOWN, Outcome.FAIL),
    "the same in another delivery": (
        released("one", TWO[1:], TOWN, delivery="e"), [TWO[0], *TWO[2:]], TOWN, Outcome.FAIL,
    ),
    "but by another variable": (
        released("one", TWO[1:], {"place": lambda each: f"of {each['town']}"}, hidden=[("*",)]),
        [TWO[0], *TWO[2:]], TOWN, Outcome.PASS,
    ),
    "another key": (released("one", TWO[1:], TOWN, key="l"), TWO, TOWN, Outcome.NOT_ASSESSABLE),
}  # fmt: skip


@pytest.mark.parametrize(("earlier", "now", "kinds", "outcome"), CASES.values(), ids=CASES)
def test_a_difference_holds_nobody_or_enough(earlier: Published, now: list[Person], kinds, outcome: Outcome) -> None:
    verdict = examine(subject(now, kinds, earlier=[earlier]), signed(RULES))
    (finding,) = (each for each in verdict.findings if each.rule == "D08" and each.outcome is verdict.outcome)
    assert finding.outcome == outcome
    if outcome == Outcome.FAIL:
        assert "release one" in finding.message


BOTH = people(t_x=30, t_y=30, u_x=30, u_y=30)
"""By town and age; in LATER_BOTH one of t_x came for another, and many came for others in town u."""
LATER_BOTH = [
    each | {"id": f"new {each['id']}"} if number == 5 or 60 <= number < 75 or 90 <= number < 105 else each
    for number, each in enumerate(BOTH)
]
BY_TOWN, OF_TOWN, OF_AGE = TOWN | AGE, (("town",),), (("age",),)
FILTERED = [each for each in LATER_BOTH if each["town"] == "t"]
RENAMED = {"town": lambda each: each["town"].upper(), "age": by("age")}
OTHERWISE_CALLED = {
    # one in the place of another, and the cell bears another name than before
    "what was a dimension is a filter": (BOTH, BY_TOWN, (), FILTERED, AGE, OF_TOWN, Outcome.FAIL),
    "what was a filter is a dimension": (BOTH[:60], AGE, OF_TOWN, LATER_BOTH, BY_TOWN, (), Outcome.FAIL),
    "filters that keep everybody, another each time": (
        BOTH,
        BY_TOWN,
        (("a",),),
        LATER_BOTH,
        BY_TOWN,
        (("b",),),
        Outcome.FAIL,
    ),
    "and a dimension as a filter": (BOTH, BY_TOWN, (("a",),), FILTERED, AGE, (("town",), ("b",)), Outcome.FAIL),
    "categories have other names": (BOTH, BY_TOWN, (), LATER_BOTH, RENAMED, (), Outcome.FAIL),
    # whoever lives in a town and whoever is of an age: nobody knows who is in one only
    "two filters on different things": (
        BOTH[:30],
        {"one": lambda _: "all"},
        OF_TOWN,
        BOTH[1:31],
        {"two": lambda _: "all"},
        OF_AGE,
        Outcome.PASS,
    ),
}


@pytest.mark.parametrize(
    ("then", "kinds", "filters", "now", "later", "later_filters", "outcome"),
    OTHERWISE_CALLED.values(), ids=OTHERWISE_CALLED,
)  # fmt: skip
def test_a_cell_is_known_by_what_it_is_made_of(then, kinds, filters, now, later, later_filters, outcome) -> None:
    earlier = released("one", then, kinds, filters=filters)
    findings = differencing().compare(released("", now, later, delivery="e", filters=later_filters), [earlier])
    assert [finding.outcome for finding in findings] == [outcome]


def test_without_an_earlier_release_it_says_so() -> None:
    (finding,) = (each for each in examine(subject(TWO, TOWN), signed(RULES)).findings if each.rule == "D08")
    assert (finding.outcome, finding.message) == (Outcome.PASS, "No earlier release was given.")


def test_persons_are_counted_not_records() -> None:
    """Ten records that the earlier release lacks, all about one person."""
    many = TWO + [{"town": "a", "age": "old", "id": "more", "record": f"more{number}"} for number in range(10)]
    found = difference(*coded([released("two", many, TOWN), released("one", TWO, TOWN)]), LEAST)
    assert (found.smallest, found.close) == (1, 4)  # in town a and in all, by records and by persons


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Published, Published]:
    everybody = [
        {"town": draw(st.sampled_from("abc")), "age": draw(st.sampled_from("oy")), "id": str(number)}
        for number in range(draw(st.integers(2, 12)))
    ]
    kinds = st.sampled_from([AGE, TOWN, AGE | TOWN])
    return draw(_one("one", everybody, kinds)), draw(_one("two", everybody, kinds))


@st.composite
def _one(draw: st.DrawFn, name: str, everybody: list[Person], kinds) -> Published:
    chosen = draw(kinds)
    some = [each for each in everybody if draw(st.integers(0, 4))] or everybody[:1]
    parents = draw(st.sampled_from([{}, {"town": {"a": "ab", "b": "ab"}}]))
    above = {name: each for name, each in parents.items() if name in chosen}
    every = cells(some, chosen, above).select(list(chosen)).rows()
    hidden = [cell for cell in every if not draw(st.integers(0, 4))]
    return released(name, some, chosen, hidden=hidden, parents=above)


@settings(deadline=None, max_examples=40)
@given(pairs())
def test_it_is_what_sets_say(both: tuple[Published, Published]) -> None:
    """The slow twin: Python's sets of persons, cell by cell."""
    new, old = (_sets(each) for each in both)
    twice = {mine for _, mine in new} & {theirs for _, theirs in old}
    left = [
        len(mine ^ theirs)
        for name, mine in new
        for other, theirs in old
        if mine & theirs and mine != theirs and (_alike(name, mine, other, theirs) or mine < theirs or theirs < mine)
        if not {mine, theirs} & twice
    ]
    found = difference(*coded(both), LEAST)
    assert found.close == 2 * sum(each < LEAST for each in left)  # by records and by persons
    assert (found.smallest is None) == (not left)
    assert found.smallest is None or min(found.smallest, LEAST) == min(*left, LEAST)


def _alike(held: frozenset[str], mine: frozenset[bytes], other: frozenset[str], theirs: frozenset[bytes]) -> bool:
    """Mostly the same by the same variables, or by more of them."""
    return (held <= other or other <= held) and 2 * len(mine & theirs) >= max(len(mine), len(theirs))


def _sets(release: Published) -> list[tuple[frozenset[str], frozenset[bytes]]]:
    """What every published cell is held to a category of, and its persons."""
    (one,) = coded([release])
    tokens = dict(zip(one.members["person"], release.lineage.members["person"], strict=True))
    held = [
        frozenset(name for name, each in row.items() if each != "*") for row in one.table.select(one.names).to_dicts()
    ]
    counted = one.counted_in().group_by("cell").agg("person").rows()
    return [(held[cell], frozenset(tokens[each] for each in persons)) for cell, persons in counted if one.shown[cell]]


QUARTERS = people(a_q=4, b_q=12, c_q=13, d_q=20)
NORTH = {"town": {"a": "north", "b": "north", "c": "south", "d": "south"}}
LATER = {
    # what left before shows town b; a and c, hidden there, are 4 and 13 persons; north is b and four persons
    "with the subtotal that holds a shown cell": (NORTH, Outcome.FAIL),
    "without subtotals": ({}, Outcome.PASS),
}


@pytest.mark.parametrize(("parents", "outcome"), LATER.values(), ids=LATER)
@pytest.mark.parametrize("first", ["flat", "layered"])
def test_a_subtotal_is_subtracted_as_a_cell_is(first: str, parents: Parents, outcome: Outcome) -> None:
    shown = released("one", QUARTERS, TOWN, hidden=[("a",), ("c",)])
    whole = released("two", QUARTERS, TOWN, parents=parents, hidden=[("a",), ("b",), ("c",), ("d",)])
    new, old = (whole, shown) if first == "flat" else (shown, whole)
    findings = differencing().compare(new, [old])
    assert [finding.outcome for finding in findings] == [outcome]


@pytest.mark.parametrize(("now", "outcome"), [(TWO, Outcome.PASS), (TWO[1:], Outcome.FAIL)], ids=["same", "one fewer"])
def test_subtotals_of_unknown_parts_are_not_assessable_and_the_rest_is_compared(
    now: list[Person], outcome: Outcome
) -> None:
    """As entries have them that were made before hierarchies were kept."""
    plain = released("one", TWO, TOWN)
    layered = replace(plain, lineage=replace(plain.lineage, subtotals=True))
    findings = examine(subject(now, TOWN, earlier=[layered]), signed(RULES)).findings
    assert [each.outcome for each in findings if each.rule == "D08"] == [outcome, Outcome.NOT_ASSESSABLE]
