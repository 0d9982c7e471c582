"""Histories told one by one, then random ones; what the register refuses, it leaves untouched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declare import Refusal
from register import refusals
from register.conditions import missing_approvals
from register.models import Decision, OutboxEvent, Release, ReleaseDecision, Request
from register.workflow import TRANSITIONS
from tests.register.room import (
    ANSWERS,
    MORE,
    PEOPLE,
    counts,
    draft,
    examined,
    furnish,
    take,
)

pytestmark = pytest.mark.django_db

Step = tuple[str, str] | tuple[str, str, type[Refusal]]

REQUEST_HISTORIES: dict[str, tuple[list[Step], str]] = {
    "everybody agrees": (
        [("ann", "submit"), ("lea", "approve"), ("tess", "approve"), ("owen", "approve"), ("dora", "advise")],
        "scheduled",
    ),
    "one owner is not all owners": ([("ann", "submit"), ("lea", "approve"), ("owen", "approve")], "checked"),
    "an owner speaks once": (
        [("ann", "submit"), ("lea", "approve"), ("owen", "approve"), ("owen", "approve", refusals.DutiesKeptApart)],
        "checked",
    ),
    "only the requester submits": ([("zoe", "submit", refusals.NotYours)], "draft"),
    "the DPO does not approve for the legal officer": (
        [("ann", "submit"), ("dora", "approve", refusals.NotYours)],
        "submitted",
    ),
    "the requester never approves": (
        [("max", "submit"), ("max", "approve", refusals.DutiesKeptApart)],
        "submitted",
    ),
    "legal officer and DPO are two people": (
        [
            ("ann", "submit"),
            ("twin", "approve"),
            ("tess", "approve"),
            ("owen", "approve"),
            ("twin", "advise", refusals.DutiesKeptApart),
        ],
        "consented",
    ),
    "returned and asked again, everybody speaks again": (
        [
            ("ann", "submit"),
            ("lea", "approve"),
            ("owen", "return"),
            ("ann", "submit"),
            ("lea", "approve"),
            ("owen", "approve"),
            ("tess", "approve"),
        ],
        "consented",
    ),
    "held and resumed where it was": (
        [("ann", "submit"), ("lea", "approve"), ("dora", "hold"), ("dora", "resume")],
        "checked",
    ),
    "nobody goes around a hold": (
        [("ann", "submit"), ("dora", "hold"), ("lea", "approve", refusals.StepNotAllowed)],
        "on_hold",
    ),
    "withdrawn is final": ([("ann", "withdraw"), ("ann", "submit", refusals.StepNotAllowed)], "withdrawn"),
    "no running without all approvals": (
        [("ann", "submit"), ("stef", "run", refusals.StepNotAllowed)],
        "submitted",
    ),
    "what has not lapsed does not expire": (
        [("ann", "submit"), ("adam", "expire", refusals.StepNotAllowed)],
        "submitted",
    ),
}


@pytest.mark.parametrize(("history", "state"), REQUEST_HISTORIES.values(), ids=REQUEST_HISTORIES)
def test_request_histories(history: list[Step], state: str) -> None:
    furnish(PEOPLE + MORE)
    request = draft(requester="max" if history[0][0] == "max" else "ann")
    walk(request, history)
    assert request.state == state


RELEASE_HISTORIES: dict[str, tuple[str, list[Step], str]] = {
    "advised and released": ("PASS", [("dora", "advise"), ("rob", "release")], "released"),
    "no release without an opinion": ("PASS", [("rob", "release", refusals.StepNotAllowed)], "examined"),
    "one officer cannot depart from the opinion": (
        "PASS",
        [("dora", "advise against"), ("rob", "release", refusals.OpinionMissing)],
        "advised",
    ),
    "an officer cannot be the second of oneself": (
        "PASS",
        [("dora", "advise against"), ("rob", "countersign"), ("rob", "release", refusals.OpinionMissing)],
        "advised",
    ),
    "two officers can": (
        "PASS",
        [("dora", "advise against"), ("ria", "countersign"), ("rob", "release")],
        "released",
    ),
    "a signature before the opinion does not count after it": (
        "PASS",
        [
            ("dora", "advise against"),
            ("ria", "countersign"),
            ("dora", "advise against"),
            ("rob", "release", refusals.OpinionMissing),
        ],
        "advised",
    ),
    "a favourable opinion needs no second": (
        "PASS",
        [("dora", "advise"), ("ria", "countersign", refusals.OpinionMissing)],
        "advised",
    ),
    "FAIL has no way on": (
        "FAIL",
        [("dora", "advise", refusals.StepNotAllowed), ("rob", "release", refusals.StepNotAllowed)],
        "refused",
    ),
    "held, and nobody releases": (
        "PASS",
        [("dora", "advise"), ("dora", "hold"), ("rob", "release", refusals.StepNotAllowed), ("dora", "resume")],
        "advised",
    ),
    "the DPO does not release": ("PASS", [("dora", "advise"), ("dora", "release", refusals.NotYours)], "advised"),
    "who advised does not release": (
        "PASS",
        [("both", "advise"), ("both", "release", refusals.DutiesKeptApart)],
        "advised",
    ),
    "withheld is final": (
        "PASS",
        [("rob", "withhold"), ("dora", "advise", refusals.StepNotAllowed)],
        "withheld",
    ),
    "an owner calls it back": ("PASS", [("dora", "advise"), ("rob", "release"), ("tess", "revoke")], "revoked"),
}


@pytest.mark.parametrize(("outcome", "history", "state"), RELEASE_HISTORIES.values(), ids=RELEASE_HISTORIES)
def test_release_histories(outcome: str, history: list[Step], state: str) -> None:
    release = examined(outcome)
    furnish(PEOPLE + MORE)
    walk(release, history)
    assert release.state == state


def walk(subject: Request | Release, history: list[Step]) -> None:
    for step in history:
        before = counts()
        if len(step) == 3:
            with pytest.raises(step[2]):
                take(step[0], subject, step[1], "because")
            assert counts() == before
        else:
            take(step[0], subject, step[1], "because")
            assert counts() > before


ACTIONS = sorted({(step.subject, step.action) for step in TRANSITIONS})
EVERYBODY = sorted({member.username for member in PEOPLE + MORE})


@contextmanager
def undone() -> Iterator[None]:
    """An example of its own: everything it wrote is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


