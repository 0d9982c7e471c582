from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audit import Log, verify_log
from declare import Refusal
from register.models import Agreement, OutboxEvent, Release, Request
from register.outbox import flush, waiting
from register.queries import actions
from register.refusals import AgreementLapsed, DpiaNotValid, RetentionOver, StepNotAllowed
from register.runs import (
    Examined,
    Rows,
    check_may_write,
    finish_run,
    record_delivery,
    record_parcel,
    start_run,
    stop_run,
)
from register.session import act_as
from tests.audit.signing import TestSigner
from tests.register.room import TODAY, approved, deliveries, examined, person, plan, take, unguarded

pytestmark = pytest.mark.django_db

SIGNER = TestSigner()


def test_a_whole_way_stands_in_two_logs_that_hold(tmp_path: Path) -> None:
    release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "as the DPO advised")
    record_parcel(release, "5" * 64, started=timezone.now())
    heads = flush(tmp_path, SIGNER)
    assert waiting() == 0
    for name in ("audit", "processing"):
        assert verify_log(tmp_path / f"{name}.jsonl", SIGNER.public_key).entries == heads[name].size
    processing = (tmp_path / "processing.jsonl").read_text()
    assert not any(person in processing for person in ('"ann"', '"stef"', '"dora"', '"rob"'))
    done = [entry.event.name for entry in Log(tmp_path / "processing.jsonl", "processing").entries()]
    assert done == [
        *["delivery received"] * 2, "run started", "run ended", "draft examined", "parcel written",
    ]  # fmt: skip


def test_a_flush_that_was_broken_off_writes_nothing_twice(tmp_path: Path) -> None:
    approved()
    first = flush(tmp_path, SIGNER)
    with unguarded():
        OutboxEvent.objects.update(moved_at=None)
    again = flush(tmp_path, SIGNER)
    assert {name: (head.size, head.root) for name, head in first.items()} == {
        name: (head.size, head.root) for name, head in again.items()
    }


def test_a_run_that_broke_off_starts_again() -> None:
    request = approved()
    first = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    second = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    first.refresh_from_db()
    assert (first.state, second.state, second.id) == ("stopped", "running", "insight-2")
    with pytest.raises(StepNotAllowed):
        finish_run(act_as("stef"), first, Examined("PASS", "3" * 64, "4" * 64), links=1)
    stop_run(act_as("stef"), second)
    request.refresh_from_db()
    assert request.state == "scheduled"


def test_only_the_live_run_ends_whatever_the_earlier_one_believes() -> None:
    request, outcome = approved(), Examined("PASS", "3" * 64, "4" * 64)
    first = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    second = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    assert first.state == "running"  # as its own process remembers it
    with pytest.raises(StepNotAllowed):
        finish_run(act_as("stef"), first, outcome, links=1)
    stop_run(act_as("stef"), first)
    request.refresh_from_db()
    assert (request.state, first.state) == ("running", "stopped")
    assert finish_run(act_as("stef"), second, outcome, links=1).id == second.id
    request.refresh_from_db()
    assert (request.state, second.state) == ("completed", "completed")


def test_a_run_that_was_overtaken_by_another_does_not_stop_it() -> None:
    request = approved()
    first = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    second = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    stop_run(act_as("stef"), first)
    request.refresh_from_db()
    second.refresh_from_db()
    assert (request.state, second.state) == ("running", "running")


def test_what_is_done_twice_is_written_once() -> None:
    release = examined()
    before = OutboxEvent.objects.count()
    finish_run(act_as("stef"), release.run, Examined("PASS", "3" * 64, "4" * 64), links=7)
    record_delivery("incomes", f"{0:064x}", Rows(10, 9, 1), started=timezone.now())
    assert OutboxEvent.objects.count() == before


def test_no_parcel_before_the_decision_and_none_after_it_is_called_back() -> None:
    release = examined()
    with pytest.raises(StepNotAllowed):
        record_parcel(release, "5" * 64, started=timezone.now())
    take("dora", release, "advise")
    take("rob", release, "release", "fine")
    take("tess", release, "revoke", "a mistake in the source")
    with pytest.raises(StepNotAllowed):
        record_parcel(release, "5" * 64, started=timezone.now())


def released() -> Release:
    release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "fine")
    return release


STANDS_NO_MORE: dict[str, tuple[Callable[[Release], Any], type[Refusal]]] = {
    "the DPO holds the release": (lambda release: take("dora", release, "hold", "wait"), StepNotAllowed),
    "the DPO holds the request": (lambda release: take("dora", release.request, "hold", "wait"), StepNotAllowed),
    "the requester withdrew": (lambda release: take("ann", release.request, "withdraw"), StepNotAllowed),
    "the request was revoked": (lambda release: take("lea", release.request, "revoke", "wrong"), StepNotAllowed),
    "the DPIA is suspended": (lambda _: Request.objects.update(dpia_status="suspended"), DpiaNotValid),
    "the agreement ended": (lambda _: Agreement.objects.update(until="2023-01-01"), AgreementLapsed),
    "retention is over": (lambda _: Request.objects.update(retention_until="2023-01-01"), RetentionOver),
}


@pytest.mark.parametrize(("meanwhile", "refusal"), STANDS_NO_MORE.values(), ids=STANDS_NO_MORE)
def test_no_parcel_unless_release_and_request_stand_on_the_day(
    meanwhile: Callable[[Release], Any], refusal: type[Refusal]
) -> None:
    release = released()
    with unguarded():
        meanwhile(release)
    with pytest.raises(refusal):
        check_may_write(release)
    with pytest.raises(refusal):
        record_parcel(release, "5" * 64, started=timezone.now())
    assert Release.objects.get().manifest_digest == ""


def test_a_held_release_goes_on_where_it_was_and_what_has_left_is_not_held() -> None:
    release = released()
    assert "hold" in actions(person("dora"), release)
    take("dora", release, "hold", "a question")
    take("dora", release, "resume", "answered")
    record_parcel(release, "5" * 64, started=timezone.now())
    assert "hold" not in actions(person("dora"), release)
    with pytest.raises(StepNotAllowed, match="is “written”"):
        take("dora", release, "hold", "too late")
