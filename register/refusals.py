"""What the register refuses, and the way out. One class for each reason a caller may want to tell apart.

Every sentence is whole: a template with places, which screens say in the reader's language (`console.said`). Where a
class has more than one, its caller gives the template and what stands in the places.
"""

from collections.abc import Iterable
from datetime import date

from declare import Part, Refusal, Sentence, WrongInput


def named(kind: str, name: str) -> Sentence:
    """A request, release, probe or run by its name."""
    return Sentence(f"{kind} %(id)s", {"id": name})


def of_partner(role: str, partner: str) -> Sentence:
    return Sentence("%(role)s of %(partner)s", {"role": role, "partner": partner})


class Unregistered(WrongInput):
    def __init__(self, what: str, *names: str) -> None:
        known = Sentence("%(what)s (%(names)s)", {"what": Sentence(what), "names": names}) if names else Sentence(what)
        super().__init__("no such %(what)s is in the register", remedy="Declare it in the room first.", what=known)


class RoomChanged(Refusal):
    def __init__(self, was_demo: bool) -> None:
        super().__init__(
            "this register was made for a room with demo = %(demo)s, and stays that of one",
            remedy="Write demo = %(demo)s in room.toml, or make another room with its own database.",
            demo=str(was_demo).lower(),
        )


class AgreementLapsed(Refusal):
    def __init__(self, agreement: str, starts: date, until: date) -> None:
        super().__init__(
            "agreement %(agreement)s holds from %(starts)s to %(until)s, not today; nothing was read",
            remedy="Renew the agreement, register it, and try again.",
            agreement=agreement,
            starts=starts,
            until=until,
        )


class NotAParty(Refusal):
    def __init__(self, source: str, owner: str) -> None:
        super().__init__(
            "source %(source)s belongs to %(owner)s, which is no party to an agreement that covers it",
            remedy="Let the owner join the agreement, or leave the source out.",
            source=source,
            owner=owner,
        )


class NoTriple(Refusal):
    def __init__(self, agreement: str, source: str, recipient: str, purpose: str) -> None:
        super().__init__(
            "agreement %(agreement)s does not let %(source)s go to %(recipient)s for %(purpose)s",
            remedy="Ask the parties to add [[triples]] to the agreement, or ask for something it covers.",
            agreement=agreement,
            source=source,
            recipient=recipient,
            purpose=purpose,
        )


class NoGround(Refusal):
    def __init__(self, source: str, agreement: str) -> None:
        super().__init__(
            "agreement %(agreement)s records no such legal ground for %(source)s; an agreement is no ground itself",
            remedy="Name the law and the document under [[grounds]] of the agreement, and the same law in the request.",
            source=source,
            agreement=agreement,
        )


class ClearDelivery(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "source %(source)s may not come in clear: no processing agreement is recorded for it",
            remedy="Deliver a sealed file made by `koppelkamer encode`, or record [[processing]] in the agreement.",
            source=source,
        )


class Replayed(Refusal):
    """A delivery that came in before, by the digest of the file it was made of."""

    def __init__(self, source: str, received: date, *, destroyed: bool) -> None:
        super().__init__(
            "this delivery of %(source)s came in on %(received)s and was destroyed when its time was over; "
            "nothing was changed"
            if destroyed
            else "this delivery of %(source)s came in on %(received)s; nothing was changed",
            remedy="Deliver newer data: what came in once is not taken in again.",
            source=source,
            received=received,
        )


class OtherPeriod(Refusal):
    """A delivery that came in before, as one about another period."""

    def __init__(self, source: str, earlier: str, now: str) -> None:
        super().__init__(
            "this very file of %(source)s came in before as the delivery of %(earlier)s, and now as that of %(now)s",
            remedy="One of the two is named wrongly: ask the supplier which data it delivered.",
            source=source,
            earlier=earlier,
            now=now,
        )


class AlreadyWithdrawn(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "this delivery of %(source)s was withdrawn before", remedy="Nothing more is needed.", source=source
        )


class WithdrawnSince(Refusal):
    def __init__(self, release: str, source: str) -> None:
        super().__init__(
            "the delivery of %(source)s that %(release)s was made of was withdrawn since",
            remedy="Run the request again when a new delivery has come in.",
            release=release,
            source=source,
        )


class AlreadyRestricted(Refusal):
    def __init__(self) -> None:
        super().__init__("this very list came in before; nothing was changed", remedy="Seal a new one for what is new.")


class EndsBeforeItBegins(WrongInput):
    def __init__(self, until: date) -> None:
        super().__init__(
            "a restriction cannot end on %(until)s",
            remedy="Name a last day that is still to come; what lifts a restriction has none.",
            until=until,
        )


class NoDpia(Refusal):
    def __init__(self, subject: Part) -> None:
        super().__init__(
            "%(subject)s names no DPIA",
            remedy="Add [dpia] with id, approved, valid_until and status to its declaration.",
            subject=subject,
        )


class DpiaNotValid(Refusal):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Have the DPIA reviewed and renewed, and submit the request again.", **parts)


