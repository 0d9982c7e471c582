"""The variable catalogue: what each source holds, what it means and for what it may be asked. No record, no count."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from register import catalogue

MOST = 200
"""Signs of what is looked for."""


@require_safe
def variables(request: HttpRequest) -> HttpResponse:
    """All sources, or those with columns that hold the words looked for."""
    words, purpose = request.GET.get("words", "")[:MOST], request.GET.get("purpose", "")[:MOST]
    context = {
        "entries": catalogue.entries(words, purpose),
        "words": words,
        "purpose": purpose,
        "purposes": catalogue.purposes(),
    }
    return render(request, "console/variables.html", context)


@require_safe
def source(request: HttpRequest, source: str) -> HttpResponse:
    """One source in full."""
    entry = catalogue.entry(source)
    if entry is None:
        raise Http404
    return render(request, "console/source.html", {"entry": entry})
