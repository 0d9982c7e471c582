import pytest

from register import refusals
from register.declarations import Agreement
from register.load import sync_agreements, sync_sources
from register.models import Membership, OutboxEvent, Person, RequestSource, SharingTriple
from tests.register.room import AGREEMENT, PEOPLE, Source, draft, furnish

pytestmark = pytest.mark.django_db


def test_registering_twice_changes_nothing() -> None:
    furnish()
    draft()
    before = [kind.objects.count() for kind in (Person, Membership, SharingTriple, RequestSource, OutboxEvent)]
    furnish()
    draft()
    assert before == [kind.objects.count() for kind in (Person, Membership, SharingTriple, RequestSource, OutboxEvent)]


def test_every_change_is_an_event() -> None:
    furnish()
    before = OutboxEvent.objects.count()
    for title in ("Another", "Covenant"):
        sync_agreements([Agreement.model_validate(AGREEMENT | {"title": title})])
    assert OutboxEvent.objects.count() == before + 2


def test_unknown_people_partners_and_agreements_are_refused() -> None:
    furnish()
    with pytest.raises(refusals.Unregistered, match="partner"):
        sync_sources([Source("phones", "nobody")])
    for wrong in ({"requester": "nobody"}, {"agreement": "nothing"}):
        with pytest.raises(refusals.Unregistered):
            draft(**wrong)


def test_nobody_has_a_password_until_they_are_given_one() -> None:
    furnish()
    assert not any(account.has_usable_password() for account in Person.objects.all())
    assert Person.objects.count() == len({member.username for member in PEOPLE})
