"""The first phase of sharing: may this be asked, may this answer be given, is it a case.

An answer waits until somebody of the partner it comes from has confirmed it; nobody, the asker least of all, sees it
before.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence
from register.cases import is_case
from register.conditions import check_dpia, check_in_force, check_party
from register.declarations import Probe as Declared
from register.free_text import check_names_nobody
from register.models import Agreement, Partner, Person, Probe, ProbeTerms, ProbeVoice, Source
from register.operation import new_operation
from register.outbox import record
from register.refusals import (
    AlreadyDecided,
    AskedMeanwhile,
    AskedOtherwise,
    DutiesKeptApart,
    NothingSaid,
    NotProbed,
    NotYours,
    ProbeOver,
    ReferenceMissing,
    StalePage,
    TooFewSubjects,
    TooManySubjects,
    Unregistered,
    named,
    of_partner,
)
from register.session import SignedIn
from register.workflow import Role


@dataclass(frozen=True, slots=True)
class Said:
    """One partner's word: on its own answer, or on whether it is a case."""

    about: str
    agreed: bool
    reference: str = ""
    reason: str = ""


def check_may_ask(by: SignedIn, declared: Declared, subjects: int, today: date) -> ProbeTerms:
    """The terms under which `by` may ask about so many subjects.

    Raises `NotYours`, `NoDpia`, `DpiaNotValid`, `Unregistered`, `AgreementLapsed`, `NotProbed`, `NotAParty`,
    `TooManySubjects`, `TooFewSubjects`, `AskedOtherwise` or `AlreadyDecided`.
    """
    if by.person.username != declared.requester or declared.recipient not in by.person.partners_as(Role.ANALYST):
        raise NotYours(Sentence("asking this"), [_requester(declared.recipient)])
    if Probe.objects.filter(id=declared.id).exists():
        raise AlreadyDecided(named("probe", declared.id))
    check_dpia(named("probe", declared.id), declared.dpia, today)
    agreement = Agreement.objects.filter(id=declared.agreement).first()
    if agreement is None:
        raise Unregistered("agreement")
    check_in_force(agreement, today)
    terms = _terms(agreement, declared)
    for source in Source.objects.filter(id__in=[*declared.models, declared.subjects]):
        check_party(agreement, source)
    _check_how_many(terms, subjects, today)
    _check_in_one_way(terms, declared)
    return terms


def _requester(recipient: str) -> Sentence:
    return Sentence("the requester, as %(role)s of %(partner)s", {"role": Role.ANALYST.value, "partner": recipient})


def _terms(agreement: Agreement, declared: Declared) -> ProbeTerms:
    for terms in agreement.probes.filter(purpose=declared.purpose, recipient=declared.recipient):
        if set(declared.models) <= set(terms.sources):
            return terms
    raise NotProbed(agreement.id, declared.recipient, declared.purpose)


def _check_how_many(terms: ProbeTerms, subjects: int, today: date) -> None:
    """Against the limits of one probe and of the period that ends today."""
    since = today - timedelta(days=terms.period_days - 1)
    earlier = Probe.objects.filter(
        agreement=terms.agreement, purpose=terms.purpose, recipient=terms.recipient, asked_at__date__gte=since
    )
    asked = earlier.aggregate(all=Sum("subjects"))["all"] or 0
    if subjects > terms.most_subjects:
        raise TooManySubjects("a probe has at most %(most)s subjects; nothing was asked", most=terms.most_subjects)
    if terms.least_subjects and subjects < 2 * terms.least_subjects:
        raise TooFewSubjects(2 * terms.least_subjects)
    if asked + subjects > terms.most_per_period:
        left = max(0, terms.most_per_period - asked)
        raise TooManySubjects(
            "of %(most)s subjects in %(days)s days %(left)s are left; nothing was asked",
            most=terms.most_per_period,
            days=terms.period_days,
            left=left,
        )


def _check_in_one_way(terms: ProbeTerms, declared: Declared) -> None:
    """Neither recipients nor agreements are told apart, nor what may be asked now from what was asked before: who asks
    may know what another was told."""
    by_area = Q(tells="area")
    otherwise = ~by_area if terms.tells == "area" else by_area
    may_be = {source for other in ProbeTerms.objects.filter(otherwise) for source in other.sources}
    was = {source for source, _ in _told(otherwise)}
    if both := sorted((may_be | was) & set(declared.models)):
        raise AskedOtherwise(both[0])


def asked_before(sources: Iterable[str]) -> dict[str, list[str]]:
    """Source → probes that asked it for areas, whoever asked, in the order of their ids; without those of which the
    answer was kept back, for nobody was told anything by them."""
    told = list(_told(Q(tells="area")))
    return {name: [probe for source, probe in told if source == name] for name in sources}


def _told(which: Q) -> Iterator[tuple[str, str]]:
    """Source and probe, for each answer that was told or may still be."""
    for probe in Probe.objects.filter(which).order_by("id"):
        kept = set(probe.voices.filter(about="answer", agreed=False).values_list("partner_id", flat=True))
        yield from ((source, probe.id) for source, partner in probe.sources.items() if partner not in kept)


