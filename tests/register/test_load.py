import pytest

from register import refusals
from register.declarations import Agreement
from register.invitation import invite
from register.load import sync_agreements, sync_room, sync_sources
from register.models import Membership, OutboxEvent, Person, RequestSource, Room, SharingTriple
from register.notes import key_changed, policy_signed
from tests.register.room import AGREEMENT, PARTNERS, PEOPLE, Member, Source, draft, furnish, unguarded

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


@pytest.mark.parametrize("demo", [True, False])
def test_a_room_stays_demo_or_real_under_any_name(demo: bool) -> None:
    sync_room("one", "One", demo, PARTNERS, PEOPLE)
    for name in ("one", "other"):
        with pytest.raises(refusals.RoomChanged) as refused:
            sync_room(name, "One", not demo, PARTNERS, PEOPLE)
        assert f"demo = {str(demo).lower()} in room.toml" in str(refused.value.remedy)
    assert Room.objects.get().demo == demo


def roles(name: str) -> list[tuple[str, str, str]]:
    events = OutboxEvent.objects.filter(name=name).order_by("number")
    return [(event.fields["person"], event.fields["role"], event.fields["partner"]) for event in events]


def test_every_role_given_or_ended_is_an_event() -> None:
    furnish()
    assert roles("role given") == [(member.username, member.role, member.partner) for member in PEOPLE]
    furnish((*(member for member in PEOPLE if member.username != "tess"), Member("tess", "dpo")))
    assert roles("role ended") == [("tess", "data_owner", "tax")]
    assert roles("role given")[len(PEOPLE) :] == [("tess", "dpo", "city")]


def test_terms_keep_their_rows_until_they_change() -> None:
    furnish()
    before = set(SharingTriple.objects.values_list("pk", flat=True))
    furnish()
    assert set(SharingTriple.objects.values_list("pk", flat=True)) == before
    furnish(agreement=AGREEMENT | {"title": "Another"})
    assert not set(SharingTriple.objects.values_list("pk", flat=True)) & before


def test_terms_that_differ_from_the_declaration_are_put_right() -> None:
    furnish()
    with unguarded():
        SharingTriple.objects.filter(source="incomes").update(purpose="curiosity")
    furnish()
    assert set(SharingTriple.objects.values_list("purpose", flat=True)) == {"insight"}


def test_policies_keys_and_passwords_leave_a_note() -> None:
    furnish()
    policy_signed("9" * 64, "0a1b2c")
    key_changed("destroy", "insight-2026", 1)
    invite("dora").accept("a long enough word")
    noted = OutboxEvent.objects.order_by("-number")[:4]
    assert {event.name: event.fields for event in noted} == {
        "policy signed": {"digest": "9" * 64, "key": "0a1b2c"},
        "key changed": {"action": "destroy", "key": "insight-2026", "version": 1},
        "invited": {"person": "dora"},
        "password set": {"person": "dora"},
    }
