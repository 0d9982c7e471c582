"""The room's whole way: linked table, draft, verdict, page, opinion and decision, permit, parcel."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import canonical
from gate import GroupRates, Outcome, SignedPolicy, Verdict, examine
from linkage import LinkedTable
from release.bias import Questions
from release.catalogue import closed_part, public_part
from release.draft import Draft, draft, subject_of
from release.gather import Occasion, _gaps, _group, decided, gather
from release.manifest import verify_parcel
from release.parcel import Papers, write_parcel
from release.permit import QUESTIONS, Examined, NotPermitted, Opinion, ReleaseDecision, open_rules, permit
from release.report import LANGUAGES, ReportFacts, render
from release.report.facts import Proof
from tests.audit.signing import TestSigner
from tests.audit.signing import decision as in_log
from tests.gate.policies import signed
from tests.release.example import FACTS
from tests.release.linking import linked_table, request

CONCEPTS = {
    "residents.town": "municipality",
    "residents.age": "age",
    "incomes.band": "income",
    "reports.amount": "harm-amount",
}
OCCASION = Occasion(release="r-1", room_title="Room", demo=True, made_on="2026-11-21")


@pytest.fixture(scope="module")
def policy() -> SignedPolicy:
    return signed()


@pytest.fixture(scope="module")
def linked() -> LinkedTable:
    """A thousand residents with an income, reported 1,500 times; one town is so small that its cells are hidden."""
    chance = random.Random(1)
    towns = chance.choices(["a", "b", "c"], [60, 38, 2], k=1000)
    payload: dict[str, list[dict[str, Any]]] = {
        "residents": [{"town": town, "age": chance.choice(["18-44", "45+"])} for town in towns],
        "incomes": [{"band": chance.choice(["low", "high"])} for _ in range(1000)],
        "reports": [{"amount": float(chance.randint(1, 900))} for _ in range(1500)],
    }
    links = [("incomes", row, "residents", row, 0.99) for row in range(1, 1001)]
    links += [("reports", row, "residents", chance.randint(1, 1000), 0.95) for row in range(1, 1401)]
    return linked_table(payload, links, once={"residents": True, "incomes": True, "reports": False})


@pytest.fixture(scope="module")
def made(linked: LinkedTable) -> Draft:
    asked = request(dimensions=["residents.town", "incomes.band", "residents.age"], magnitude="reports.amount")
    born = ["x" if row % 3 else "y" for row in range(1000)]
    born[:5] = ["z"] * 5
    aside = {"residents": pl.DataFrame({"row": pl.Series(range(1, 1001), dtype=pl.UInt32), "born": born})}
    return draft(linked, asked, Questions(aside=aside), CONCEPTS)


@pytest.fixture(scope="module")
def verdict(made: Draft, policy: SignedPolicy) -> Verdict:
    return examine(subject_of(made), policy)


@pytest.fixture(scope="module")
def facts(made: Draft, verdict: Verdict, policy: SignedPolicy) -> ReportFacts:
    return gather(made, verdict, policy.policy, FACTS.asked, FACTS.sources, OCCASION, FACTS.quality[2:])


def test_the_facts_are_those_of_draft_and_verdict(made: Draft, verdict: Verdict, facts: ReportFacts) -> None:
    assert facts.outcome == verdict.outcome == Outcome.NOT_ASSESSABLE  # group z has five residents
    assert sum(count for _, count in facts.counts) == len({finding.rule for finding in verdict.findings})
    assert (facts.leaves.records_eligible, facts.leaves.records_counted) == (1500, 1400)
    assert facts.leaves.people == made.people
    assert (facts.draft_digest, facts.verdict_digest) == (made.digest, verdict.digest)
    assert [(fact.source, fact.what, fact.count) for fact in facts.quality] == [
        ("reports", "unlinked", 100),
        ("addresses", "ingetrokken adres nog in gebruik", 31),
    ]
    assert facts.links[0].recall == pytest.approx(0.95 * 0.9)


def test_hidden_cells_are_told_by_number(made: Draft, verdict: Verdict, facts: ReportFacts) -> None:
    told = facts.disclosure
    assert told is not None
    assert told.hidden_primary > 0
    assert told.hidden_primary + told.hidden_complementary == verdict.hidden
    assert made.cells is not None
    assert verdict.safe is not None
    both = zip(made.cells.table.iter_rows(named=True), verdict.safe.iter_rows(named=True), strict=True)
    lost = sum(cell["records"] for cell, shown in both if "*" not in cell.values() and shown["people"] is None)
    assert told.share_hidden == pytest.approx(lost / 1400)


def test_small_groups_have_no_rate(facts: ReportFacts) -> None:
    rates = {group.group: group.rate for group in facts.groups}
    assert rates["z"] is None
    assert rates["x"] == pytest.approx(1.0)


# What the counts of a group let anybody see of it: eligible and linked → rate, low, high; of few no rate, and the
# bounds of all that few could make it.
SEEN: dict[str, tuple[int, int, tuple[float | None, ...]]] = {
    "large": (3000, 2850, (0.95, 0.94, 0.96)),
    "few not linked": (300, 294, (None, 0.96, 1.0)),
    "few linked": (300, 6, (None, 0.0, 0.04)),
    "all linked": (300, 300, (1.0, 0.99, 1.0)),
    "small": (29, 20, (None, None, None)),
}


@pytest.mark.parametrize(("eligible", "linked", "seen"), SEEN.values(), ids=SEEN)
def test_no_count_follows_from_a_rate(
    eligible: int, linked: int, seen: tuple[float | None, ...], policy: SignedPolicy
) -> None:
    shown = _group("residents.born", "x", eligible, linked, policy.policy)
    assert (shown.rate, shown.low, shown.high) == seen


def test_the_gap_is_that_of_the_exact_rates(policy: SignedPolicy) -> None:
    rows = [("a", "x", 1000, 966), ("a", "y", 1000, 914), ("a", "z", 5, 0), ("b", "x", 100, 50), ("b", "y", 9, 9)]
    table = pl.DataFrame(rows, schema=["attribute", "group", "eligible", "linked"], orient="row")
    found = [(gap.attribute, gap.points) for gap in _gaps(GroupRates(table), policy.policy)]
    assert found == [("a", 5), ("b", None)]


def test_no_number_of_a_hidden_cell_is_in_page_or_facts(made: Draft, verdict: Verdict, facts: ReportFacts) -> None:
    assert made.cells is not None
    assert verdict.safe is not None
    hidden = made.cells.table.filter(verdict.safe["people"].is_null())
    pages = "".join(render(facts, language) for language in LANGUAGES)
    for value in hidden["value"].to_list():
        for text in (f"{value:.2f}", f"{value:,.0f}", f"{value:,.0f}".replace(",", ".")):
            assert len(text) < 4 or text not in pages


def answered(made: Draft, verdict: Verdict) -> tuple[Examined, Opinion, ReleaseDecision]:
    examined = Examined(
        release="r-1",
        request="asked",
        requester="ann",
        runner="ben",
        draft=made.digest,
        verdict=verdict.digest,
        policy=verdict.policy,
        digest="e" * 64,
    )
    answers = {rule: dict.fromkeys(QUESTIONS, "ja") for rule in open_rules(verdict)}
    when = "2026-11-21T10:00:00Z"
    decision = ReleaseDecision(person="dora", when=when, digest="e" * 64, reason="besluit", answers=answers)
    return examined, Opinion(person="fred", when=when, favourable=True, digest="e" * 64), decision


def test_the_whole_way_to_a_parcel(made: Draft, verdict: Verdict, facts: ReportFacts, tmp_path: Path) -> None:
    examined, opinion, decision = answered(made, verdict)
    leave = permit(examined, verdict, opinion, decision)
    signed_facts = decided(facts, opinion, decision, {"fred": "F. Gegevens"}, Proof(size=3, head="9" * 64))
    assert signed_facts.opinion is not None
    assert signed_facts.opinion.person == "F. Gegevens"
    assert all(line.answer is not None for line in signed_facts.findings)
    pages = {language: render(signed_facts, language, public=True) for language in LANGUAGES}
    signer = TestSigner()
    logged = in_log(signer, id=examined.release, digest=examined.digest)
    folder = write_parcel(leave, verdict, Papers(signed_facts, pages, logged), tmp_path / "parcels" / "r-1", signer)
    assert verify_parcel(folder, signer.public_key).draft == made.digest
    table = pl.read_parquet(folder / "table.parquet")
    assert verdict.safe is not None
    assert table.equals(verdict.safe)
    assert pl.read_csv(folder / "table.csv", infer_schema=False)["people"].null_count() == verdict.hidden
    records = set(made.lineage["record"].to_list())
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not any(record in content for record in records)
    findings = json.loads((folder / "findings.json").read_bytes())
    assert findings["report"]["groups"] == []
    assert all("interval" not in line["message"] for line in findings["report"]["findings"] if line["rule"] == "B04")


def test_a_ranked_list_of_persons_is_refused(linked: LinkedTable, policy: SignedPolicy) -> None:
    asked = request(kind="persons", dimensions=["residents.town", "residents.age"], rank_by="reports.amount")
    made = draft(linked, asked, Questions(), CONCEPTS)
    verdict = examine(subject_of(made), policy)
    facts = gather(made, verdict, policy.policy, FACTS.asked, FACTS.sources, OCCASION)
    assert (facts.outcome, facts.leaves.files, facts.leaves.people, facts.disclosure) == ("FAIL", (), None, None)
    assert "B13" in [line.rule for line in facts.findings if line.outcome == "FAIL"]
    assert "Vrijgave geweigerd" in render(facts, "nl")
    examined, opinion, decision = answered(made, verdict)
    with pytest.raises(NotPermitted):
        permit(examined, verdict, opinion, decision)


def test_the_catalogue_shows_the_public_what_left_and_the_partners_everything(facts: ReportFacts) -> None:
    later = replace(facts, release="r-2", made_on="2026-12-01")
    releases = [(facts, "released"), (later, "refused"), (replace(later, release="r-3"), "revoked")]
    assert [entry.release for entry in public_part(releases)] == ["r-3", "r-1"]
    assert [entry.public.release for entry in closed_part(releases)] == ["r-3", "r-2", "r-1"]
    assert facts.asked.requester not in canonical([repr(entry) for entry in public_part(releases)]).decode()
