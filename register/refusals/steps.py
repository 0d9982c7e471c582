"""Steps of the workflow that are not taken: too early, too late, by somebody else, or twice."""

from collections.abc import Iterable

from declare import Part, Refusal, Sentence


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


class PolicyChangedSince(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            "release %(release)s was examined under another policy than the one signed last",
            remedy="Submit the request again, so that people can approve it under the policy in force, and run it.",
            release=release,
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


class SentOtherwise(Refusal):
    """What was made by a page is not what the page, sent again, asks for."""

    def __init__(self) -> None:
        super().__init__(
            "this page was sent before, with something else in it, and that stands; nothing was changed",
            remedy="Open the page anew and fill it in again.",
        )


class AlreadyAsked(Refusal):
    def __init__(self, work: str, subject: str) -> None:
        super().__init__(
            "“%(work)s” was asked for %(subject)s already, and waits or runs",
            remedy="Wait until that has ended.",
            work=work,
            subject=subject,
        )
