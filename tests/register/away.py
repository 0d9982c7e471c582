"""The database server is gone in the middle of a decision or a job, and comes back. Run by test_postgresql.py, whose
server it is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from register import jobs
from register.jobs import Outcome, give_back, running
from register.models import Approval, Decision, Job, JobState, OutboxEvent, Request, Work
from tests.console.test_pages import client
from tests.register.postgresql import Server
from tests.register.room import draft, furnish, signed_in, take

pytestmark = pytest.mark.django_db(transaction=True)
OPERATION = "d" * 32


@pytest.fixture
def server() -> Server:
    programs, folder = os.environ["KOPPELKAMER_TEST_SERVER"].split(":")
    return Server(Path(programs), Path(folder))


@contextmanager
def gone_at(server: Server, statement: str) -> Iterator[None]:
    """The server is gone when it would be sent that statement, and back afterwards."""
    stopped = []

    def stop(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not stopped and sql.startswith(statement):
            server.stop()
            stopped.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(stop):
        yield
    assert stopped
    server.start()
    close_old_connections()


@pytest.mark.parametrize("statement", ['INSERT INTO "register_decision"', 'UPDATE "register_request"'])
def test_a_decision_while_it_goes_away_has_one_answer_and_is_taken_once(server: Server, statement: str) -> None:
    furnish()
    request = draft()
    take("ann", request, "submit")
    browser = client("lea")
    browser.raise_request_exception = False
    form = {"action": "approve", "reason": "", "seen": request.digest, "operation": OPERATION}
    with gone_at(server, statement):
        answer = browser.post("/requests/insight/decide/", form)
        assert (answer.status_code, "cannot be reached" in answer.text) == (503, True)
    assert (Request.objects.get().state, Approval.objects.count()) == ("submitted", 0)
    assert [browser.post("/requests/insight/decide/", form).status_code for _ in range(2)] == [302, 302]
    assert Request.objects.get().state == "checked"
    assert Decision.objects.filter(action="approve").count() == Approval.objects.count() == 1
    assert OutboxEvent.objects.filter(operation=OPERATION).count() == 1


def test_a_job_while_it_goes_away_is_neither_lost_nor_doubled(server: Server) -> None:
    furnish()
    jobs.sync_inboxes(["residents"])
    jobs.ask(signed_in("stef"), Work.RECEIVE, "residents")
    job = jobs.take("worker")
    assert job is not None
    with gone_at(server, 'UPDATE "register_job"'), pytest.raises((DatabaseError, InterfaceError)):
        jobs.end(job, Outcome(JobState.DONE))
    (left,) = running()
    assert give_back(left)
    again = jobs.take("worker")
    assert again is not None and (again.pk, again.attempts) == (job.pk, 2)
    jobs.end(again, Outcome(JobState.DONE))
    assert (Job.objects.get().state, OutboxEvent.objects.filter(name="work ended").count()) == ("done", 1)
