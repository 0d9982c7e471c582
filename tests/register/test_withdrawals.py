"""A delivery that is called back, or corrected, is held against every release that rests on it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from flows.recall import _notices
from register import notices
from register.conditions import check_may_write
from register.indicators import queues
from register.models import Delivery, OutboxEvent, Release
from register.queries import release_page
from register.refusals import AlreadyWithdrawn, NothingSaid, NotYours, Unregistered, WithdrawnSince
from register.runs import Rows, record_delivery, record_parcel
from register.waiting import pending
from register.withdrawals import unsound, withdraw
from tests.register.room import examined, person, signed_in, take

pytestmark = pytest.mark.django_db

INCOMES, RESIDENTS = (f"{number:064x}" for number in range(2))


def released() -> Release:
    release: Release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "fine")
    return release


def test_a_withdrawn_delivery_names_its_releases_and_waits_for_who_may_revoke_them() -> None:
    release = released()
    assert unsound() == []
    waiting = {who: len(pending(person(who))) for who in ("rob", "owen", "tess", "lea")}
    (delivery,) = withdraw(signed_in("tess"), "incomes", INCOMES, "wrong year")
    assert (delivery.state, delivery.withdrawal.reason) == ("withdrawn", "wrong year")
    (found,) = unsound()
    assert (found.release, found.source, found.why) == (release, "incomes", "withdrawn")
    assert unsound(Delivery.objects.get(digest=RESIDENTS)) == []
    told = OutboxEvent.objects.get(name="delivery withdrawn").fields
    assert (told["person"], told["role"], told["partner"], told["delivery"]) == ("tess", "data_owner", "tax", INCOMES)
    more = {who: len(pending(person(who))) - count for who, count in waiting.items()}
    assert more == {"rob": 1, "owen": 1, "tess": 1, "lea": 0}
    assert (
        {role for role, _ in notices.waiting()} == {each.role for each in queues()} == {"data_owner", "release_officer"}
    )
    page = release_page(release.id)
    assert page is not None
    assert [each.why for each in page.unsound] == ["withdrawn"]
    with pytest.raises(WithdrawnSince):
        check_may_write(release)
    take("rob", release, "revoke", "as the owner of incomes asks")
    assert unsound() == []
    assert {who: len(pending(person(who))) for who in waiting} == waiting


def test_a_corrected_delivery_names_its_releases_and_leaves_them_to_people() -> None:
    release = released()
    Delivery.objects.filter(digest=INCOMES).update(period="2026")
    record_delivery("incomes", "c" * 64, Rows(10, 9, 1), started=timezone.now(), period="2026")
    (found,) = unsound()
    assert (found.release, found.source, found.why) == (release, "incomes", "corrected")
    check_may_write(release)


def test_who_holds_the_parcel_is_told_before_and_after_it_is_revoked() -> None:
    release = released()
    record_parcel(release, "a" * 64, started=timezone.now())
    assert list(_notices()) == []
    withdraw(signed_in("tess"), "incomes", INCOMES, "wrong year")
    assert [(each.release, each.why) for each in _notices()] == [(release.id, "input withdrawn")]
    release.refresh_from_db()
    take("owen", release, "revoke", "it rests on the wrong year")
    assert [(each.release, each.why) for each in _notices()] == [(release.id, "revoked")]


def test_corrected_rows_are_withdrawn_with_what_they_supplement() -> None:
    examined()
    record_delivery("incomes", "d" * 64, Rows(10, 10, 0), started=timezone.now(), supplements=INCOMES)
    whole = withdraw(signed_in("tess"), "incomes", INCOMES, "wrong year")
    assert sorted(each.digest for each in whole) == sorted([INCOMES, "d" * 64])


REFUSED: dict[str, tuple[tuple[str, str, str, str], type[Exception]]] = {
    "another partner's owner": (("owen", "incomes", INCOMES, "x"), NotYours),
    "an analyst": (("ann", "incomes", INCOMES, "x"), NotYours),
    "no reason": (("tess", "incomes", INCOMES, " "), NothingSaid),
    "a delivery of another source": (("tess", "incomes", RESIDENTS, "x"), Unregistered),
    "a source nobody knows": (("tess", "nothing", INCOMES, "x"), Unregistered),
}


@pytest.mark.parametrize(("asked", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_the_delivery(asked: Any, refusal: type[Exception]) -> None:
    examined()
    who, *rest = asked
    with pytest.raises(refusal):
        withdraw(signed_in(who), *rest)
    assert not Delivery.objects.filter(state="withdrawn").exists()


def test_it_is_withdrawn_once() -> None:
    examined()
    withdraw(signed_in("tess"), "incomes", INCOMES, "wrong year")
    with pytest.raises(AlreadyWithdrawn):
        withdraw(signed_in("tess"), "incomes", INCOMES, "again")


FORGED = {
    "withdrawn by nobody": ("delivery_withdrawn_by_somebody", INCOMES, "state = 'withdrawn'"),
    "withdrawn by the word on another": (
        "delivery_withdrawal_is_of_it",
        RESIDENTS,
        "state = 'withdrawn', withdrawal_id = (SELECT event_id FROM register_withdrawal)",
    ),
    "back in use": ("delivery_withdrawn_stays_so", INCOMES, "state = 'received'"),
}


@pytest.mark.parametrize(("constraint", "digest", "change"), FORGED.values(), ids=FORGED)
def test_forgeries_of_withdrawals_are_refused(constraint: str, digest: str, change: str) -> None:
    examined()
    if constraint != "delivery_withdrawn_by_somebody":
        withdraw(signed_in("tess"), "incomes", INCOMES, "wrong year")
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE register_delivery SET {change} WHERE digest = %s", [digest])  # noqa: S608
        connection.check_constraints()
    assert constraint in str(refused.value) or "foreign key" in str(refused.value).lower()