class RetentionOver(Refusal):
    def __init__(self, request: str, until: date) -> None:
        super().__init__(
            "what request %(request)s asked for may be kept until %(until)s, which is past",
            remedy="Ask again in a new request.",
            request=request,
            until=until,
        )


class NotApproved(Refusal):
    def __init__(self, request: str, missing: Iterable[Part]) -> None:
        super().__init__(
            "request %(request)s still waits for: %(roles)s",
            remedy="They decide in the console, or with `koppelkamer decide`.",
            request=request,
            roles=list(missing),
        )


class ChangedSinceApproval(Refusal):
    def __init__(self, request: str, changed: Iterable[str]) -> None:
        super().__init__(
            "request %(request)s was approved for other contents: %(changed)s changed",
            remedy="Submit the request again, so that people can approve what is there now.",
            request=request,
            changed=list(changed),
        )


class TermsNotPossible(Refusal):
    """Of a series that would go on by itself."""

    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Propose it with other terms.", **parts)


class PolicyChangedSince(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            "release %(release)s was examined under another policy than the one signed last",
            remedy="Submit the request again, so that people can approve it under the policy in force, and run it.",
            release=release,
        )


class NotStanding(Refusal):
    def __init__(self, consent: Part) -> None:
        super().__init__(
            "%(consent)s is not in force; nothing was withdrawn", remedy="Read the page again.", consent=consent
        )


class ConsentEnded(Refusal):
    """What a standing consent approved lasts as long as that consent."""

    def __init__(self, request: str, owner: str, until: date) -> None:
        super().__init__(
            "request %(request)s was approved by a standing consent of %(owner)s, which ended on %(until)s",
            remedy="Renew the standing consent in the agreement, have it accepted, and submit the request again.",
            request=request,
            owner=owner,
            until=until,
        )


class TooSoon(Refusal):
    def __init__(self, request: str, owner: str, first: date) -> None:
        super().__init__(
            "the standing consent of %(owner)s allows another release of request %(request)s from %(first)s",
            remedy="Wait until then, or withdraw the request and ask in a new one what the owner has to decide on.",
            request=request,
            owner=owner,
            first=first,
        )


class NoEffect(Refusal):
    def __init__(self, request: str) -> None:
        super().__init__(
            "request %(request)s does not say by what its effect will be seen",
            remedy='Add indicators to [effect], such as { what = "accidents a year", years = 2 }.',
            request=request,
        )


class NothingToRun(Refusal):
    def __init__(self, request: str) -> None:
        super().__init__(
            "request %(request)s is about further use of what was released; there is nothing to run",
            remedy="Once everybody has agreed, that is the permission.",
            request=request,
        )


class NotFurther(Refusal):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(
            why,
            remedy="Name releases that you received, with all their sources and columns, and what is new.",
            **parts,
        )


class UnknownIndicator(WrongInput):
    def __init__(self, known: Iterable[str]) -> None:
        super().__init__(
            "the request named no such indicator",
            remedy="It named: %(known)s. Or leave --indicator out.",
            known=list(known),
        )


class StepNotAllowed(Refusal):
    """`state` and `action` are those of the workflow, or sentences for what it has no word for."""

    def __init__(self, subject: Part, state: Part, action: Part, possible: Iterable[str | Sentence]) -> None:
        ways = [way if isinstance(way, Sentence) else Sentence(way) for way in possible]
        super().__init__(
            "%(subject)s is “%(state)s”; “%(action)s” is no step from there",
            remedy="Possible: %(ways)s." if ways else "Nothing is possible any more; this is final.",
            subject=subject,
            state=state,
            action=action,
            ways=ways,
        )


class NotYours(Refusal):
    """`roles` are those of the workflow, or sentences for who else it is."""

    def __init__(self, action: Part, roles: Iterable[Part]) -> None:
        super().__init__(
            "“%(action)s” is here for: %(roles)s",
            remedy="Ask somebody who has that role for the right partner.",
            action=action,
            roles=list(roles),
        )


class DutiesKeptApart(Refusal):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Let somebody else with the same role take this step.", **parts)


class NothingSaid(Refusal):
    """Reasons or a text that belong to the step were left out."""

    def __init__(self, option: str = "--reason") -> None:
        super().__init__(
            "this is recorded with reasons or a text in your own words, and there is none",
            remedy="Write it with %(option)s.",
            option=option,
        )


class ReferenceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "whoever decides that there is a case names the written decision", remedy="Name it with --reference."
        )


class AnswersMissing(Refusal):
    def __init__(self, warnings: Iterable[str]) -> None:
        super().__init__(
            "these warnings are not answered: %(warnings)s",
            remedy="Say for each why release is legitimate, suitable, necessary and proportionate.",
            warnings=list(warnings),
        )


class OpinionMissing(Refusal):
    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why, remedy=remedy)


class StalePage(Refusal):
    def __init__(self, subject: Part) -> None:
        super().__init__(
            "%(subject)s changed since it was read; nothing was decided",
            remedy="Read it again and decide then.",
            subject=subject,
        )


