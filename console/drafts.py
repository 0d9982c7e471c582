"""Pages on which an analyst composes a request, has it tried and submits it. Every press of a button keeps what was
typed."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.composing import STEPS, DraftForm, offer
from console.declaring import Typed, declaration, typed_of
from declare import Refusal
from register import drafts as kept
from register.models import Draft, Request, Work
from register.models.work import LIVE, read_refusal
from register.operation import new_operation
from register.session import SignedIn, of_request

ASKED = {"try": Work.TRY, "submit": Work.SUBMIT}


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft: empty, from an earlier request, or to change one's own."""
    by, given = of_request(request), request.POST
    try:
        draft = _begun(by, given)
    except ValueError:
        return _list(request, status=400)
    except Refusal as refusal:
        return _list(request, refusal, status=409)
    return redirect("draft", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, number: int) -> HttpResponse:
    by = of_request(request)
    found = get_object_or_404(Draft, pk=number, author=by.person)
    if request.method != "POST":
        return _page(request, found, found.typed)
    do, given = request.POST.get("do", ""), request.POST
    typed = _typed(given)
    try:
        seen, operation = _seen(given)
        if do == "discard":
            kept.discard(by, found)
            return redirect("drafts")
        if do == "next":
            typed["step"] = [str(min(_step(typed) + 1, STEPS))]
        found = kept.save(by, found, typed, _whole(by, typed), seen=seen)
        if do in ASKED:
            kept.ask(by, ASKED[do], found, seen=found.version, operation=operation)
    except ValueError:
        return _page(request, found, typed, status=400)
    except Refusal as refusal:
        return _page(request, found, typed, refusal, status=409)
    return redirect("draft", found.pk)


def _begun(by: SignedIn, given: QueryDict) -> Draft:
    """Raises `ValueError` for what is no operation of ours, and as `register.drafts.begin`."""
    operation, base = _operation(given), ""
    if not (name := given.get("of", "")):
        return kept.begin(by, {"step": ["1"]}, "", operation=operation)
    earlier = Request.objects.filter(pk=name).first()
    if earlier is None:
        raise Http404
    typed: dict[str, Any] = typed_of(earlier.declaration)
    if given.get("as") == "change" and earlier.requester_id == by.person.pk:
        base = kept.base_of(earlier)
    else:
        typed |= {"id": [""]}  # all of it is shown, for what is not shown is not sent
    return kept.begin(by, typed, _whole(by, typed), base=base, operation=operation)


def _whole(by: SignedIn, typed: Typed) -> str:
    """The declaration, or nothing while something is wrong with it."""
    text, errors = declaration(typed, by.person.username)
    return "" if errors else text


def _page(
    request: HttpRequest, draft: Draft, typed: Typed, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    draft.refresh_from_db()
    step = _step(typed)
    text, errors = declaration(typed, draft.author.username)
    form = DraftForm(offer(typed), errors, step)
    jobs = kept.jobs_of(draft) if draft.name else []
    context = {
        "draft": draft,
        "form": form,
        "step": step,
        "last": step == STEPS,
        "whole": not errors,
        "text": text,
        "refusal": refusal,
        "jobs": [(job, _shown(job.told)) for job in jobs],
        "live": any(job.state in LIVE for job in jobs),
        "waiting": kept.is_waiting(draft),
        "known": Request.objects.filter(pk=draft.name).exists() if draft.base else False,
        "operation": new_operation(),
    }
    context["watched"] = "watch" in request.GET and context["live"]
    return render(request, "console/draft.html", context, status=status)


def _list(request: HttpRequest, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    by = of_request(request)
    context = {
        "drafts": kept.of(by),
        "earlier": Request.objects.order_by("title", "id"),
        "operation": new_operation(),
        "refusal": refusal,
    }
    return render(request, "console/drafts.html", context, status=status)


def _shown(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What trying told, in names that a template can say, with shares in per cent."""
    if told is None:
        return None
    return {
        "stands": [read_refusal(**each) for each in told["in the way"]],
        "least": told["least"],
        "sources": told["sources"],
        "rates": [(model, None if rate is None else _percent(rate)) for model, rate in told["link rates"].items()],
        "tables": [each | {"share": _percent(each["blocked_share"] or 0.0)} for each in told["tables"]],
    }


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _typed(given: QueryDict) -> dict[str, list[str]]:
    """What stands in the fields, without the choices that no longer fit, and without signs that no database keeps."""
    own = ("csrfmiddlewaretoken", "do", "seen", "operation")
    typed = {
        name.replace("\0", ""): [value.replace("\0", "").replace("\r\n", "\n") for value in values]
        for name, values in given.lists()
        if name not in own
    }
    for _ in range(3):  # purpose → recipients → sources → columns and models
        typed = DraftForm(offer(typed), {}, STEPS).offered()
    return typed


def _step(typed: Typed) -> int:
    text = "".join(typed.get("step", ())[:1])
    return min(max(int(text), 1), STEPS) if re.fullmatch(r"\d", text) else STEPS


def _seen(given: QueryDict) -> tuple[int, str]:
    """The version the page showed, and its operation. Raises `ValueError`."""
    return int(given.get("seen", "")), _operation(given)


def _operation(given: QueryDict) -> str:
    """As the page had it. Raises `ValueError`."""
    operation = given.get("operation", "")
    if not re.fullmatch(r"[0-9a-f]{32}", operation):
        raise ValueError("no operation of ours")
    return operation
