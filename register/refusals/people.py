"""Who cannot sign in."""

from collections.abc import Iterable

from declare import Part, Refusal, WrongInput


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
