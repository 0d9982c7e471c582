"""What comparing says, and when it stops a delivery."""

from html import unescape

import pytest

from expectations.report import Masking, render, tell
from expectations.report.words import LANGUAGES, Language, words
from flows.compare import WHY, Compared, NotJudged, Why
from intake.changes import Change, SuddenChange
from intake.source import Changes, Source
from tests.expectations.facts import Delivery, declared
from tests.intake.sources import source

SUDDEN = Change("rows", None, 100, 10, 0.9, 0.2, 0.0, "failed")
STEADY = Change("rows", None, 100, 99, 0.01, 0.2, 1.0, "met")
CASES: dict[str, tuple[Source, Compared, type[Exception] | None]] = {
    "no thresholds": (source("a"), Compared(changes=(SUDDEN,), changes_why=None), None),
    "only told": (source("a", changes={}), Compared(changes=(SUDDEN,), changes_why=None), None),
    "a sudden change": (
        source("a", changes={"severity": "stop"}),
        Compared(changes=(STEADY, SUDDEN), changes_why=None),
        SuddenChange,
    ),
    "nothing sudden": (source("a", changes={"severity": "stop"}), Compared(changes=(STEADY,), changes_why=None), None),
    "nothing earlier": (source("a", changes={"severity": "stop"}), Compared(changes_why="nothing-earlier"), None),
    "an earlier one under another key": (
        source("a", changes={"severity": "stop"}),
        Compared(changes_why="other-key"),
        NotJudged,
    ),
    "not judged, and only told": (source("a", changes={}), Compared(changes_why="other-key"), None),
}


@pytest.mark.parametrize(("declared", "compared", "refusal"), CASES.values(), ids=CASES)
def test_what_stops(declared: Source, compared: Compared, refusal: type[Exception] | None) -> None:
    assert (compared.stops(declared) is None) if refusal is None else isinstance(compared.stops(declared), refusal)


def test_the_thresholds_that_hold_when_none_is_named() -> None:
    limits = Changes()
    assert (limits.rows, limits.empty, limits.shares, limits.distribution) == (0.2, 0.05, 0.1, 0.1)
    assert (limits.significance, limits.severity) == (0.01, "warn")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_why_in_both_languages(language: Language) -> None:
    for why in WHY:
        told = tell({**Delivery(50).facts(), "changes_why": why}, declared(), Masking(10))
        assert words(language)(f"why_{why}") in unescape(render(told, language))


@pytest.mark.parametrize("why", WHY)
def test_where_nothing_was_compared_the_facts_hold_no_list(why: Why) -> None:
    facts = Compared(changes_why=why).facts
    assert (facts["changes"], facts["changes_why"], facts["difference"]) == (None, why, None)
