"""Pages: what waits, a request, a release, a decision, the public catalogue. Nothing here shows a record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from console.access import open_to
from console.decision import DecisionForm, RemarkForm
from console.dossier import Dossier, dossier
from declare import Refusal
from gate.rules import explained
from register import queries, waiting
from register.decisions import Subjects, decide, earlier, kind_of
from register.feedback import speaks_for
from register.models import Membership, Release, Request, Room, StandingDecision
from register.operation import new_operation
from register.progress import progress
from register.remarks import remark
from register.session import act_in_browser, is_demo, of_request
from register.work import came_to_nothing
from release.report.words import Language, words

_PAGES: Final[dict[str, Callable[[str], object]]] = {
    "request": queries.request_page,
    "release": queries.release_page,
    "standing": queries.standing_page,
}
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    person = of_request(request).person
    pending = waiting.pending(person)
    here = {(one.subject, one.id) for one in pending}
    elsewhere = [one for one in waiting.underway() if (one.subject, one.id) not in here]
    told = {"waiting": pending, "probes": waiting.answers_pending(person), "underway": elsewhere}
    return render(request, "console/home.html", told)


@require_safe
def request_page(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _page(request, get_object_or_404(Request, pk=subject_id))


@require_POST
def say(request: HttpRequest, subject_id: str) -> HttpResponse:
    """A remark in the thread of a request."""
    subject, form = get_object_or_404(Request, pk=subject_id), RemarkForm(request.POST)
    if not form.is_valid():
        return _page(request, subject, remark_form=form, status=400)
    given = form.cleaned_data
    try:
        remark(of_request(request), subject, given["text"], operation=given["operation"])
    except Refusal as refusal:
        return _page(request, subject, refusal=refusal, remark_form=form, status=409)
    return redirect("request", subject.pk)


@require_safe
def release_page(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _page(request, get_object_or_404(Release, pk=subject_id))


@require_POST
def decide_on_request(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _decide(request, get_object_or_404(Request, pk=subject_id))


@require_POST
def decide_on_release(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _decide(request, get_object_or_404(Release, pk=subject_id))


@require_safe
def standing_page(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _page(request, get_object_or_404(StandingDecision, pk=subject_id))


@require_POST
def decide_on_standing(request: HttpRequest, subject_id: str) -> HttpResponse:
    return _decide(request, get_object_or_404(StandingDecision, pk=subject_id))


@require_safe
def report(_: HttpRequest, subject_id: str, language: str) -> HttpResponse:
    """The report as the release room made it: no script, no outside address, a sandbox of its own."""
    release = get_object_or_404(Release, pk=subject_id)
    path = Path(settings.REPORTS) / release.id / f"report.{language}.html"
    if not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), headers={"Content-Security-Policy": REPORT_POLICY})


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """For everybody: what was released, why and on what ground."""
    pages = [page for release in queries.catalogue() if (page := queries.request_page(release.request_id))]
    return render(request, "console/catalogue.html", {"entries": list(zip(queries.catalogue(), pages, strict=True))})


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """For everybody: what each rule of the gate asks, in the words of the report."""
    text = words(_language())
    told = [
        (
            rule,
            text.rule(rule.id, "title", rule.sentence),
            text.rule(rule.id, "why", rule.sentence),
            text.rule(rule.id, "remedy", rule.remedy),
        )
        for rule in explained()
    ]
    return render(request, "console/rules.html", {"rules": told})


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """In a demo room: play one of its made-up people."""
    if not is_demo():
        raise Http404
    try:
        act_in_browser(request, request.POST.get("username", ""))
    except Refusal as refusal:
        raise Http404 from refusal
    return redirect("home")


def room(request: HttpRequest) -> dict[str, Any]:
    """For every template: the room, the views one `may` open, and in a demo room the people one may play."""
    here = Room.objects.first()
    players = Membership.objects.select_related("person", "partner").order_by("role", "person__name")
    playing = players if here is not None and here.demo else None
    may = open_to(getattr(request, "user", None))
    return {"room": here, "players": playing, "provider_name": settings.PROVIDER_NAME, "may": may}


def _decide(request: HttpRequest, subject: Subjects) -> HttpResponse:
    by = of_request(request)
    operation = request.POST.get("operation", "")
    again = earlier(by, operation) if operation.isalnum() else None  # sent twice: its step is no longer possible
    possible = [*queries.actions(by.person, subject), *([again.action] if again else [])]
    form = DecisionForm(subject, possible, request.POST)
    if not form.is_valid():
        return _page(request, subject, form, status=400)
    given = form.cleaned_data
    try:
        decide(
            by,
            subject,
            given["action"],
            seen=given["seen"],
            reason=given["reason"],
            answers=form.answers if given["action"] == "release" else None,
            operation=given["operation"],
        )
    except Refusal as refusal:
        return _page(request, subject, form, refusal, status=409)
    return redirect(kind_of(subject), subject.pk)


def _page(
    request: HttpRequest,
    subject: Subjects,
    form: DecisionForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
    remark_form: RemarkForm | None = None,
) -> HttpResponse:
    subject.refresh_from_db()
    possible = queries.actions(of_request(request).person, subject)
    run = progress(subject.pk) if isinstance(subject, Request) else None
    context = {
        "page": _PAGES[kind_of(subject)](subject.pk),
        "form": form or (DecisionForm(subject, possible) if possible else None),
        "refusal": refusal,
        "remark_form": remark_form or RemarkForm(),
        "beginning": new_operation(),
        "progress": run,
        "judged": _judged(subject) if isinstance(subject, Request) else None,
        "nothing": came_to_nothing(subject.pk) if isinstance(subject, Request) else None,
        # Only for who asks for it: a page that moves by itself is a barrier (WCAG 2.1, criterion 2.2.1).
        "watched": "watch" in request.GET and run is not None and run.is_live,
        "reports": _reports(subject),
        "may_tell": isinstance(subject, Release) and bool(speaks_for(of_request(request), subject)),
        "may_propose": isinstance(subject, Release) and queries.may_propose(of_request(request).person, subject),
        "dossier": dossier(subject.pk, _language()) if isinstance(subject, Release) else None,
    }
    return render(request, f"console/{kind_of(subject)}.html", context, status=status)


def _judged(request: Request) -> tuple[Release, Dossier | None] | None:
    """The latest release of a request until it is decided on, and what its rules found."""
    last = request.releases.order_by("examined_at").last()
    return None if last is None or last.decision_id else (last, dossier(last.pk, _language()))


def _language() -> Language:
    return "nl" if get_language() == "nl" else "en"


def _reports(subject: Subjects) -> list[str]:
    """Languages in which the report of a release lies ready."""
    folder = Path(settings.REPORTS) / subject.pk
    return [language for language, _name in settings.LANGUAGES if (folder / f"report.{language}.html").is_file()]


@require_safe
def stylesheet(_: HttpRequest) -> HttpResponse:
    return _css("console.css")


@require_safe
def components(_: HttpRequest) -> HttpResponse:
    """NL Design System's, as it is published."""
    return _css("nl_design_system/html.css")


def _css(name: str) -> HttpResponse:
    content = (Path(__file__).parent / name).read_bytes()
    return HttpResponse(content, content_type="text/css", headers={"Cache-Control": "max-age=3600"})
