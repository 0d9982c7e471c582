"""D09: all releases together. The slow twin writes down every population that fits what was published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import TOTAL, Outcome, Published, examine
from gate.lineage.codes import coded
from gate.lineage.joint import culprits, given_away
from tests.gate.policies import signed
from tests.gate.releases import Person, by, cells, lineage, released, subject

LEAST = 3
RULES = ("D01", "D02", "D03", "D04", "D06", "D07", "D08", "D09")
A, B, C = {"a": by("a")}, {"b": by("b")}, {"c": by("c")}


def crowd(**counts: int) -> list[Person]:
    """`x_y_z=12`: so many of category x of a, y of b, z of c."""
    found = [name for name, number in counts.items() for _ in range(number)]
    return [dict(zip("abc", name.split("_"), strict=True)) | {"id": str(n)} for n, name in enumerate(found)]


EXAMPLE = crowd(
    k_k_k=1, k_l_k=20, l_k_k=20,
    k_k_l=30, k_l_l=20, l_k_l=20,
    k_l_m=20, l_k_m=20, l_l_m=30,
)  # fmt: skip
"""Every two of a, b and c together have 20 people or more in each cell, and only one table of all three fits."""
THREE = [released("ab", EXAMPLE, A | B), released("ac", EXAMPLE, A | C), released("bc", EXAMPLE, B | C)]


@pytest.mark.parametrize("some", [*combinations(range(3), 1), *combinations(range(3), 2)], ids=str)
def test_one_or_two_harmless_tables_tell_nothing(some: tuple[int, ...]) -> None:
    assert given_away(coded([THREE[number] for number in some]), 10) == 0


QUARTERS = {"a": 1, "b": 12, "c": 13, "d": 20}
"""Four quarters of a town, which three organisations pair in three ways: (ab + ac - bc) / 2 is a."""
RESIDENTS: list[Person] = [
    {"quarter": name, "id": f"{name}{n}"} for name, size in QUARTERS.items() for n in range(size)
]
PAIRS = {"police": "ab", "care": "ac", "school": "bc"}
PAIRED = {name: {name: lambda each, home=home: str(each["quarter"] in home)} for name, home in PAIRS.items()}
DISTRICT = {name: ["district"] for name in PAIRS}
EARLIER = [released(f"{name}-1", RESIDENTS, PAIRED[name], DISTRICT) for name in ("police", "care")]


def test_the_third_request_isolates_one_person_and_the_finding_names_the_others() -> None:
    other = released("lot-1", RESIDENTS, {"lot": lambda person: str(len(person["id"]) % 2)})
    asked = subject(RESIDENTS, PAIRED["school"], DISTRICT, earlier=[EARLIER[0], other, EARLIER[1]])
    found = {finding.rule: finding for finding in examine(asked, signed(RULES)).findings}
    assert found["D08"].outcome == Outcome.PASS
    assert (found["D09"].outcome, found["D09"].about) == (Outcome.FAIL, "police-1, care-1")


@pytest.mark.parametrize("earlier", [[], EARLIER[:1], EARLIER[1:]], ids=["none", "police", "care"])
def test_two_of_the_three_pass(earlier: list[Published]) -> None:
    asked = subject(RESIDENTS, PAIRED["school"], DISTRICT, earlier=earlier)
    assert examine(asked, signed(RULES)).outcome == Outcome.PASS


def test_the_same_table_once_more_tells_nothing_new() -> None:
    """Also of persons who are counted in several small cells, for whom no exchange is looked for."""
    kinds = {"a": by("a"), "b": by("b")}
    few: list[Person] = [
        {"a": place, "b": "k", "id": f"few{n}", "record": f"{n}{place}"} for n in range(4) for place in "kl"
    ]
    many = [each | {"id": f"many{each['id']}"} for each in crowd(k_l_k=20, l_l_k=20, m_k_k=20, m_l_k=20)]
    asked = subject([*few, *many], kinds)
    left = examine(asked, signed(RULES)).exact
    assert left is not None and left["people"].null_count()
    before = Published("before", ("town",), left, lineage([*few, *many], kinds, {}))
    found = {
        finding.rule: finding.outcome for finding in examine(replace(asked, earlier=(before,)), signed(RULES)).findings
    }
    assert (found["D08"], found["D09"]) == (Outcome.PASS, Outcome.PASS)


def test_the_fewest_releases_are_named() -> None:
    new, *earlier = coded([THREE[2], *THREE[:2], released("again", EXAMPLE, A)])
    assert [each.release for each in culprits([new], earlier, 10)] == ["ab", "ac"]


def test_a_longer_chain_of_subtractions() -> None:
    """total - b1 - b2 - (h2 and b3) + b3 = h1, where h1 and h2 are hidden and h2 is large enough for itself."""
    bands = [("b1", 30), ("h1", 4), ("h2", 12), ("b3", 40)]
    people: list[Person] = [{"band": name, "id": f"{name}{n}"} for name, number in bands for n in range(number)]
    fine, coarse = {"fine": by("band")}, {"coarse": lambda each: "upper" if each["band"] in ("h2", "b3") else "lower"}
    age = {"fine": ["age"], "coarse": ["age"]}
    one = released("one", people, fine, age, hidden=[("h1",), ("h2",)])
    two = released("two", people, coarse, age)
    assert given_away(coded([one]), 10) == 0
    assert given_away(coded([one, two]), 10) == 1
    assert given_away(coded([one, released("two", people, {"coarse": lambda _: "all"}, age)]), 10) == 0


@pytest.mark.parametrize("variables", [{}, {"b": ["a"]}], ids=["unrelated", "of one variable"])
def test_what_a_reader_knows_of_the_dimensions_counts(variables: dict[str, list[str]]) -> None:
    """Nobody is l and l. Of two bandings of one age nobody can be, and then two persons are known to be k and k."""
    people = crowd(k_k_k=2, k_l_k=10, l_k_k=10)
    found = given_away(coded([released("a", people, A, variables), released("b", people, B, variables)]), 10)
    assert found == (1 if variables else 0)


@dataclass(frozen=True)
class Table:
    """A count of the first `size` people by the properties `names`."""

    names: tuple[str, ...]
    size: int
    hidden: frozenset[tuple[str, ...]]

    def cell(self, person: Person) -> tuple[str, ...]:
        return tuple(person[name] for name in self.names)

    def release(self, name: str, people: Sequence[Person]) -> Published:
        return released(name, people[: self.size], {each: by(each) for each in self.names}, hidden=sorted(self.hidden))


@st.composite
def instances(draw: st.DrawFn) -> tuple[list[Person], list[Table]]:
    """Two or three tables of at most seven people with two or three properties; the first counts everybody."""
    properties = draw(st.sampled_from(["ab", "abc"]))
    size = draw(st.integers(3, 7))
    people = [{name: draw(st.sampled_from("kl")) for name in properties} | {"id": str(n)} for n in range(size)]
    return people, [draw(_table(people, properties, first=number == 0)) for number in range(draw(st.integers(2, 3)))]


@st.composite
def _table(draw: st.DrawFn, people: list[Person], properties: str, *, first: bool) -> Table:
    names = tuple(sorted(draw(st.sets(st.sampled_from(properties), min_size=1, max_size=2))))
    some = len(people) if first or len(properties) == 3 else draw(st.integers(2, len(people)))
    rows = cells(people[:some], {name: by(name) for name in names}).rows()
    counted = [row[: len(names)] for row in rows if row[-1] and set(row[: len(names)]) != {TOTAL}]
    return Table(names, some, frozenset(cell for cell in counted if not draw(st.integers(0, 2))))


@settings(deadline=None, max_examples=50)
@given(instances())
def test_what_all_figures_determine_never_passes(instance: tuple[list[Person], list[Table]]) -> None:
    people, tables = instance
    found = given_away(coded([table.release(f"r{n}", people) for n, table in enumerate(tables)]), LEAST)
    assert found or not determined(people, tables)


@settings(deadline=None, max_examples=20)
@given(instances())
def test_one_more_release_never_makes_it_pass(instance: tuple[list[Person], list[Table]]) -> None:
    people, tables = instance
    everything = coded([table.release(f"r{n}", people) for n, table in enumerate(tables)])
    assert given_away(everything, LEAST) or not given_away(everything[:-1], LEAST)


def determined(people: list[Person], tables: list[Table]) -> bool:
    """Whether a small group, or a hidden cell that its own table leaves open, has one possible number only."""
    kinds = _kinds(people, tables)
    worlds = _worlds(kinds, people, tables, tables)
    groups = (group for number in range(2, len(tables) + 1) for some in combinations(range(len(tables)), number)
              for group in _groups(kinds, some, tables))  # fmt: skip
    truth = _truth(kinds, people, tables)
    small = [group for group in groups if 0 < truth[group].sum() < LEAST]
    for number, table in enumerate(tables):
        alone = _worlds(kinds, people, tables, [table])
        held = [_held(kinds, number, cell, table) for cell in table.hidden]
        small += [cell for cell in held if 0 < truth[cell].sum() < LEAST and _varies(alone, cell)]
    return any(not _varies(worlds, group) for group in small)


Kind = tuple[Person, tuple[bool, ...]]
"""A person's properties, and in which tables the person is counted."""