@transaction.atomic
def record_probe(
    by: SignedIn, declared: Declared, subjects: int, contents: str, today: date,
    beside: Mapping[str, list[str]] | None = None,
) -> Probe:  # fmt: skip
    """The probe was asked; `contents` is the digest of all that people speak on, and `beside` what `asked_before` told
    when its answers were made. Raises as `check_may_ask`, and `AskedMeanwhile`."""
    # Locked, so that two probes at once do not both take what is left of the period, or count the same persons.
    Agreement.objects.select_for_update().filter(id=declared.agreement).first()
    list(Source.objects.select_for_update().filter(id__in=declared.models).order_by("id"))
    if beside is not None and beside != asked_before(declared.models):
        raise AskedMeanwhile(declared.id)
    terms = check_may_ask(by, declared, subjects, today)
    owners = dict(Source.objects.filter(id__in=declared.models).values_list("id", "owner_id"))
    probe = Probe.objects.create(
        id=declared.id, title=declared.title, purpose=declared.purpose, signal=declared.signal,
        requester=by.person, recipient_id=declared.recipient, agreement=terms.agreement, sources=owners,
        subjects=subjects, tells=terms.tells, until=declared.until, digest=contents, asked_at=timezone.now(),
    )  # fmt: skip
    fields: dict[str, str | int] = {
        "person": by.person.username, "how": by.how, "probe": probe.id, "found": subjects, "digest": contents,
    }  # fmt: skip
    record(Event("probe asked", new_operation(), timestamp(), fields))
    return probe


def speak(by: SignedIn, probe: Probe, partner: str, said: Said, *, seen: str) -> ProbeVoice:
    """Somebody speaks for `partner`, once about its answer and once about the case.

    Raises `NotYours`, `DutiesKeptApart`, `NothingSaid`, `ReferenceMissing`, `NamesSomebody`, `StalePage`,
    `ProbeOver` or `AlreadyDecided`.
    """
    _check_may_speak(by, probe, partner, said)
    check_names_nobody([said.reason, said.reference])
    if probe.digest != seen:
        raise StalePage(named("probe", probe.id))
    operation = new_operation()
    fields: dict[str, str | int] = {
        "person": by.person.username, "how": by.how, "partner": partner, "probe": probe.id, "about": said.about,
        "agreed": "yes" if said.agreed else "no", "digest": probe.digest,
    }  # fmt: skip
    fields |= {name: text for name, text in (("reason", said.reason), ("reference", said.reference)) if text}
    try:
        with transaction.atomic():
            record(Event("probe answered", operation, timestamp(), fields))
            return ProbeVoice.objects.create(
                event_id=operation, probe=probe, requester=probe.requester, person=by.person, partner_id=partner,
                about=said.about, agreed=said.agreed, reference=said.reference, reason=said.reason,
                digest=probe.digest, at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyDecided(named("probe", probe.id)) from error


def _check_may_speak(by: SignedIn, probe: Probe, partner: str, said: Said) -> None:
    if partner not in partners_of(probe) or partner not in by.person.partners_as(Role.OWNER):
        owners = [of_partner(Role.OWNER, name) for name in sorted(partners_of(probe))]
        raise NotYours(Sentence("speaking on this probe"), owners)
    if by.person == probe.requester:
        raise DutiesKeptApart("who asks does not answer")
    if timezone.localdate() > probe.until:
        raise ProbeOver(probe.id, probe.until)
    if not said.agreed and not said.reason.strip():
        raise NothingSaid
    if said.about == "case" and said.agreed and not said.reference.strip():
        raise ReferenceMissing


def partners_of(probe: Probe) -> set[str]:
    """Partners whose sources were asked."""
    return set(probe.sources.values())


def readable(by: SignedIn, probe: Probe, today: date) -> list[str]:
    """Sources whose answer was confirmed, for the requester. Raises `NotYours`, `AgreementLapsed` or `ProbeOver`."""
    if by.person != probe.requester or probe.recipient_id not in by.person.partners_as(Role.ANALYST):
        raise NotYours(Sentence("reading the answers"), [_requester(probe.recipient_id)])
    check_in_force(probe.agreement, today)
    if today > probe.until:
        raise ProbeOver(probe.id, probe.until)
    agreed = set(probe.voices.filter(about="answer", agreed=True).values_list("partner_id", flat=True))
    return sorted(source for source, partner in probe.sources.items() if partner in agreed)


@dataclass(frozen=True, slots=True)
class Part:
    """One partner's part in a probe: its sources that were asked, and what it said of its answer and of the case."""

    partner: Partner
    sources: tuple[str, ...]
    answer: ProbeVoice | None
    case: ProbeVoice | None
    own: bool
    """Whether the reader speaks for it."""


@dataclass(frozen=True, slots=True)
class ProbePage:
    """What the register knows of a probe; no answer, which stands encrypted in the store."""

    probe: Probe
    parts: tuple[Part, ...]
    is_case: bool
    is_over: bool


def pages_for(person: Person) -> list[ProbePage]:
    """Probes that `person` asked, or speaks on for a partner; the latest first."""
    own = person.partners_as(Role.OWNER)
    asked = Probe.objects.select_related("requester", "recipient", "agreement").order_by("-asked_at")
    return [_page(probe, person, own) for probe in asked if probe.requester == person or partners_of(probe) & own]


def _page(probe: Probe, reader: Person, own: set[str]) -> ProbePage:
    spoken = {(voice.partner_id, voice.about): voice for voice in probe.voices.select_related("person")}
    parts = tuple(
        Part(
            partner=partner,
            sources=tuple(sorted(name for name, owner in probe.sources.items() if owner == partner.id)),
            answer=spoken.get((partner.id, "answer")),
            case=spoken.get((partner.id, "case")),
            own=partner.id in own and reader != probe.requester,
        )
        for partner in Partner.objects.filter(id__in=partners_of(probe)).order_by("id")
    )
    return ProbePage(probe, parts, is_case(probe), timezone.localdate() > probe.until)
