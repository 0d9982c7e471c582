"""Requests that analysts compose in the console: kept while they are unfinished, tried, and submitted by a worker.

The worker of the room writes the text of a draft to requests/ID.toml when it submits it, and reads it from there ever
after, as everybody does (docs/decisions/082).
"""

import tomllib
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from pydantic import ValidationError

from declare import Refusal, Sentence, WrongInput
from register import declarations, jobs
from register.models import Draft, Job, JobState, Request, Work
from register.refusals import AlreadyAsked, NotYours
from register.session import SignedIn
from register.workflow import Role

Typed = Mapping[str, Sequence[str]]
"""Name of a field → what stands in it."""
MOST = 50
"""Drafts of one person at a time. A choice of this program."""


class DraftChanged(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "this request was changed in another window, or waits to be submitted, since the page was shown",
            remedy="What you typed stands on this page still; look what is there now, and save again if it should go.",
        )


class NameTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "there is a request of this id, or somebody composes one", remedy="Choose another id; nothing is lost."
        )


class TooManyDrafts(Refusal):
    def __init__(self) -> None:
        super().__init__("you have %(most)s drafts already", remedy="Discard one that is no longer needed.", most=MOST)


class NotWhole(WrongInput):
    def __init__(self) -> None:
        super().__init__("this request is not complete yet", remedy="Mend what is said beside its fields, and save.")


def begin(by: SignedIn, typed: Typed, text: str, *, base: str = "", operation: str) -> Draft:
    """A new draft; an `operation` that began one gives that again, and so does a change of a request that has one.

    Raises `NotYours`, `NameTaken` or `TooManyDrafts`.
    """
    if again := Draft.objects.filter(operation=operation, author=by.person).first():
        return again
    _require_analyst(by)
    name = _first(typed, "id")
    if base and (known := Draft.objects.filter(name=name, author=by.person).first()):
        return _renewed(known, typed, text, base)
    if Draft.objects.filter(author=by.person).count() >= MOST:
        raise TooManyDrafts
    _require_free(name, base)
    row = Draft(operation=operation, author=by.person, name=name, title=_first(typed, "title"), base=base, text=text)
    row.typed, row.begun_at, row.changed_at = dict(typed), timezone.now(), timezone.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NameTaken from error
    return row


def save(by: SignedIn, draft: Draft, typed: Typed, text: str, *, seen: int) -> Draft:
    """What was typed, complete or not. The same typed again is no change.

    Raises `NotYours`, `NameTaken`, or `DraftChanged` where `seen` is no longer the latest version.
    """
    _require_own(by, draft)
    if dict(typed) == draft.typed:
        return draft
    name = _first(typed, "id")
    if draft.base and name != draft.name:
        raise NameTaken
    _require_free(name, draft.base)
    told = {"name": name, "title": _first(typed, "title"), "typed": dict(typed), "text": text}
    mine = Draft.objects.filter(pk=draft.pk, version=seen)
    try:
        with transaction.atomic():
            if is_waiting(draft) or not mine.update(version=F("version") + 1, changed_at=timezone.now(), **told):
                raise DraftChanged
    except IntegrityError as error:
        raise NameTaken from error
    draft.refresh_from_db()
    return draft


def discard(by: SignedIn, draft: Draft) -> None:
    """Raises `NotYours`, or `DraftChanged` while it waits to be submitted."""
    _require_own(by, draft)
    if is_waiting(draft):
        raise DraftChanged
    draft.delete()


def ask(by: SignedIn, kind: Work, draft: Draft, *, seen: int, operation: str) -> Job:
    """Have the draft tried or submitted, as it is now. An `operation` that asked before gives that job again.

    Raises `NotYours`, `NotWhole`, `DraftChanged` where `seen` is no longer the latest, or `AlreadyAsked`.
    """
    if again := Job.objects.filter(event__operation=operation, asker=by.person).first():
        return again
    _require_own(by, draft)
    if draft.version != seen:
        raise DraftChanged
    contents = parsed(draft.text).digest
    try:
        with transaction.atomic():
            return jobs.put(by, kind, draft.name, operation, contents=contents)
    except IntegrityError as error:
        raise AlreadyAsked(kind, draft.name) from error


def declared(job: Job) -> tuple[Draft, declarations.Request]:
    """The draft a job is about and its declaration, for the worker. Raises `DraftChanged` when it is another by now."""
    draft = Draft.objects.filter(name=job.subject, author=job.asker).first()
    if draft is None or (request := parsed(draft.text)).digest != job.contents:
        raise DraftChanged
    return draft, request


def submitted(draft: Draft, request: declarations.Request) -> None:
    """From now on the draft is about changing that request."""
    Draft.objects.filter(pk=draft.pk).update(base=request.digest)


def parsed(text: str) -> declarations.Request:
    """As the command line reads it. Raises `NotWhole`."""
    try:
        return declarations.Request.model_validate(tomllib.loads(text))
    except (ValidationError, ValueError) as error:
        raise NotWhole from error


def base_of(request: Request) -> str:
    """The digest of a request's declaration. Raises `NotWhole` for one that this version no longer reads."""
    try:
        return declarations.Request.model_validate(request.declaration).digest
    except ValidationError as error:
        raise NotWhole from error


def of(by: SignedIn) -> list[Draft]:
    """Those of `by`, the one changed last first."""
    return list(Draft.objects.filter(author=by.person).order_by("-changed_at", "-pk"))


def jobs_of(draft: Draft) -> list[Job]:
    """What was asked about it and what came of it, the latest first."""
    kinds = [Work.TRY.value, Work.SUBMIT.value]
    found = (
        Job.objects.filter(kind__in=kinds, subject=draft.name, asker=draft.author) if draft.name else Job.objects.none()
    )
    return list(found.order_by("-pk")[:10])


def is_waiting(draft: Draft) -> bool:
    """Whether it waits to be submitted: what is submitted is what was asked for."""
    live = [JobState.WAITING.value, JobState.RUNNING.value]
    return Job.objects.filter(kind=Work.SUBMIT.value, subject=draft.name, state__in=live, asker=draft.author).exists()


def _renewed(draft: Draft, typed: Typed, text: str, base: str) -> Draft:
    """A draft of a request that was changed elsewhere since begins anew from it; otherwise it stays as it is."""
    if draft.base != base and not is_waiting(draft):
        draft.typed, draft.text, draft.base, draft.version = dict(typed), text, base, draft.version + 1
        draft.save()
    return draft


def _require_analyst(by: SignedIn) -> None:
    if not by.person.is_active or Role.ANALYST not in by.person.roles():
        raise NotYours(Sentence("composing a request"), [Role.ANALYST.value])


def _require_own(by: SignedIn, draft: Draft) -> None:
    _require_analyst(by)
    if draft.author_id != by.person.pk:
        raise NotYours(Sentence("changing this draft"), [Sentence("the requester")])


def _require_free(name: str, base: str) -> None:
    if name and not base and Request.objects.filter(id=name).exists():
        raise NameTaken


def _first(typed: Typed, field: str) -> str:
    """Cut to what a column holds; the declaration itself refuses what is longer."""
    return "".join(typed.get(field, ())[:1])[: 60 if field == "id" else 200]
