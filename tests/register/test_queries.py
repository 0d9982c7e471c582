from datetime import timedelta

import pytest
from django.utils import timezone

from register.queries import actions, catalogue, recalled, release_page, request_page
from register.runs import record_parcel
from register.waiting import pending
from tests.register.room import draft, examined, furnish, person, take

pytestmark = pytest.mark.django_db


def waits_for() -> dict[str, tuple[str, ...]]:
    """Username → actions that wait, over everything."""
    names = ("ann", "stef", "owen", "tess", "lea", "dora", "rob", "ria", "aud")
    found = {name: tuple(action for item in pending(person(name)) for action in item.actions) for name in names}
    return {name: actions for name, actions in found.items() if actions}


def test_work_waits_for_who_may_do_it() -> None:
    furnish()
    request = draft()
    assert waits_for() == {"ann": ("submit", "withdraw")}
    take("ann", request, "submit")
    assert waits_for() == {"lea": ("approve", "return")}
    take("lea", request, "approve")
    take("tess", request, "approve")
    assert set(waits_for()) == {"owen"}
    take("owen", request, "approve")
    assert waits_for() == {"dora": ("advise", "return", "hold")}
    take("dora", request, "advise")
    assert waits_for() == {"stef": ("run", "expire")}
    assert actions(person("stef"), request) == ("expire",)


def test_a_release_waits_for_the_dpo_and_then_the_officers() -> None:
    release = examined()
    assert waits_for()["dora"][:2] == ("advise", "advise against")
    take("dora", release, "advise")
    assert waits_for()["rob"] == ("release", "withhold")
    take("dora", release, "advise against", "on second thoughts")
    assert waits_for()["rob"] == ("countersign", "release", "withhold")
    take("dora", release, "advise")
    assert catalogue() == []
    take("rob", release, "release", "fine")
    assert catalogue() == [release]


def test_pages_show_what_is_known() -> None:
    release = examined()
    take("dora", release, "advise against", "too few people in it")
    page = request_page("insight")
    assert page is not None
    assert [source[1] for source in page.sources] == ["Tax", "City"]
    assert page.missing == ()
    about = release_page(release.id)
    assert about is not None and about.opinion is not None
    assert (about.opinion.favourable, about.opinion.decision.reason) == (False, "too few people in it")
    assert request_page("nothing") is None and release_page("nothing") is None


def test_what_was_revoked_or_outlived_its_retention_is_recalled() -> None:
    release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "fine")
    today, last = timezone.localdate(), release.request.retention_until
    assert recalled(last + timedelta(days=1)) == [], "no parcel was written"
    record_parcel(release, "a" * 64, started=timezone.now())
    assert recalled(last) == []
    assert recalled(last + timedelta(days=1)) == [(release, None)]
    take("rob", release, "revoke", "a mistake in the source")
    assert recalled(today) == [(release, today)]
