"""Lists of persons and minors."""

import pytest

from gate import Outcome, OutputColumn, Subject, examine
from tests.gate.policies import signed
from tests.gate.texts import cells

TABLE = cells("""
    age | people
    0-11  | 40
    12-17 | 60
""")
AREA = OutputColumn("area", "municipality", "breakdown")
RANK = OutputColumn("amount", "harm-amount", "ranking")
NAME = OutputColumn("pseudonym", "person", "identity")

LISTS = {
    # kind, columns, case decision, who decides, DPIA; outcome
    "a table of groups": ("table", (AREA,), None, None, None, Outcome.PASS),
    "persons, nothing decided": ("persons", (AREA,), None, None, None, Outcome.FAIL),
    "persons, a case, nobody decides": ("persons", (AREA,), "case 7", None, "DPIA 1", Outcome.FAIL),
    "persons, somebody decides, no case": ("persons", (AREA,), None, "J. de Boer", "DPIA 1", Outcome.FAIL),
    "an empty name decides nothing": ("persons", (AREA,), "case 7", " ", "DPIA 1", Outcome.FAIL),
    "persons with both decisions": ("persons", (AREA,), "case 7", "J. de Boer", None, Outcome.FAIL),
    "persons with both decisions and a DPIA": ("persons", (AREA,), "case 7", "J. de Boer", "DPIA 1", Outcome.WARN),
    "a ranking that calls itself a table": ("table", (AREA, RANK), None, None, None, Outcome.FAIL),
    "a pseudonym per row that calls itself a table": ("table", (NAME,), None, None, None, Outcome.FAIL),
}


@pytest.mark.parametrize(("kind", "columns", "case", "human", "dpia", "outcome"), LISTS.values(), ids=LISTS)
def test_lists_of_persons(kind, columns, case, human, dpia, outcome) -> None:  # type: ignore[no-untyped-def]
    table = TABLE if kind == "table" else None
    subject = Subject(kind, columns, table, case_decision=case, human_decision=human, dpia=dpia)
    verdict = examine(subject, signed(("B13",)))
    assert verdict.outcome is outcome
    assert (verdict.safe is None) == (kind == "persons" or outcome is Outcome.FAIL)


def test_the_reason_is_one_a_dpo_can_read_aloud() -> None:
    (finding,) = examine(Subject("persons", (RANK,)), signed(("B13",))).findings
    assert finding.message == (
        "The output ranks people. Whoever is on it may be visited, checked or refused something because a computer "
        "put them there; that takes a decision that this is a case and a named person who decides and a DPIA, and the "
        "request has none."
    )


AGES = {
    # bands, use, outcome
    "from the floor on": (("12-17", "18+"), "breakdown", Outcome.PASS),
    "just below the floor": (("11-17", "18+"), "breakdown", Outcome.WARN),
    "an open band below": (("<18", "18+"), "breakdown", Outcome.WARN),
    "a young band with nobody in it": (("12-17", "18+", "0-11: 0"), "breakdown", Outcome.PASS),
    "children selected": (("0-17", "18+"), "selection", Outcome.FAIL),
    "a band nobody can read": (("young", "18+"), "breakdown", Outcome.NOT_ASSESSABLE),
}


@pytest.mark.parametrize(("bands", "use", "outcome"), AGES.values(), ids=AGES)
def test_minors(bands: tuple[str, ...], use: str, outcome: Outcome) -> None:
    lines = [f"{band.split(':')[0]} | {0 if ':' in band else 50}" for band in bands]
    subject = Subject("table", (OutputColumn("age", "age", use),), cells("\n".join(["age | people", *lines])))
    assert examine(subject, signed(("B14",))).outcome is outcome


SELECTED = {
    "adults selected": (("18-44", "45+"), Outcome.PASS),
    "children selected with others": (("0-17", "18+"), Outcome.FAIL),
    "a band nobody can read": (("young",), Outcome.NOT_ASSESSABLE),
}


@pytest.mark.parametrize(("values", "outcome"), SELECTED.values(), ids=SELECTED)
def test_what_is_selected_by_age_holds_for_the_whole_output(values: tuple[str, ...], outcome: Outcome) -> None:
    columns = (AREA, OutputColumn("residents.age", "age", "selection", values=values))
    assert examine(Subject("table", columns, TABLE), signed(("B14",))).outcome is outcome


def test_a_birth_date_that_only_links_says_nothing_of_the_output() -> None:
    columns = (AREA, OutputColumn("birth_date", "birth-date", "evidence"))
    assert examine(Subject("table", columns, TABLE), signed(("B14",))).outcome is Outcome.NOT_ASSESSABLE


def test_without_an_age_nobody_knows() -> None:
    assert examine(Subject("table", (AREA,), TABLE), signed(("B14",))).outcome is Outcome.NOT_ASSESSABLE
