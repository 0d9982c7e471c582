"""Standing consents and releases by themselves that do not cover what happens."""

from datetime import date

from declare import Part, Refusal


class TermsNotPossible(Refusal):
    """Of a series that would go on by itself."""

    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Propose it with other terms.", **parts)


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


class ConsentOver(Refusal):
    """Its last day has passed, so that accepting it would decide nothing."""

    def __init__(self, consent: Part, until: date) -> None:
        super().__init__(
            "%(consent)s ended on %(until)s; nothing was accepted",
            remedy="Declare it with a later last day first.",
            consent=consent,
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
