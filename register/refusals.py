"""What the register refuses, and the way out. One class for each reason a caller may want to tell apart."""

from collections.abc import Iterable
from datetime import date

from declare import Refusal, WrongInput


class Unregistered(WrongInput):
    def __init__(self, what: str) -> None:
        super().__init__(f"the register knows no such {what}", remedy=f"Declare the {what} in the room first.")


class RoomChanged(Refusal):
    def __init__(self, was_demo: bool) -> None:
        was = "a demo room" if was_demo else "a real room"
        super().__init__(
            f"this register was made for {was}, and stays that of one",
            remedy=f"Write demo = {str(was_demo).lower()} in room.toml, or make another room with its own database.",
        )


class AgreementLapsed(Refusal):
    def __init__(self, agreement: str, starts: date, until: date) -> None:
        super().__init__(
            f"agreement {agreement} holds from {starts} to {until}, not today; nothing was read",
            remedy="Renew the agreement, register it, and try again.",
        )


class NotAParty(Refusal):
    def __init__(self, source: str, owner: str) -> None:
        super().__init__(
            f"source {source} belongs to {owner}, which is no party to an agreement that covers it",
            remedy="Let the owner join the agreement, or leave the source out.",
        )


class NoTriple(Refusal):
    def __init__(self, agreement: str, source: str, recipient: str, purpose: str) -> None:
        super().__init__(
            f"agreement {agreement} does not let {source} go to {recipient} for {purpose}",
            remedy="Ask the parties to add [[triples]] to the agreement, or ask for something it covers.",
        )


class NoGround(Refusal):
    def __init__(self, source: str, agreement: str) -> None:
        super().__init__(
            f"agreement {agreement} records no such legal ground for {source}; an agreement is never itself a ground",
            remedy="Name the law and the document under [[grounds]] of the agreement, and the same law in the request.",
        )


class ClearDelivery(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"source {source} may not come in clear: no processing agreement is recorded for it",
            remedy="Deliver a sealed file made by `koppelkamer encode`, or record [[processing]] in the agreement.",
        )


class Replayed(Refusal):
    """A delivery that came in before, by the digest of the file it was made of."""

    def __init__(self, source: str, received: date, *, destroyed: bool) -> None:
        since = " and was destroyed when its time was over" if destroyed else ""
        super().__init__(
            f"this delivery of {source} came in on {received}{since}; nothing was changed",
            remedy="Deliver newer data: what came in once is not taken in again.",
        )


class OtherPeriod(Refusal):
    """A delivery that came in before, as one about another period."""

    def __init__(self, source: str, earlier: str, now: str) -> None:
        super().__init__(
            f"this very file of {source} came in before as the delivery of {earlier}, and now as that of {now}",
            remedy="One of the two is named wrongly: ask the supplier which data it delivered.",
        )


class AlreadyWithdrawn(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(f"this delivery of {source} was withdrawn before", remedy="Nothing more is needed.")


class WithdrawnSince(Refusal):
    def __init__(self, release: str, source: str) -> None:
        super().__init__(
            f"the delivery of {source} that {release} was made of was withdrawn since",
            remedy="Run the request again when a new delivery has come in.",
        )


class AlreadyRestricted(Refusal):
    def __init__(self) -> None:
        super().__init__("this very list came in before; nothing was changed", remedy="Seal a new one for what is new.")


class EndsBeforeItBegins(WrongInput):
    def __init__(self, until: date) -> None:
        super().__init__(
            f"a restriction cannot end on {until}",
            remedy="Name a last day that is still to come; what lifts a restriction has none.",
        )


class NoDpia(Refusal):
    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{subject} names no DPIA",
            remedy="Add [dpia] with id, approved, valid_until and status to its declaration.",
        )


class DpiaNotValid(Refusal):
    def __init__(self, dpia: str, why: str) -> None:
        super().__init__(
            f"DPIA {dpia} {why}", remedy="Have the DPIA reviewed and renewed, and submit the request again."
        )


class RetentionOver(Refusal):
    def __init__(self, request: str, until: date) -> None:
        super().__init__(
            f"what request {request} asked for may be kept until {until}, which is past",
            remedy="Ask again in a new request.",
        )


class NotApproved(Refusal):
    def __init__(self, request: str, missing: Iterable[str]) -> None:
        super().__init__(
            f"request {request} still waits for: {', '.join(missing)}",
            remedy="They decide in the console, or with `koppelkamer decide`.",
        )


class ChangedSinceApproval(Refusal):
    def __init__(self, request: str, parts: Iterable[str]) -> None:
        super().__init__(
            f"request {request} was approved for other contents: {', '.join(parts)} changed",
            remedy="Submit the request again, so that people can approve what is there now.",
        )


class NotStanding(Refusal):
    def __init__(self, consent: str) -> None:
        super().__init__(f"{consent} is not in force; nothing was withdrawn", remedy="Read the page again.")


class ConsentEnded(Refusal):
    """What a standing consent approved lasts as long as that consent."""

    def __init__(self, request: str, owner: str, until: date) -> None:
        super().__init__(
            f"request {request} was approved by a standing consent of {owner}, which ended on {until}",
            remedy="Renew the standing consent in the agreement, have it accepted, and submit the request again.",
        )


class TooSoon(Refusal):
    def __init__(self, request: str, owner: str, first: date) -> None:
        super().__init__(
            f"the standing consent of {owner} allows another release of request {request} from {first}",
            remedy="Wait until then, or withdraw the request and ask in a new one what the owner has to decide on.",
        )


