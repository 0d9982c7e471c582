"""Run a request: link, draft, gate and report. It stops before people decide."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from declare import Refusal, digest
from flows.bias import Inputs, concepts_of, questions_of
from flows.books import fitted_models, plan_of, write_logs
from flows.deliveries import context_of, latest, protected_table
from flows.facts import facts_of
from flows.keyring import Keyring
from flows.ledger import Ledger
from flows.lineage import lineage_of, of_rows, with_cell_keys, with_pseudonyms
from flows.minimise import Minimised, check_request, minimised
from flows.reports import last_of
from flows.reports import write as write_report
from gate import Lineage, Published, Subject, Verdict, examine, verify_policy
from gate.lineage.rows import as_one_cell
from koppelkamer.room import Room
from linkage import LinkedTable
from linkage import link as link_tables
from release.draft import Draft, draft, subject_of
from release.gather import Occasion
from release.report import ReportFacts, to_json
from release.series import Last

if TYPE_CHECKING:
    from register.models import Release, Run
    from register.session import SignedIn


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """A run's end: the release that people decide on, what the gate said, and what the report says."""

    release: str
    linked: LinkedTable
    verdict: Verdict
    facts: ReportFacts
    reports: Path


class GateRefused(Refusal):
    """Nothing may leave, and nobody can set that aside."""

    def __init__(self, done: Examined) -> None:
        failed = [finding for finding in done.verdict.findings if finding.outcome == "FAIL"]
        reasons = " ".join(f"{finding.rule}: {finding.message}" for finding in failed)
        super().__init__(f"the gate refuses {done.release}. {reasons}", remedy=failed[0].remedy)


def link(room: Room, keyring: Keyring, by: "SignedIn", request_id: str) -> Examined:
    """Run `request_id` as approved. Raises `NotApproved`, `ChangedSinceApproval`, `BadSignature` … before any work.

    Whatever stops it later leaves the request scheduled, so that it can run again.
    """
    from register.runs import stop_run

    inputs = _inputs(room, request_id)
    run = _started(room, keyring, by, inputs)
    try:
        return _execute(room, keyring, by, inputs, run)
    except BaseException:
        stop_run(by, run)
        raise
    finally:
        write_logs(room, keyring.signer)


def _started(room: Room, keyring: Keyring, by: "SignedIn", inputs: Inputs) -> "Run":
    """The run in the register. A series stops where another plan is wanted than the one it was decided for."""
    from django.utils import timezone

    from register.refusals import ChangedSinceApproval
    from register.runs import start_run
    from register.standing_steps import stop

    name, plan = inputs.request.id, plan_of(room, inputs.request, inputs.models)
    try:
        return start_run(by, name, plan, inputs.deliveries, today=timezone.localdate())
    except ChangedSinceApproval:
        if stop(name, "plan"):
            write_logs(room, keyring.signer)
        raise


def _inputs(room: Room, request_id: str) -> Inputs:
    request = room.request(request_id)
    room.require_address(request)
    check_request(room, request)
    return Inputs(
        request=request,
        models=fitted_models(room, request),
        deliveries={source.id: latest(source.id) for source in request.sources},
        policy=verify_policy(room.policy, room.policy_signature, room.read_public_key()),
    )


def _execute(room: Room, keyring: Keyring, by: "SignedIn", inputs: Inputs, run: "Run") -> Examined:
    from register.models import Stage
    from register.progress import come_to

    come_to(run, Stage.READING)
    used = _used(room, keyring, inputs)
    tables = {name: each.asked for name, each in used.items()}
    come_to(run, Stage.LINKING)
    linked = link_tables(tables, inputs.models)
    come_to(run, Stage.DRAFTING)
    made = draft(linked, inputs.request, questions_of(room, keyring, inputs, tables), concepts_of(room))
    ledger = Ledger(room, keyring)
    lineage = lineage_of(room, made, linked, tables, ledger.keys)
    asked = _keyed(subject_of(made), lineage, ledger, inputs, run.id)
    subject = replace(asked, lineage=lineage, earlier=ledger.earlier())
    come_to(run, Stage.GATE)
    verdict = examine(subject, inputs.policy)
    come_to(run, Stage.REPORT)
    occasion = _occasion(room, run, len(subject.earlier), last_of(room, keyring, run.request_id))
    facts = facts_of(room, inputs, run, made, verdict, occasion, used)
    _keep(room, keyring, run, linked, made)
    if verdict.safe is not None:
        ledger.wait(_published(room, run.id, inputs, made, verdict, lineage))
    reports = write_report(room, keyring, run.id, facts, verdict)
    release = _finish(by, run, facts, verdict, linked)
    return Examined(release.id, linked, verdict, facts, reports)


def _used(room: Room, keyring: Keyring, inputs: Inputs) -> dict[str, Minimised]:
    """What the request's purpose may use of each source: all that linkage gets to see."""
    whole = {name: protected_table(room, keyring, name, digest) for name, digest in inputs.deliveries.items()}
    return minimised(room, keyring, inputs.request.agreement, inputs.request.purpose, whole)


def _occasion(room: Room, run: "Run", earlier: int, last: Last | None) -> Occasion:
    """`earlier`: releases that this one was held against; `last`: the one before it of this request."""
    declared, day = room.declaration, run.started_at.date().isoformat()
    return Occasion(
        release=run.id, room_title=declared.title, demo=declared.demo, made_on=day, earlier=earlier, last=last
    )


def _published(room: Room, release: str, inputs: Inputs, made: Draft, verdict: Verdict, lineage: Lineage) -> Published:
    """What the release would add to the ledger: its table, the rows of an extract, or who is in anonymous rows."""
    if made.rows is not None and made.rows.declared.extract is not None:
        return of_rows(room, release, inputs.request.recipients, lineage, made.rows.table)
    if verdict.exact is None:
        return as_one_cell(release, inputs.request.recipients, lineage, verdict.stays)
    return Published(release, inputs.request.recipients, verdict.exact, lineage)


def _keyed(subject: Subject, lineage: Lineage, ledger: Ledger, inputs: Inputs, release: str) -> Subject:
    """With the pseudonyms of its rows, or with the keys of its cells where the policy asks for them."""
    if subject.rows is not None and subject.rows.declared.extract is not None:
        return replace(subject, rows=with_pseudonyms(subject.rows, lineage, ledger.keys, release))
    perturbation = inputs.policy.policy.perturbation
    if subject.cells is None or perturbation is None or perturbation.method != "cell-key":
        return subject
    return replace(subject, cells=with_cell_keys(subject.cells, lineage, ledger.keys))


def _finish(by: "SignedIn", run: "Run", facts: ReportFacts, verdict: Verdict, linked: LinkedTable) -> "Release":
    """The release in the register; people sign the facts they read, and these name draft, verdict and policy."""
    from register.runs import Examined as Outcome
    from register.runs import finish_run

    warned = tuple(finding.rule for finding in verdict.findings if finding.outcome in ("WARN", "NOT ASSESSABLE"))
    outcome = Outcome(verdict.outcome.value, verdict.digest, digest(to_json(facts)), warned)
    return finish_run(by, run, outcome, links=linked.links.height)


def _keep(room: Room, keyring: Keyring, run: "Run", linked: LinkedTable, made: Draft) -> None:
    """Links and lineage at rest, encrypted, bound to their place."""
    folder = room.store / "runs" / run.id
    vault = keyring.vault("runs")
    for name, table in {"links": linked.links, "entities": linked.entities, "lineage": made.lineage}.items():
        path = folder / f"{name}.parquet"
        vault.write(table, path, context_of(room, path))
