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
    # kind, columns, case decision, who decides, outcome
    "a table of groups": ("table", (AREA,), None, None, Outcome.PASS),
    "persons, nothing decided": ("persons", (AREA,), None, None, Outcome.FAIL),
    "persons, a case, nobody decides": ("persons", (AREA,), "case 7", None, Outcome.FAIL),
    "persons, somebody decides, no case": ("persons", (AREA,), None, "J. de Boer", Outcome.FAIL),
    "an empty name decides nothing": ("persons", (AREA,), "case 7", " ", Outcome.FAIL),
    "persons with both decisions": ("persons", (AREA,), "case 7", "J. de Boer", Outcome.WARN),
    "a ranking that calls itself a table": ("table", (AREA, RANK), None, None, Outcome.FAIL),
    "a pseudonym per row that calls itself a table": ("table", (NAME,), None, None, Outcome.FAIL),
}


@pytest.mark.parametrize(("kind", "columns", "case", "human", "outcome"), LISTS.values(), ids=LISTS)
def test_lists_of_persons(kind, columns, case, human, outcome) -> None:  # type: ignore[no-untyped-def]
    subject = Subject(kind, columns, TABLE if kind == "table" else None, case_decision=case, human_decision=human)
    verdict = examine(subject, signed(("B13",)))
    assert verdict.outcome is outcome
    assert (verdict.safe is None) == (kind == "persons" or outcome is Outcome.FAIL)


def test_the_reason_is_one_a_dpo_can_read_aloud() -> None:
    (finding,) = examine(Subject("persons", (RANK,)), signed(("B13",))).findings
    assert finding.message == (
        "The output ranks people. Whoever is on it may be visited, checked or refused something because a computer "
        "put them there; that takes a decision that this is a case and a named person who decides, and the request "
        "has none."
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


def test_without_an_age_nobody_knows() -> None:
    assert examine(Subject("table", (AREA,), TABLE), signed(("B14",))).outcome is Outcome.NOT_ASSESSABLE
