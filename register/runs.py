"""What the machine did: deliveries, runs, examined drafts, parcels, each with its line for the processing log.

Every function may be repeated with the same arguments and then changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import canonical, digest
from register.conditions import check_may_run, check_may_write
from register.decisions import take_step
from register.models import Delivery, Release, Request, Run, Source
from register.operation import new_operation
from register.outbox import record
from register.plan import Plan
from register.refusals import StepNotAllowed, Unregistered, named
from register.series import go_on
from register.session import SignedIn
from register.workflow import ReleaseState, RequestState


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a delivery: `came` in the file, `kept` and `quarantined`."""

    came: int
    kept: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What the gate made of a draft: its outcome, digests, and the numbers of the rules to be answered."""

    outcome: str
    verdict: str
    output: str
    warnings: tuple[str, ...] = ()


@transaction.atomic
def record_delivery(
    source_id: str, contents: str, rows: Rows, *, started: datetime, period: str = "", suite: str = "",
    supplements: str = "",
) -> Delivery:  # fmt: skip
    """The delivery of `source_id` with the digest `contents`, which `check_may_receive` allowed.

    One of a period that was delivered before corrects the last delivery of it, unless it `supplements` one, by its
    digest. `suite` is the digest of what was asked.
    """
    # Locked, so that of two deliveries of one period at once the second corrects the first.
    if not Source.objects.select_for_update().filter(id=source_id).first():
        raise Unregistered("source")
    base = Delivery.objects.get(source=source_id, digest=supplements) if supplements else None
    corrects = delivered(source_id, period).exclude(digest=contents).last() if period and not supplements else None
    delivery, fresh = Delivery.objects.get_or_create(
        source_id=source_id,
        digest=contents,
        defaults={
            "rows_in": rows.came,
            "rows_kept": rows.kept,
            "rows_quarantined": rows.quarantined,
            "received_at": timezone.now(),
            "period": period,
            "corrects": corrects,
            "supplements": base,
        },
    )
    if fresh:
        told = {"period": period, "suite": suite, "corrects": corrects.digest if corrects else ""}
        told["supplements"] = supplements
        fields: dict[str, str | int] = {
            "source": source_id,
            "delivery": contents,
            "rows in": rows.came,
            "rows kept": rows.kept,
            "rows quarantined": rows.quarantined,
        }
        fields |= {name: text for name, text in told.items() if text}
        _note("delivery received", f"receive/{source_id}", started, fields)
    else:
        _receive_again(delivery, rows, period)
    return delivery


def delivered(source_id: str, period: str) -> QuerySet[Delivery]:
    """Whole deliveries about one period, in the order they came in."""
    found = Delivery.objects.filter(source=source_id, period=period, supplements=None)
    return found.order_by("received_at", "pk")


def _receive_again(delivery: Delivery, rows: Rows, period: str) -> None:
    """Under another declaration the same file keeps other rows, or gets the period that it had not."""
    if delivery.rows_kept != rows.kept:
        delivery.rows_in, delivery.rows_kept, delivery.rows_quarantined = rows.came, rows.kept, rows.quarantined
        delivery.save()
    if period and not delivery.period:
        Delivery.objects.filter(Q(pk=delivery.pk) | Q(supplements=delivery)).update(period=period)
        delivery.refresh_from_db()


@transaction.atomic
def start_run(by: SignedIn, request_id: str, plan: Plan, deliveries: Mapping[str, str], *, today: date) -> Run:
    """A new run of the request by `by`, who can never release it. A run that was broken off is marked stopped.

    `deliveries` maps source to digest. Raises as `check_may_run` and `decide`; `Unregistered` for a delivery that did
    not come in through this room.
    """
    check_may_run(request_id, plan, today)
    request = Request.objects.select_for_update().get(id=request_id)
    for source, contents in deliveries.items():
        if not Delivery.objects.filter(source=source, digest=contents, state="received").exists():
            raise Unregistered("delivery of that source", source)
    request.runs.filter(state="running").update(state="stopped", ended_at=timezone.now())
    decision = take_step(by, request, "run", seen=request.digest).event_id
    run = Run.objects.create(
        id=f"{request_id}-{request.runs.count() + 1}",
        request=request,
        runner=by.person,
        plan=plan.content,
        digest=plan.digest,
        deliveries=dict(deliveries),
        started_at=timezone.now(),
    )
    told = {"request": request_id, "run": run.id, "plan": plan.digest, "decision": decision}
    _note("run started", request_id, run.started_at, told)
    return run


@transaction.atomic
def stop_run(by: SignedIn, run: Run, *, status: str = "failed") -> None:
    """The run failed or was refused; the request may run again. A run that ended before, or was overtaken, stays so."""
    _lock(run)
    if run.state != "running":
        return
    told = {"request": run.request_id, "run": run.id, "decision": _end(by, run, "stop", "stopped")}
    _note("run ended", run.request_id, run.started_at, told, status=status)


@transaction.atomic
def finish_run(by: SignedIn, run: Run, examined: Examined, *, links: int, now: datetime | None = None) -> Release:
    """The release that the run ended in, for people to decide on; a FAIL is refused for good.

    Where a standing decision is in force the same transaction releases it by that, or stops the series. Raises
    `StepNotAllowed` for a run that was stopped, such as by a later one.
    """
    _lock(run)
    if known := Release.objects.filter(run=run).first():
        return known
    decision = _end(by, run, "finish", "completed")
    release = Release.objects.create(
        id=run.id,
        request=run.request,
        requester=run.request.requester,
        run=run,
        runner=run.runner,
        outcome=examined.outcome,
        warnings=sorted(set(examined.warnings)),
        verdict_digest=examined.verdict,
        output_digest=examined.output,
        digest=release_digest(run, examined),
        state=(ReleaseState.REFUSED if examined.outcome == "FAIL" else ReleaseState.EXAMINED).value,
        examined_at=now or timezone.now(),
    )
    ids = {"request": run.request_id, "run": run.id, "decision": decision}
    _note("run ended", run.request_id, run.started_at, ids | {"links": links})
    digests = {"outcome": examined.outcome, "verdict": examined.verdict, "output": examined.output}
    _note("draft examined", run.request_id, run.started_at, ids | digests | {"release": release.id})
    go_on(by, release, timezone.localdate(release.examined_at))
    return release


def release_digest(run: Run, examined: Examined) -> str:
    """What opinions and decisions on a release are given to: its inputs, its verdict and its output."""
    inputs = {"plan": run.digest, "deliveries": run.deliveries, "run": run.id}
    outcome = {"outcome": examined.outcome, "verdict": examined.verdict, "output": examined.output}
    return digest(canonical(inputs | outcome | {"warnings": sorted(set(examined.warnings))}))


@transaction.atomic
def record_parcel(release: Release, manifest: str, *, started: datetime) -> None:
    """The parcel with the manifest digest `manifest` was written. Raises as `check_may_write`."""
    Request.objects.select_for_update().get(id=release.request_id)
    Release.objects.select_for_update().get(id=release.id)
    check_may_write(release)
    if release.manifest_digest == manifest:
        return
    told = {"release": release.id, "manifest": manifest, "decision": release.released_by.decision_id}
    _note("parcel written", release.request_id, started, told)
    release.manifest_digest = manifest
    release.save(update_fields=["manifest_digest"])


def request_tried(request_id: str, declared: str, started: datetime) -> None:
    """Records were counted for a request, by the digest of its declaration, that nobody was asked about yet."""
    _note("request tried", request_id, started, {"request": request_id, "digest": declared})


def probe_linked(probe: str, records: int, sources: int, contents: str, started: datetime) -> None:
    """A list of so many `records` was linked to so many sources."""
    _note("probe linked", probe, started, {"probe": probe, "records": records, "found": sources, "output": contents})


def probe_read(probe: str, contents: str, started: datetime) -> None:
    """The requester read what was confirmed."""
    _note("probe read", probe, started, {"probe": probe, "output": contents})


def _lock(run: Run) -> None:
    """Nobody else changes the run or its request until the transaction ends, and `run` is as the register has it."""
    Request.objects.select_for_update().get(id=run.request_id)
    Run.objects.select_for_update().get(id=run.id)
    run.refresh_from_db()


def _end(by: SignedIn, run: Run, action: str, state: str) -> str:
    """End a locked run that is still the live one; the operation of the decision. Raises `StepNotAllowed`."""
    request = run.request
    if request.state != RequestState.RUNNING or run.state != "running":
        raise StepNotAllowed(named("run", str(run.id)), run.state, action, ["start a new run"])
    decision = take_step(by, request, action, seen=request.digest)
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])
    return decision.event_id


def _note(name: str, activity: str, started: datetime, fields: Mapping[str, str | int], *, status: str = "ok") -> None:
    times: dict[str, str | int] = {
        "activity": activity,
        "status": status,
        "started": timestamp(started),
        "ended": timestamp(),
    }
    record(Event(name, new_operation(), timestamp(), times | dict(fields)))
