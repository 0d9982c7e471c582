"""What the auditor and the DPO see of the logs: entries, what belongs together, proofs, and whether all of it holds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import Inclusion, Log, verify_log
from audit.checkpoint import head_path, read_head
from audit.entry import Entry
from audit.event import LogName
from audit.log import split
from audit.verify import Verified
from declare import Fault, Refusal, digest
from register.notes import head_exported
from register.outbox import LOGS, waiting
from register.session import of_request

PAGE: Final = 50
LARGEST_HEAD: Final = 10_000
"""Bytes; a signed head has some four hundred."""


class HeadForm(forms.Form):
    head = forms.FileField(label=_("A signed head that was kept elsewhere"), required=False, allow_empty_file=True)

    def clean_head(self) -> bytes:
        """Its contents, cut off where no head goes on; empty when none was given."""
        given = self.cleaned_data["head"]
        return given.read(LARGEST_HEAD) if given else b""


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Both logs, the latest first; `about` keeps entries in which some field is exactly that."""
    about = request.GET.get("about", "").strip()[:200]
    entries: list[Entry] = []
    refusal = None
    try:
        entries = [entry for name in LOGS for entry in _log(name).entries() if _is_about(entry, about)]
    except Refusal as broken:
        refusal = broken
    entries.sort(key=lambda entry: (entry.event.at, entry.number), reverse=True)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    told = {"page": page, "about": about, "waiting": waiting(), "refusal": refusal, "logs": LOGS}
    return render(request, "console/log.html", told)


@require_safe
def entry(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One line as it was written, and the entries of either log that belong to the same operation."""
    found = _entry(name, number)
    operation = found.event.fields.get("decision", found.event.operation)
    beside = [one for each in LOGS for one in _log(each).entries() if _belongs(one, str(operation)) and one != found]
    told = {"entry": found, "name": name, "line": found.line.decode(), "beside": beside}
    return render(request, "console/log_entry.html", told)


@require_safe
def proof(_: HttpRequest, name: str, number: int) -> HttpResponse:
    """That the entry stands under the log's signed head, for somebody who has the room's public key alone."""
    log = _log(name)
    _entry(name, number)
    content = Inclusion.of(log.entries(), number, read_head(head_path(log.path))).to_bytes()
    return _download(content, f"{name}-{number}.proof.json")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Verifies both logs as they lie here, one of them also against a head from other hands."""
    form = HeadForm(request.POST, request.FILES) if request.method == "POST" else HeadForm()
    told: dict[str, Any] = {"form": form, "checked": []}
    if form.is_valid():
        told["checked"] = list(_checked(form.cleaned_data["head"]))
    return render(request, "console/log_check.html", told)


@require_POST
def export_head(request: HttpRequest, name: str) -> HttpResponse:
    """The latest signed head, to be kept elsewhere; that it was given out stands in the audit log."""
    path = head_path(_log(name).path)
    if not path.is_file():
        raise Http404
    content, head = path.read_bytes(), read_head(path)
    head_exported(of_request(request).person.username, name, digest(content))
    return _download(content, f"{name}-{head.size}.head")


def _checked(head: bytes) -> Iterator[tuple[str, Verified | Refusal]]:
    """For each log what holds, or why it does not. `head` is held against the log it says it is of."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "head")
        given.write_bytes(head)
        try:
            of = read_head(given).log if head else None
        except Refusal as refusal:
            yield "head", refusal
            return
        for name in LOGS:
            try:
                yield name, verify_log(_log(name).path, _public_key(), given if of == name else None)
            except Refusal as refusal:
                yield name, refusal


def _public_key() -> bytes:
    try:
        return bytes.fromhex(Path(settings.PUBLIC_KEY).read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Fault(
            "the room's public key cannot be read", remedy="Restore keys/room.pub; without it no signature is checked."
        ) from error


def _log(name: str) -> Log:
    known: dict[str, LogName] = {each: each for each in LOGS}
    if name not in known:
        raise Http404
    return Log(Path(settings.AUDIT) / f"{name}.jsonl", known[name])


def _entry(name: str, number: int) -> Entry:
    whole, _rest = split(_log(name).path)
    if not 1 <= number <= len(whole):
        raise Http404
    return _log(name).entries()[number - 1]


def _is_about(entry: Entry, about: str) -> bool:
    return not about or about in {entry.event.operation, entry.event.name, *map(str, entry.event.fields.values())}


def _belongs(entry: Entry, operation: str) -> bool:
    return operation in (entry.event.operation, entry.event.fields.get("decision"))


def _download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
