"""Where a run is, on the steward's page and the request's; and a worker that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from register import jobs
from register.jobs import Outcome, end, give_back, take
from register.models import Job, JobState, RunStage, Stage, Work
from register.presence import Presence
from register.progress import come_to, progress
from register.runs import start_run, stop_run
from tests.console.test_pages import client
from tests.register.forging import insert
from tests.register.room import TODAY, approved, deliveries, plan, signed_in

pytestmark = pytest.mark.django_db
HOLDER = "import sys, time; from pathlib import Path; from register.presence import Presence; \
p = Presence(Path(sys.argv[1])); print(p.name, flush=True); time.sleep(600)"


def begun(worker: str | None) -> Any:
    """A run that reads and links; for a job of `worker`, if any."""
    request = approved()
    if worker:
        jobs.ask(signed_in("stef"), Work.RUN, request.id)
        assert take(worker) is not None
    run = start_run(signed_in("stef"), request.id, plan(), deliveries(), today=TODAY)
    for stage in (Stage.READING, Stage.LINKING):
        come_to(run, stage)
    return run


def test_stages_show_while_it_runs_and_the_page_can_be_kept_still(settings: Any, tmp_path: Path) -> None:
    settings.WORKERS = tmp_path
    worker = Presence(tmp_path)
    run = begun(worker.name)
    page = client("stef").get("/work/").text
    assert "links, since" in page and "broken off" not in page
    page = client("ann").get("/requests/insight/?watch").text
    assert page.index("reads the deliveries") < page.index("links</li>") and 'http-equiv="refresh"' in page
    assert 'http-equiv="refresh"' not in client("ann").get("/requests/insight/").text
    worker.leave()
    stop_run(signed_in("stef"), run)
    page = client("ann", "nl").get("/requests/insight/?watch").text
    assert "afgebroken" in page and 'http-equiv="refresh"' not in page


def test_the_stage_of_a_killed_worker_is_shown_as_broken_off(settings: Any, tmp_path: Path) -> None:
    settings.WORKERS = tmp_path
    worker = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    begun(worker.stdout.readline().strip())
    assert "broken off" not in client("stef").get("/work/").text
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert "<strong>broken off</strong>; links" in client("stef").get("/work/").text
    assert "broken off" in client("ann").get("/requests/insight/").text
    job = Job.objects.get()
    assert give_back(job)
    found = progress("insight")
    assert found is not None and found.broken_off and found.now is not None and found.now.name == "linking"


def test_a_run_of_the_command_line_is_not_taken_for_an_earlier_jobs(settings: Any, tmp_path: Path) -> None:
    settings.WORKERS = tmp_path / "nowhere"
    request = approved()
    jobs.ask(signed_in("stef"), Work.RUN, request.id)
    job = take("gone")
    assert job is not None
    end(job, Outcome(JobState.DONE))
    start_run(signed_in("stef"), request.id, plan(), deliveries(), today=TODAY)
    found = progress(request.id)
    assert found is not None and found.is_live and found.now is None


def test_the_database_refuses_a_forger_of_stages() -> None:
    run = begun(None)
    for name in ("linking", "waiting"):  # a second time, and of no such stage
        with pytest.raises(IntegrityError), transaction.atomic():
            insert("register_runstage", run_id=run.id, name=name, since="2026-11-21 09:00:00")
    stop_run(signed_in("stef"), run)
    for forge in (lambda: come_to(run, Stage.GATE), lambda: RunStage.objects.update(name="gate")):
        with pytest.raises(IntegrityError), transaction.atomic():
            forge()
    assert RunStage.objects.count() == 2