def _kinds(people: list[Person], tables: list[Table]) -> list[Kind]:
    properties = [name for name in people[0] if name != "id"]
    categories = [sorted({person[name] for person in people}) for name in properties]
    presences = sorted({tuple(n < table.size for table in tables) for n in range(len(people))})
    return [(dict(zip(properties, each, strict=True)), there) for there in presences for each in product(*categories)]


def _truth(kinds: list[Kind], people: list[Person], tables: list[Table]) -> np.ndarray:
    found = [
        ({k: v for k, v in each.items() if k != "id"}, tuple(n < t.size for t in tables))
        for n, each in enumerate(people)
    ]
    return np.array([found.count(kind) for kind in kinds])


def _worlds(kinds: list[Kind], people: list[Person], tables: list[Table], told: list[Table]) -> np.ndarray:
    """One row per population that fits what the tables in `told` show."""
    worlds, truth = _populations(len(people), len(kinds)), _truth(kinds, people, tables)
    for table in told:
        number = tables.index(table)
        for cell in product(*[[TOTAL, "k", "l"]] * len(table.names)):
            held = _held(kinds, number, cell, table)
            counts, people_there = worlds[:, held].sum(axis=1), truth[held].sum()
            if cell not in table.hidden:
                worlds = worlds[counts == people_there]
            else:
                most = LEAST - 1 if people_there < LEAST else len(people)
                worlds = worlds[(counts >= 1) & (counts <= most)]
    return worlds


def _held(kinds: list[Kind], number: int, cell: tuple[str, ...], table: Table) -> np.ndarray:
    """Kinds counted in a cell of table `number`."""
    return np.array([
        there[number] and all(mine in (TOTAL, other) for mine, other in zip(cell, table.cell(person), strict=True))
        for person, there in kinds
    ])  # fmt: skip


def _groups(kinds: list[Kind], some: tuple[int, ...], tables: list[Table]) -> list[np.ndarray]:
    """Kinds in the same cells of all these tables, and counted in one of them."""
    places = [tuple(tables[n].cell(person) if there[n] else None for n in some) for person, there in kinds]
    return [np.array([place == each for place in places]) for each in set(places) if any(each)]


def _varies(worlds: np.ndarray, group: np.ndarray) -> bool:
    return len(np.unique(worlds[:, group].sum(axis=1))) > 1


@cache
def _populations(people: int, kinds: int) -> np.ndarray:
    """Every way to divide people over kinds."""
    return np.array(
        [np.bincount(each, minlength=kinds) for each in combinations_with_replacement(range(kinds), people)]
    )
