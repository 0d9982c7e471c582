"""Deliveries and lists of restricted persons that are not taken in, or do not count any more."""

from datetime import date

from declare import Refusal, WrongInput


class ClearDelivery(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "source %(source)s may not come in clear: no processing agreement is recorded for it",
            remedy="Deliver a sealed file made by `koppelkamer encode`, or record [[processing]] in the agreement.",
            source=source,
        )


class NoInbox(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "the room has no inbox for %(source)s",
            remedy='Name a folder in room.toml, [intake.inbox], %(source)s = "…", or receive a file by name.',
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
