"""Run a request: link, draft, gate and report. It stops before people decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from declare import canonical, digest, write_atomically
from flows.books import fitted_models, plan_of, write_logs
from flows.deliveries import aside_table, context_of, latest, protected_table
from flows.facts import facts_of
from flows.keyring import Keyring
from flows.ledger import Ledger
from flows.lineage import lineage_of
from gate import Published, SignedPolicy, Verdict, examine, verify_policy
from intake import Source
from koppelkamer.room import Room
from linkage import FittedModel, LinkedTable
from linkage import link as link_tables
from register.declarations import Request
from release.draft import Draft, draft, subject_of
from release.report import ReportFacts, render, to_json

if TYPE_CHECKING:
    from register.models import Release, Run
    from register.session import SignedIn

FACTS = "facts.json"
SAFE = "safe.parquet"
FINDINGS = "findings.json"


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """A run's end: the release that people decide on, what the gate said, and what the report says."""

    release: str
    linked: LinkedTable
    verdict: Verdict
    facts: ReportFacts
    reports: Path


@dataclass(frozen=True, slots=True, repr=False)
class Inputs:
    """What one run works on, read once: what is registered is what is used."""

    request: Request
    models: Sequence[FittedModel]
    deliveries: Mapping[str, str]
    """Source → digest of its delivery."""
    policy: SignedPolicy


def link(room: Room, keyring: Keyring, by: "SignedIn", request_id: str) -> Examined:
    """Run `request_id` as approved. Raises `NotApproved`, `ChangedSinceApproval`, `BadSignature` … before any work.

    Whatever stops it later leaves the request scheduled, so that it can run again.
    """
    from django.utils import timezone

    from register.runs import start_run, stop_run

    inputs = _inputs(room, request_id)
    plan = plan_of(room, inputs.request, inputs.models)
    run = start_run(by, request_id, plan, inputs.deliveries, today=timezone.localdate())
    try:
        return _execute(room, keyring, by, inputs, run)
    except BaseException:
        stop_run(by, run)
        raise
    finally:
        write_logs(room, keyring.signer)


def _inputs(room: Room, request_id: str) -> Inputs:
    request = room.request(request_id)
    return Inputs(
        request=request,
        models=fitted_models(room, request),
        deliveries={source.id: latest(source.id) for source in request.sources},
        policy=verify_policy(room.policy, room.policy_signature, room.read_public_key()),
    )


def _execute(room: Room, keyring: Keyring, by: "SignedIn", inputs: Inputs, run: "Run") -> Examined:
    tables = {name: protected_table(room, keyring, name, digest) for name, digest in inputs.deliveries.items()}
    aside = {name: aside_table(room, keyring, name, digest).table for name, digest in inputs.deliveries.items()}
    linked = link_tables(tables, inputs.models)
    absent = _not_delivered(room, inputs)
    made = draft(linked, inputs.request, aside, concepts_of(room), not_assessable=absent)
    ledger = Ledger(room, keyring)
    lineage = lineage_of(room, made, linked, tables, ledger.keys)
    subject = replace(subject_of(made), lineage=lineage, earlier=ledger.earlier())
    verdict = examine(subject, inputs.policy)
    facts = facts_of(room, inputs.request, run, made, verdict, inputs.policy)
    _keep(room, keyring, run, linked, made)
    if verdict.safe is not None:
        ledger.wait(Published(run.id, inputs.request.recipients, verdict.safe, lineage))
    reports = _report(room, keyring, run.id, facts, verdict)
    release = _finish(by, run, facts, verdict, linked)
    return Examined(release.id, linked, verdict, facts, reports)


def _finish(by: "SignedIn", run: "Run", facts: ReportFacts, verdict: Verdict, linked: LinkedTable) -> "Release":
    """The release in the register; people sign the facts they read, and these name draft, verdict and policy."""
    from register.runs import Examined as Outcome
    from register.runs import finish_run

    warned = tuple(finding.rule for finding in verdict.findings if finding.outcome in ("WARN", "NOT ASSESSABLE"))
    outcome = Outcome(verdict.outcome.value, verdict.digest, digest(to_json(facts)), warned)
    return finish_run(by, run, outcome, links=linked.links.height)


def concepts_of(room: Room) -> Mapping[str, str]:
    """`source.column` → concept, a derived column having the concept of its origin."""
    found: dict[str, str] = {}
    for source in room.sources.values():
        declared = {column.name: column.concept for column in source.columns if column.concept}
        derived = {each.name: declared[each.origin] for each in source.derived if each.origin in declared}
        found |= {f"{source.id}.{name}": concept for name, concept in (declared | derived).items()}
    return found


def _not_delivered(room: Room, inputs: Inputs) -> tuple[str, ...]:
    """Protected grounds of the policy that no source sets aside, so that nobody can say how they fare."""
    concepts = concepts_of(room)
    names = [name for source in inputs.deliveries for name in _aside_names(room.source(source))]
    aside = {concepts.get(name) for name in names}
    return tuple(ground for ground in inputs.policy.policy.protected.concepts if ground not in aside)


def _aside_names(source: Source) -> list[str]:
    """`source.column` of what a source sets aside."""
    declared = [column.name for column in source.with_role("aside")]
    derived = [each.name for each in source.derived if each.role == "aside"]
    return [f"{source.id}.{name}" for name in (*declared, *derived)]


def _keep(room: Room, keyring: Keyring, run: "Run", linked: LinkedTable, made: Draft) -> None:
    """Links and lineage at rest, encrypted, bound to their place."""
    folder = room.store / "runs" / run.id
    vault = keyring.vault("runs")
    for name, table in {"links": linked.links, "entities": linked.entities, "lineage": made.lineage}.items():
        path = folder / f"{name}.parquet"
        vault.write(table, path, context_of(room, path))


def _report(room: Room, keyring: Keyring, release: str, facts: ReportFacts, verdict: Verdict) -> Path:
    """The report's folder: both languages, its facts, the findings, and the table that may leave (encrypted)."""
    folder = room.reports / release
    write_reports(folder, facts)
    write_atomically(folder / FACTS, to_json(facts))
    write_atomically(folder / FINDINGS, canonical(verdict.to_json()))
    if verdict.safe is not None:
        path = room.store / "runs" / release / SAFE
        keyring.vault("runs").write(verdict.safe, path, context_of(room, path))
    return folder


def write_reports(folder: Path, facts: ReportFacts) -> None:
    """report.nl.html and report.en.html."""
    for language in ("nl", "en"):
        write_atomically(folder / f"report.{language}.html", render(facts, language).encode())