class NoEffect(Refusal):
    def __init__(self, request: str) -> None:
        super().__init__(
            f"request {request} does not say by what its effect will be seen",
            remedy='Add indicators to [effect], such as { what = "accidents a year", years = 2 }.',
        )


class NothingToRun(Refusal):
    def __init__(self, request: str) -> None:
        super().__init__(
            f"request {request} is about further use of what was released; there is nothing to run",
            remedy="Once everybody has agreed, that is the permission.",
        )


class NotFurther(Refusal):
    def __init__(self, release: str, why: str) -> None:
        super().__init__(
            f"further use of {release} cannot be asked: it {why}",
            remedy="Name releases that you received, with all their sources and columns, and what is new.",
        )


class NothingSaid(WrongInput):
    def __init__(self) -> None:
        super().__init__("nothing was said of what came of it", remedy="Say it with --text.")


class UnknownIndicator(WrongInput):
    def __init__(self, known: Iterable[str]) -> None:
        super().__init__(
            "the request named no such indicator", remedy=f"It named: {'; '.join(known)}. Or leave --indicator out."
        )


class StepNotAllowed(Refusal):
    def __init__(self, subject: str, state: str, action: str, possible: Iterable[str]) -> None:
        ways = "; ".join(possible) or "nothing; this is final"
        super().__init__(f"{subject} is {state}; {action} is not a step from there", remedy=f"Possible: {ways}.")


class NotYours(Refusal):
    def __init__(self, action: str, roles: Iterable[str]) -> None:
        super().__init__(
            f"{action} here is for: {', '.join(roles)}", remedy="Ask somebody who has that role for the right partner."
        )


class DutiesKeptApart(Refusal):
    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="Let somebody else with the same role take this step.")


class ReasonMissing(Refusal):
    def __init__(self, action: str) -> None:
        super().__init__(f"{action} needs written reasons", remedy="Give them with --reason.")


class AnswersMissing(Refusal):
    def __init__(self, warnings: Iterable[str]) -> None:
        super().__init__(
            f"these warnings are not answered: {', '.join(warnings)}",
            remedy="Say for each why release is legitimate, suitable, necessary and proportionate.",
        )


class OpinionMissing(Refusal):
    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why, remedy=remedy)


class StalePage(Refusal):
    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{subject} changed since it was read; nothing was decided", remedy="Read it again and decide then."
        )


class AlreadyDecided(Refusal):
    def __init__(self, subject: str) -> None:
        super().__init__(
            f"this step on {subject} was taken at the same moment by somebody else, or by you before",
            remedy="Read it again; nothing was decided twice.",
        )


class NotSignedIn(Refusal):
    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="Sign in with `koppelkamer login`.")


class InvitationOver(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "this invitation was used, its time is over, or it is none",
            remedy="Ask whoever administers the room for a new one: `koppelkamer invite PERSON`.",
        )


class WeakPassword(WrongInput):
    def __init__(self, why: Iterable[str]) -> None:
        super().__init__(f"this password will not do: {' '.join(why)}", remedy="Choose a longer, unusual one.")


class AlreadyAsked(Refusal):
    def __init__(self, kind: str, subject: str) -> None:
        super().__init__(
            f"{kind} {subject} was asked for already, and waits or runs", remedy="Wait until that has ended."
        )


class NoInbox(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"the room has no inbox for {source}",
            remedy=f'Name a folder in room.toml, [intake.inbox], {source} = "…", or receive a file by name.',
        )


class NotProbed(Refusal):
    def __init__(self, agreement: str, recipient: str, purpose: str) -> None:
        super().__init__(
            f"agreement {agreement} does not let {recipient} ask these sources for {purpose} before there is a case",
            remedy="Ask the parties to add [[probes]] to the agreement, or ask fewer sources.",
        )


class TooManySubjects(Refusal):
    """A probe is a question on a few, no search among many."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; nothing was asked", remedy="Ask on fewer subjects, or later.")


class TooFewSubjects(Refusal):
    def __init__(self, least: int) -> None:
        super().__init__(
            f"a list of which areas are told has at least {least} subjects; nothing was asked",
            remedy="Ask on more subjects at once, where there are more.",
        )


class AskedOtherwise(Refusal):
    """Whoever knows which subjects are found, and in which area so many of them are, may know which are in it."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} may be asked for areas, and elsewhere about subjects; together these would tell more",
            remedy="Let the agreements of this room ask that source in one way.",
        )


class AskedMeanwhile(Refusal):
    def __init__(self, probe: str) -> None:
        super().__init__(
            f"something else was asked of these sources while probe {probe} was linked; nothing is held",
            remedy="Ask again.",
        )


class ProbeOver(Refusal):
    def __init__(self, probe: str, until: date) -> None:
        super().__init__(f"probe {probe} ended on {until}", remedy="Ask again in a new probe.")


class NoCase(Refusal):
    def __init__(self, request: str, purpose: str) -> None:
        super().__init__(
            f"request {request} is for {purpose}, for which the partners first decide that there is a case",
            remedy="Name the probe that they decided on (probe = …); each partner that answered it decides.",
        )


class BadCron(WrongInput):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"this is no time to come again: {why}",
            remedy='Write minute, hour, day, month and day of the week: "0 6 * * 1" is every Monday at six.',
        )


class BadUntil(WrongInput):
    def __init__(self, until: date) -> None:
        super().__init__(f"{until} is past", remedy="Give today or a later day, or none.")


class NamesSomebody(Refusal):
    """What was written holds an identifier; the message never repeats it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the text holds what looks like {what}; nothing was recorded",
            remedy="Say it without: what is written here is kept for good and read by many.",
        )
