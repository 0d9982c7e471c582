"""Every way in which people and papers can fail to fit keeps the door shut."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from gate.finding import Finding, Outcome
from gate.verdict import Verdict
from release.permit import (
    QUESTIONS,
    Examined,
    NotPermitted,
    Opinion,
    Permit,
    ReleaseDecision,
    Standing,
    open_rules,
    permit,
)

ANSWER = dict.fromkeys(QUESTIONS, "because")


def finding(rule: str, outcome: Outcome) -> Finding:
    return Finding(rule, outcome, "table", 1, 2, "A sentence.", "A remedy.")


def verdict_of(*findings: Finding, safe: bool = True) -> Verdict:
    table = pl.DataFrame({"reports.kind": ["*", "rent"], "people": [20, 20], "records": [30, 30]})
    return Verdict(findings or (finding("D01", Outcome.PASS),), "c" * 64, "d" * 64, table if safe else None)


def papers(verdict: Verdict) -> dict[str, Any]:
    examined = Examined(
        release="r-1",
        request="asked",
        requester="ann",
        runner="ben",
        draft="a" * 64,
        verdict=verdict.digest,
        policy=verdict.policy,
        digest="e" * 64,
    )
    return {
        "examined": examined,
        "verdict": verdict,
        "opinion": Opinion(person="dpo", when="2026-11-21T10:00:00Z", favourable=True, digest="e" * 64),
        "decision": ReleaseDecision(
            person="officer",
            when="2026-11-21T11:00:00Z",
            digest="e" * 64,
            reason="asked for by the council",
            answers=dict.fromkeys(open_rules(verdict), ANSWER),
        ),
    }


WARNED = verdict_of(finding("B04", Outcome.WARN), finding("B14", Outcome.NOT_ASSESSABLE), finding("D01", Outcome.PASS))


@pytest.mark.parametrize("verdict", [verdict_of(), WARNED], ids=["pass", "answered warnings"])
def test_what_fits_is_permitted(verdict: Verdict) -> None:
    made = permit(**papers(verdict))
    assert made.examined.release == "r-1"
    assert repr(made) == "Permit(r-1)"


def change(paper: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    def apply(given: dict[str, Any]) -> None:
        given[paper] = replace(given[paper], **fields)

    return apply


def without(paper: str) -> Callable[[dict[str, Any]], None]:
    return lambda given: given.update({paper: None})


def against(**decision: Any) -> Callable[[dict[str, Any]], None]:
    def apply(given: dict[str, Any]) -> None:
        given["opinion"] = replace(given["opinion"], favourable=False)
        given["decision"] = replace(given["decision"], **decision)

    return apply


SHUT: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no opinion": (without("opinion"), "no opinion"),
    "no decision": (without("decision"), "no release officer"),
    "another verdict": (change("examined", verdict="f" * 64), "not the one"),
    "another policy": (change("examined", policy="f" * 64), "not the one"),
    "an opinion on something else": (change("opinion", digest="f" * 64), "opinion was given on something else"),
    "a decision on something else": (change("decision", digest="f" * 64), "decision was given on something else"),
    "the requester decides": (change("decision", person="ann"), "asked for it"),
    "the runner decides": (change("decision", person="ben"), "ran it"),
    "the DPO decides": (change("decision", person="dpo"), "gave the DPO's opinion"),
    "the requester advises": (change("opinion", person="ann"), "DPO asked"),
    "the runner advises": (change("opinion", person="ben"), "DPO asked"),
    "no answers": (change("decision", answers={}), "B04, B14"),
    "one rule not answered": (change("decision", answers={"B04": ANSWER}), "B14"),
    "one question left blank": (
        change("decision", answers={"B04": ANSWER, "B14": {**ANSWER, "necessary": " "}}),
        "B14",
    ),
    "one question left out": (change("decision", answers={"B04": ANSWER, "B14": {"legitimate": "yes"}}), "B14"),
    "against the DPO, alone": (against(), "advised against"),
    "against the DPO, twice the same officer": (against(second="officer"), "advised against"),
    "against the DPO, with the requester": (against(second="ann"), "advised against"),
    "against the DPO, with the runner": (against(second="ben"), "advised against"),
    "against the DPO, with the DPO": (against(second="dpo"), "advised against"),
    "against the DPO, without reasons": (against(second="other", reason=" "), "advised against"),
}


@pytest.mark.parametrize(("break_it", "why"), SHUT.values(), ids=SHUT)
def test_what_does_not_fit_is_refused(break_it: Callable[[dict[str, Any]], None], why: str) -> None:
    given = papers(WARNED)
    break_it(given)
    with pytest.raises(NotPermitted, match=why):
        permit(**given)


def test_against_the_dpo_two_officers_with_reasons_may() -> None:
    given = papers(WARNED)
    against(second="other officer")(given)
    assert permit(**given).decision.second == "other officer"


@pytest.mark.parametrize(
    "verdict",
    [
        verdict_of(finding("B13", Outcome.FAIL), safe=False),
        verdict_of(finding("B13", Outcome.FAIL)),
        verdict_of(safe=False),
    ],
    ids=["refused", "refused and yet a table", "a list of persons"],
)
def test_nobody_sets_a_refusal_aside(verdict: Verdict) -> None:
    with pytest.raises(NotPermitted, match="let nothing through"):
        permit(**papers(verdict))


def test_a_permit_is_made_here_only() -> None:
    given = papers(WARNED)
    with pytest.raises(TypeError, match="only"):
        Permit(given["examined"], given["opinion"], given["decision"])


def by_itself(verdict: Verdict) -> dict[str, Any]:
    """Papers by a standing decision, on whose digest the opinion was given."""
    given = papers(verdict)
    days = {"when": "2026-11-01T10:00:00Z", "until": "2026-12-31", "day": "2026-12-31"}
    standing = Standing(id="asked-s1", plan="1" * 64, digest="2" * 64, **days)
    change("examined", plan=standing.plan)(given)
    change("opinion", digest=standing.digest)(given)
    change("decision", standing=standing)(given)
    return given


def standing(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda given: change("decision", standing=replace(given["decision"].standing, **fields))(given)


BY_ITSELF: dict[str, tuple[Verdict, Callable[[dict[str, Any]], None], str]] = {
    "a warning that was answered": (WARNED, lambda _: None, "only what passes every rule"),
    "a refusal": (verdict_of(finding("B13", Outcome.FAIL), safe=False), lambda _: None, "let nothing through"),
    "another plan": (verdict_of(), change("examined", plan="3" * 64), "for another plan"),
    "a decision for another plan": (verdict_of(), standing(plan="3" * 64), "for another plan"),
    "the day after": (verdict_of(), standing(day="2027-01-01"), "ended on 2026-12-31"),
    "no opinion": (verdict_of(), without("opinion"), "no opinion"),
    "an opinion on the release alone": (verdict_of(), change("opinion", digest="e" * 64), "opinion was given on"),
    "a decision on something else": (verdict_of(), change("decision", digest="2" * 64), "decision was given on"),
    "against the DPO, by two officers": (verdict_of(), against(second="other"), "against the series"),
    "the officer ran it": (verdict_of(), change("decision", person="ben"), "ran it"),
    "the DPO ran it": (verdict_of(), change("opinion", person="ben"), "DPO asked for this release or ran it"),
}


def test_what_passes_by_a_standing_decision_is_permitted() -> None:
    assert permit(**by_itself(verdict_of())).decision.standing is not None


@pytest.mark.parametrize(("verdict", "break_it", "why"), BY_ITSELF.values(), ids=BY_ITSELF)
def test_what_a_standing_decision_does_not_cover_is_refused(
    verdict: Verdict, break_it: Callable[[dict[str, Any]], None], why: str
) -> None:
    given = by_itself(verdict)
    break_it(given)
    with pytest.raises(NotPermitted, match=why):
        permit(**given)