STEPS = st.lists(st.tuples(st.sampled_from(EVERYBODY), st.sampled_from(ACTIONS)), max_size=30)
RANDOM = settings(
    max_examples=12,
    deadline=None,
    # Each example takes back what it wrote, so the fixture is as new.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=["PASS", "WARN", "FAIL", "NOT ASSESSABLE"])
def release_id(request: pytest.FixtureRequest) -> str:
    made = examined(request.param)
    furnish(PEOPLE + MORE)
    return made.id


@pytest.fixture
def request_id() -> str:
    furnish(PEOPLE + MORE)
    return draft().id


@RANDOM
@given(walk=STEPS)
def test_random_histories_never_break_the_duties(release_id: str, walk: list[tuple[str, tuple[str, str]]]) -> None:
    with undone():
        release = Release.objects.get(id=release_id)
        for who, (subject, action) in walk:
            before = counts()
            target: Any = release.request if subject == "request" else release
            try:
                take(who, target, action, "because", answers=ANSWERS)
            except Refusal:
                assert counts() == before
            target.refresh_from_db()
            check_duties(release)


@RANDOM
@given(walk=STEPS)
def test_random_histories_run_only_what_all_agreed_to(request_id: str, walk: list[tuple[str, tuple[str, str]]]) -> None:
    with undone():
        request = Request.objects.get(id=request_id)
        for who, (subject, action) in walk:
            if subject == "request":
                try:
                    take(who, request, action, "because")
                except Refusal:
                    request.refresh_from_db()
            if request.state in ("scheduled", "running", "completed"):
                assert missing_approvals(request) == []
            assert not request.approvals.filter(person=request.requester).exists()


def check_duties(release: Release) -> None:
    release.refresh_from_db()
    decided = ReleaseDecision.objects.filter(release=release).first()
    assert (release.state in ("released", "revoked")) <= (decided is not None)
    if decided is not None:
        assert release.outcome != "FAIL"
        involved = {release.requester_id, release.runner_id, decided.adviser_id}
        assert decided.officer_id not in involved
        assert decided.favourable or decided.second_id not in {*involved, decided.officer_id, None}
    events = set(OutboxEvent.objects.filter(name="decided").values_list("operation", flat=True))
    assert events == set(Decision.objects.values_list("event_id", flat=True))
