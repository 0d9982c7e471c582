"""Two people who decide at the same moment. Run by test_postgresql.py: the test's SQLite has one connection only."""

import threading

import pytest
from django.db import connection

from declare import Refusal
from register.models import Approval, Decision
from tests.register.room import PEOPLE, Member, draft, furnish, take


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
