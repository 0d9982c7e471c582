"""The register's own tests once more, on PostgreSQL; and two people who decide at the same moment."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from declare import Refusal
from register.models import Approval, Decision
from tests.conftest import missing_service
from tests.register.postgresql import cluster, programs
from tests.register.room import PEOPLE, Member, draft, furnish, take

HERE = Path(__file__).parent
REPEATED = ("test_constraints.py", "test_decisions.py", "test_load.py", "test_outbox.py", "test_postgresql.py")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    folder = programs()
    if folder is None:
        missing_service("PostgreSQL")
        return
    with cluster(folder) as url:
        yield url


@pytest.mark.postgresql
def test_the_register_on_postgresql(address: str) -> None:
    files = [str(HERE / name) for name in REPEATED]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not postgresql", "-k", "not random", *files]
    environment = os.environ | {"KOPPELKAMER_TEST_DATABASE": address}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.django_db(transaction=True)
def test_two_legal_officers_at_once_decide_once() -> None:
    """Threads with a connection each; on SQLite a file would be needed, so this runs on PostgreSQL alone."""
    if connection.vendor != "postgresql":
        return
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
