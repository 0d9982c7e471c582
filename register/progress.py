"""Where the run of a request is: the stages it came to, and whether anybody still works on it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from register.models import Job, JobState, Run, RunStage, Stage, Work
from register.presence import is_gone


@dataclass(frozen=True, slots=True)
class Progress:
    """`stages` in the order in which the run came to them. A run that was `broken_off` goes no further than the last:
    it failed, or the process that worked on it is no more."""

    run: Run
    stages: Sequence[RunStage]
    broken_off: bool

    @property
    def is_live(self) -> bool:
        return self.run.state == "running" and not self.broken_off

    @property
    def now(self) -> RunStage | None:
        """The last one."""
        return self.stages[-1] if self.stages else None


def come_to(run: Run, stage: Stage) -> None:
    RunStage.objects.create(run=run, name=stage.value, since=timezone.now())


def progress(request_id: str) -> Progress | None:
    """Of the latest run of a request, until it is completed."""
    run = Run.objects.filter(request=request_id).order_by("started_at", "pk").last()
    if run is None or run.state == "completed":
        return None
    stages = list(run.stages.order_by("since", "pk"))
    return Progress(run, stages, run.state == "stopped" or _is_left(run))


def _is_left(run: Run) -> bool:
    """Whether a worker began it that is no more, so far as can be seen from here."""
    asked = Job.objects.filter(kind=Work.RUN.value, subject=run.request_id, started_at__lte=run.started_at)
    job = asked.exclude(ended_at__lt=run.started_at).order_by("pk").last()
    if job is None:
        return False  # begun on the command line
    if job.state != JobState.RUNNING.value:
        return True
    folder = Path(settings.WORKERS)
    with suppress(PermissionError):
        return folder.is_dir() and is_gone(folder, job.worker)
    return False
