"""The variable catalogue: what each source holds and means, and for what and whom it may be asked. Declared facts only;
nothing here knows of a record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from register.models import Described, Partner, SharingTriple
from register.models import Source as SourceRow
from register.models.described import Subject


@dataclass(frozen=True, slots=True)
class Use:
    """An agreement lets a source go to these recipients for this purpose."""

    agreement: str
    title: str
    until: date
    purpose: str
    recipients: tuple[str, ...]
    """Ids of partners."""
    laws: tuple[str, ...]
    """The grounds the agreement names for the source."""
    columns: tuple[str, ...] | None
    """The only ones the purpose may ask for; None where it may ask for all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One source. `shown` are the columns that were looked for, or all."""

    source: SourceRow
    content: Mapping[str, Any]
    uses: Sequence[Use]
    shown: Sequence[Mapping[str, Any]]


@transaction.atomic
def describe(kind: Subject, said: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what declarations of a kind say now, by their ids, and nothing that is declared no more."""
    known = {each.name: each for each in Described.objects.filter(kind=kind.value)}
    Described.objects.filter(kind=kind.value).exclude(name__in=said).delete()
    for name, content in said.items():
        if name not in known or known[name].content != content:
            Described.objects.update_or_create(kind=kind.value, name=name, defaults={"content": content})


def entries(words: str = "", purpose: str = "", *, beside: str = "") -> list[Entry]:
    """Sources in the order of their titles: those that may be used for `purpose`, if given, with the columns in which
    every one of `words` is found; a source whose own title has them all shows all its columns. By agreements that hold
    today, and by `beside`, whether that one does or not."""
    found = []
    for entry in _all(beside):
        if purpose and purpose not in {use.purpose for use in entry.uses}:
            continue
        shown = _having(entry, words.casefold().split())
        if shown or not words.strip():
            found.append(Entry(entry.source, entry.content, entry.uses, shown))
    return found


def entry(source: str) -> Entry | None:
    return next((each for each in _all() if each.source.id == source), None)


def purposes() -> list[str]:
    """For which some agreement lets something be asked."""
    return sorted(set(SharingTriple.objects.values_list("purpose", flat=True)))


def partners() -> dict[str, str]:
    """Id → name, in the order of the names."""
    return dict(Partner.objects.order_by("name", "id").values_list("id", "name"))


def models() -> dict[str, tuple[str, str]]:
    """Model → the two sources it links; twice the same where double records are looked for."""
    found = Described.objects.filter(kind=Subject.MODEL.value).order_by("name")
    return {each.name: (each.content["left"], each.content["right"]) for each in found}


def _all(beside: str = "") -> Iterator[Entry]:
    contents = {each.name: each.content for each in Described.objects.filter(kind=Subject.SOURCE.value)}
    uses = _uses(beside)
    for source in SourceRow.objects.select_related("owner").filter(id__in=contents).order_by("title", "id"):
        content = contents[source.id]
        yield Entry(source, content, uses.get(source.id, ()), content["columns"])


def _having(entry: Entry, words: Sequence[str]) -> list[Mapping[str, Any]]:
    own = f"{entry.source.id} {entry.source.title} {entry.source.owner.name}".casefold()
    columns: list[Mapping[str, Any]] = list(entry.content["columns"])
    if all(word in own for word in words):
        return columns
    return [each for each in columns if all(word in f"{own} {_text(each)}" for word in words)]


def _text(column: Mapping[str, Any]) -> str:
    said = [column["name"], column["concept"], column["definition"], *map(str, column["allowed"].get("value_set", ()))]
    return " ".join(said).casefold()


def _uses(beside: str) -> dict[str, list[Use]]:
    """Source → what agreements that hold today, and `beside`, let be done with it."""
    limits = {
        each.name: each.content["minimisation"] for each in Described.objects.filter(kind=Subject.AGREEMENT.value)
    }
    named = Q(agreement__until__gte=timezone.localdate()) | Q(agreement=beside)
    triples = SharingTriple.objects.select_related("agreement").filter(named)
    found: dict[tuple[str, str, str], list[SharingTriple]] = {}
    for triple in triples.order_by("agreement", "purpose", "source", "recipient"):
        found.setdefault((triple.source, triple.agreement_id, triple.purpose), []).append(triple)
    uses: dict[str, list[Use]] = {}
    for (source, agreement, purpose), group in found.items():
        uses.setdefault(source, []).append(_use(group, source, purpose, limits.get(agreement, [])))
    return uses


def _use(triples: Sequence[SharingTriple], source: str, purpose: str, limits: Sequence[Mapping[str, Any]]) -> Use:
    agreement = triples[0].agreement
    limit = next((each for each in limits if (each["purpose"], each["source"]) == (purpose, source)), None)
    only = limit["columns"] if limit else None
    return Use(
        agreement=agreement.id,
        title=agreement.title,
        until=agreement.until,
        purpose=purpose,
        recipients=tuple(triple.recipient_id for triple in triples),
        laws=tuple(sorted(agreement.grounds.filter(source=source).values_list("law", flat=True))),
        columns=tuple(only) if only is not None else None,
    )
