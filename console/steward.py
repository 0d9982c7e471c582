"""The steward's page: work that may be asked for, what waits and runs, and what came of it. It only writes rows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from declare import Refusal
from register import jobs
from register.models import Work
from register.operation import new_operation
from register.session import of_request
from register.work import askable, latest_jobs, live_jobs


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for one piece of work. The page comes with an operation, so that a form sent twice asks once."""
    try:
        given = request.POST
        kind = Work(given.get("kind", ""))
        jobs.ask(of_request(request), kind, given.get("subject", ""), operation=given.get("operation") or None)
    except ValueError:
        return _page(request, status=400)
    except Refusal as refusal:
        return _page(request, refusal, status=409)
    return redirect("work")


def _page(request: HttpRequest, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    live = live_jobs()
    context: dict[str, Any] = {
        "askable": [(each, new_operation()) for each in askable()],
        "live": live,
        "ended": latest_jobs(),
        "refusal": refusal,
        "refresh": bool(live) and refusal is None,
    }
    return render(request, "console/work.html", context, status=status)
