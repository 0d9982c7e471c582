"""Further use of a release: who may ask, who is asked, and what it ends in."""

from typing import Any

import pytest

from register import notices, refusals
from register.conditions import check_may_run
from register.consents import accept
from register.declarations import Request as Declared
from register.indicators import queues
from register.models import Request, Run, StandingConsent
from register.session import act_as
from register.waiting import pending
from tests.console.test_pages import client
from tests.register.room import (
    AGREEMENT,
    CONSENT,
    PEOPLE,
    REQUEST,
    TODAY,
    Member,
    draft,
    furnish,
    person,
    plan_of,
    take,
)
from tests.register.test_feedback import released

pytestmark = pytest.mark.django_db
NEW: dict[str, Any] = {"id": "onwards", "title": "Onwards", "purpose": "teaching", "further": ["insight-1"]}
TRIPLES = [
    {"source": name, "recipient": recipient, "purpose": purpose}
    for name in ("residents", "incomes")
    for recipient, purpose in (("city", "insight"), ("city", "teaching"), ("tax", "insight"))
]
AGREED = AGREEMENT | {"triples": TRIPLES}


def onwards(people: tuple[Member, ...] = PEOPLE, **other: Any) -> Request:
    """A release, and a draft of a request to use it further."""
    released()
    furnish(people, AGREED)
    return draft(**NEW | other)


def test_all_owners_are_asked_and_it_ends_in_a_permission() -> None:
    request = onwards()
    for who, action in (("ann", "submit"), ("lea", "approve"), ("owen", "approve"), ("tess", "approve")):
        take(who, request, action)
    take("dora", request, "advise")
    assert request.state == "scheduled"
    with pytest.raises(refusals.NothingToRun):
        check_may_run(request.id, plan_of(Declared.model_validate(REQUEST | NEW)), TODAY)
    assert Run.objects.filter(request=request).count() == 0
    assert "onwards" not in [each.id for each in pending(person("stef"))]
    assert (queues(), notices.waiting()) == ([], set())
    assert "teaching, city – permitted" in client("tess").get("/releases/insight-1/").text
    page = client("tess").get("/requests/onwards/").text
    assert "<strong>permitted</strong>" in page and '<a href="/releases/insight-1/">' in page


@pytest.mark.parametrize("further", [True, False])
def test_a_standing_consent_covers_further_use_only_where_it_says_so(further: bool) -> None:
    request = onwards()
    consent = CONSENT | {"purpose": "teaching", "further": further}
    furnish(agreement=AGREED | {"consents": [consent]})
    accept(act_as("owen"), StandingConsent.objects.get())
    take("ann", request, "submit")
    take("lea", request, "approve")
    given = list(request.approvals.filter(kind="data_owner").values_list("partner_id", "how"))
    assert given == ([("city", "standing")] if further else [])


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "of what was never released": ({"further": ["insight-9"]}, "was not released"),
    "as it may be used already": ({"purpose": "insight"}, "already"),
    "without one of its sources": ({"sources": REQUEST["sources"][:1]}, "more of incomes"),
    "without one of its columns": (
        {"sources": [REQUEST["sources"][0], REQUEST["sources"][1] | {"columns": []}]},
        "more of incomes",
    ),
}


@pytest.mark.parametrize(("other", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked(other: dict[str, Any], why: str) -> None:
    request = onwards(**other)
    with pytest.raises(refusals.NotFurther, match=why):
        take("ann", request, "submit")


def test_only_a_recipient_asks() -> None:
    request = onwards((*PEOPLE, Member("tim", "analyst", "tax")), requester="tim")
    with pytest.raises(refusals.NotYours):
        take("tim", request, "submit")
