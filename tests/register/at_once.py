"""Two people who decide at the same moment. Run by test_postgresql.py: the test's SQLite has one connection only."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from declare import Refusal
from register.consents import accept
from register.models import Approval, ConsentAcceptance, Decision, Delivery, StandingConsent
from register.runs import Rows, record_delivery
from register.session import act_as
from tests.register.room import AGREEMENT, CONSENT, PEOPLE, Member, draft, furnish, take


@pytest.mark.django_db(transaction=True)
def test_two_legal_officers_at_once_decide_once() -> None:
    furnish((*PEOPLE, Member("leo", "legal_officer")))
    request = draft()
    take("ann", request, "submit")
    gate, refused = threading.Barrier(2), list[Refusal]()

    def approve(who: str) -> None:
        gate.wait()
        try:
            take(who, type(request).objects.get(id=request.id), "approve")
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(who,)) for who in ("lea", "leo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Approval.objects.count(), Decision.objects.filter(action="approve").count(), len(refused)) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_owners_at_once_accept_once() -> None:
    furnish((*PEOPLE, Member("otto", "data_owner")), AGREEMENT | {"consents": [CONSENT]})
    gate, refused = threading.Barrier(2), list[Refusal]()

    def accept_as(who: str) -> None:
        consent, by = StandingConsent.objects.get(), act_as(who)
        gate.wait()
        try:
            accept(by, consent)
        except Refusal as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept_as, args=(who,)) for who in ("owen", "otto")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ConsentAcceptance.objects.count(), len(refused)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_a_consent_for_one_covers_one() -> None:
    furnish((*PEOPLE, Member("leo", "legal_officer")), AGREEMENT | {"consents": [CONSENT]})
    accept(act_as("owen"), StandingConsent.objects.get())
    requests = {"lea": draft(), "leo": draft(id="second")}
    for request in requests.values():
        take("ann", request, "submit")
    gate = threading.Barrier(2)

    def approve(who: str) -> None:
        gate.wait()
        take(who, requests[who], "approve")
        connection.close()

    threads = [threading.Thread(target=approve, args=(who,)) for who in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Decision.objects.filter(action="approve", role="legal_officer").count() == 2
    assert Approval.objects.filter(how="standing").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_deliveries_of_a_period_at_once_the_second_corrects_the_first() -> None:
    furnish()
    gate = threading.Barrier(2)

    def deliver(number: int) -> None:
        gate.wait()
        record_delivery("residents", f"{number:064x}", Rows(10, 9, 1), started=timezone.now(), period="2026-10")
        connection.close()

    threads = [threading.Thread(target=deliver, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = Delivery.objects.order_by("received_at")
    assert (first.corrects, second.corrects) == (None, first)