class AlreadyDecided(Refusal):
    def __init__(self, subject: Part) -> None:
        super().__init__(
            "this step on %(subject)s was taken at the same moment by somebody else, or by you before",
            remedy="Read it again; nothing was decided twice.",
            subject=subject,
        )


class NotSignedIn(Refusal):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Sign in with `koppelkamer login`.", **parts)


class TooManyTries(NotSignedIn):
    """Wrong passwords or codes are counted by account and by address."""

    def __init__(self, minutes: int) -> None:
        Refusal.__init__(
            self,
            "there were too many wrong tries; nobody can sign in with this account for a while",
            remedy="Wait %(minutes)s minutes, then run `koppelkamer login` again.",
            minutes=minutes,
        )


class InvitationOver(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "this invitation was used, its time is over, or it is none",
            remedy="Ask whoever administers the room for a new one: `koppelkamer invite PERSON`.",
        )


class WeakPassword(WrongInput):
    def __init__(self, why: Iterable[str]) -> None:
        super().__init__(
            "this password will not do: %(told)s", remedy="Choose a longer, unusual one.", told=" ".join(why)
        )


class AlreadyAsked(Refusal):
    def __init__(self, work: str, subject: str) -> None:
        super().__init__(
            "“%(work)s” was asked for %(subject)s already, and waits or runs",
            remedy="Wait until that has ended.",
            work=work,
            subject=subject,
        )


class NoInbox(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "the room has no inbox for %(source)s",
            remedy='Name a folder in room.toml, [intake.inbox], %(source)s = "…", or receive a file by name.',
            source=source,
        )


class NotProbed(Refusal):
    def __init__(self, agreement: str, recipient: str, purpose: str) -> None:
        super().__init__(
            "agreement %(agreement)s does not let %(recipient)s ask these sources for %(purpose)s "
            "before there is a case",
            remedy="Ask the parties to add [[probes]] to the agreement, or ask fewer sources.",
            agreement=agreement,
            recipient=recipient,
            purpose=purpose,
        )


class TooManySubjects(Refusal):
    """A probe is a question on a few, no search among many."""

    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Ask on fewer subjects, or later.", **parts)


class TooFewSubjects(Refusal):
    def __init__(self, least: int) -> None:
        super().__init__(
            "a list of which areas are told has at least %(least)s subjects; nothing was asked",
            remedy="Ask on more subjects at once, where there are more.",
            least=least,
        )


class AskedOtherwise(Refusal):
    """Whoever knows which subjects are found, and in which area so many of them are, may know which are in it."""

    def __init__(self, source: str) -> None:
        super().__init__(
            "%(source)s may be asked for areas, and elsewhere about subjects; together these would tell more",
            remedy="Let the agreements of this room ask that source in one way.",
            source=source,
        )


class AskedMeanwhile(Refusal):
    def __init__(self, probe: str) -> None:
        super().__init__(
            "something else was asked of these sources while probe %(probe)s was linked; nothing is held",
            remedy="Ask again.",
            probe=probe,
        )


class ProbeOver(Refusal):
    def __init__(self, probe: str, until: date) -> None:
        super().__init__(
            "probe %(probe)s ended on %(until)s", remedy="Ask again in a new probe.", probe=probe, until=until
        )


class NoCase(Refusal):
    def __init__(self, request: str, purpose: str) -> None:
        super().__init__(
            "request %(request)s is for %(purpose)s, for which the partners first decide that there is a case",
            remedy="Name the probe that they decided on (probe = …); each partner that answered it decides.",
            request=request,
            purpose=purpose,
        )


class BadCron(WrongInput):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(
            why,
            remedy='Write minute, hour, day, month and day of the week: "0 6 * * 1" is every Monday at six.',
            **parts,
        )


class BadUntil(WrongInput):
    def __init__(self, until: date) -> None:
        super().__init__("%(until)s is past", remedy="Give today or a later day, or none.", until=until)


class NamesSomebody(Refusal):
    """What was written holds an identifier; the message never repeats it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "the text holds what looks like %(what)s; nothing was recorded",
            remedy="Say it without: what is written here is kept for good and read by many.",
            what=Sentence(what),
        )


class NotPlainText(WrongInput):
    def __init__(self) -> None:
        super().__init__(
            "the text holds a sign that is none (NUL, or bytes that are no UTF-8); nothing was recorded",
            remedy="Type it again, or see that the terminal writes UTF-8.",
        )


class TooLong(WrongInput):
    def __init__(self, most: int) -> None:
        super().__init__(
            "the text is longer than %(most)s signs; nothing was recorded",
            remedy="Say it in less, and name the document that has the rest.",
            most=most,
        )


class ConsentOver(Refusal):
    """Its last day has passed, so that accepting it would decide nothing."""

    def __init__(self, consent: Part, until: date) -> None:
        super().__init__(
            "%(consent)s ended on %(until)s; nothing was accepted",
            remedy="Declare it with a later last day first.",
            consent=consent,
            until=until,
        )
