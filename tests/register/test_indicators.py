"""Lead times, queues, refusals and what is still to be told, each beside what was decided."""

from datetime import date, timedelta

import pytest

from register.feedback import record_feedback
from register.indicators import (
    lead_times,
    outstanding,
    queues,
    refused_by_people,
    releases_by_state,
    releases_told,
)
from register.models import Decision, Release
from register.session import act_as
from tests.register.room import TODAY, draft, furnish, take, unguarded
from tests.register.test_feedback import released

pytestmark = pytest.mark.django_db


def spread(days: int) -> None:
    """As if each decision was taken so many days after the one before it."""
    rows = list(Decision.objects.order_by("event__number"))
    with unguarded():
        for number, row in enumerate(rows):
            row.at += timedelta(days=days * (number - len(rows)))
            row.save()


def test_each_state_has_the_days_that_requests_stood_in_it() -> None:
    furnish()
    request = draft()
    for who, action in (("ann", "submit"), ("lea", "approve"), ("owen", "approve"), ("tess", "approve")):
        take(who, request, action)
    take("dora", request, "hold", "first the DPIA")
    spread(2)
    assert [(each.state, each.times, each.median, each.longest) for each in lead_times()] == [
        ("submitted", 1, 2.0, 2.0),
        ("checked", 1, 4.0, 4.0),
        ("consented", 1, 2.0, 2.0),
    ], "both owners together took four days"


def test_what_waits_is_counted_for_the_role_that_brings_it_on() -> None:
    furnish()
    take("ann", draft(), "submit")
    take("ann", draft(id="second"), "submit")
    draft(id="third")
    assert [(each.role, each.waiting) for each in queues()] == [("analyst", 1), ("legal_officer", 2)]
    assert [each.since for each in queues()] == [None, TODAY]


def test_a_release_waits_for_the_dpo_then_for_the_officer_then_for_nobody() -> None:
    release = released()
    assert (queues(), releases_by_state()) == ([], {"released": 1})
    assert [(each.subject, each.state) for each in lead_times()][-2:] == [
        ("release", "examined"),
        ("release", "advised"),
    ]
    assert release.state == "released"


def test_a_no_is_told_with_its_reasons() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit")
    take("lea", request, "return", "The ground does not cover this.")
    told = [(each.id, each.action, each.role, each.reason) for each in refused_by_people()]
    assert told == [("insight", "return", "legal_officer", "The ground does not cover this.")]


def test_an_indicator_is_outstanding_once_its_years_are_over() -> None:
    release = released()
    assert (releases_told(), outstanding(TODAY)) == ((0, 1), [])
    then = TODAY.replace(year=TODAY.year + 2) if (TODAY.month, TODAY.day) != (2, 29) else date(TODAY.year + 2, 3, 1)
    assert outstanding(then - timedelta(days=1)) == []
    assert [(each.indicator, each.since) for each in outstanding(then)] == [("speeding", then)]
    record_feedback(act_as("ann"), release, "Less of it.", indicator="speeding")
    assert (releases_told(), outstanding(then)) == ((1, 1), [])
    with unguarded():
        Release.objects.update(state="revoked")
    assert outstanding(then) == []
