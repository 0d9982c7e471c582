"""What the room declared does not allow, or no longer does."""

from collections.abc import Iterable
from datetime import date

from declare import Part, Refusal, Sentence, WrongInput


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


class NoCase(Refusal):
    def __init__(self, request: str, purpose: str) -> None:
        super().__init__(
            "request %(request)s is for %(purpose)s, for which the partners first decide that there is a case",
            remedy="Name the probe that they decided on (probe = …); each partner that answered it decides.",
            request=request,
            purpose=purpose,
        )
