"""The steward's page: work that may be asked for, what waits and runs, and what came of it. It only writes rows."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from declare import Refusal
from register import jobs, schedules
from register import work as work_rows
from register.models import Job, JobState, Work
from register.operation import new_operation
from register.progress import progress
from register.session import of_request


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for one piece of work. The page comes with an operation, so that a form sent twice asks once."""
    given = request.POST
    return _done(
        request,
        lambda: jobs.ask(
            of_request(request), Work(given.get("kind", "")), given.get("subject", ""), operation=_operation(given)
        ),
    )


@require_POST
def make_schedule(request: HttpRequest) -> HttpResponse:
    """Ask for work at every time of a cron expression; `what` is kind and subject, with a space between."""
    return _done(request, lambda: _make_schedule(request))


@require_POST
def end_schedule(request: HttpRequest) -> HttpResponse:
    kind, subject = request.POST.get("kind", ""), request.POST.get("subject", "")
    return _done(request, lambda: schedules.end(of_request(request), Work(kind), subject))


def _done(request: HttpRequest, wanted: Callable[[], object]) -> HttpResponse:
    """The page again, or what stood in the way: a form that no page of ours sends (`ValueError`), or a refusal."""
    try:
        wanted()
    except ValueError:
        return _page(request, status=400)
    except Refusal as refusal:
        return _page(request, refusal, status=409)
    return redirect("work")


def _make_schedule(request: HttpRequest) -> None:
    given = request.POST
    kind, _, subject = given.get("what", "").partition(" ")
    until = date.fromisoformat(given["until"]) if given.get("until") else None
    schedules.make(of_request(request), Work(kind), subject, given.get("cron", ""), until, operation=_operation(given))


def _operation(given: QueryDict) -> str:
    """As the page had it. Raises `ValueError`."""
    operation = given.get("operation", "")
    if not re.fullmatch(r"[0-9a-f]{32}", operation):
        raise ValueError("no operation of ours")
    return operation


def _is_run(job: Job) -> bool:
    return (job.kind, job.state) == (Work.RUN.value, JobState.RUNNING.value)


def _page(request: HttpRequest, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    live = work_rows.live_jobs()
    context: dict[str, Any] = {
        "askable": [(each, new_operation()) for each in work_rows.askable()],
        "live": [(job, progress(job.subject) if _is_run(job) else None) for job in live],
        "ended": work_rows.latest_jobs(),
        "schedules": work_rows.schedules(),
        "schedulable": work_rows.schedulable(),
        "operation": new_operation(),
        "today": timezone.localdate().isoformat(),
        "refusal": refusal,
        # Only for who asks for it: a page that moves by itself is a barrier (WCAG 2.1, criterion 2.2.1).
        "watched": "watch" in request.GET and bool(live),
    }
    return render(request, "console/work.html", context, status=status)
