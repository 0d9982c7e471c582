"""States of a domain's key and the steps between them (NIST SP 800-57 part 1 revision 5, section 7)."""

from typing import Final, Literal

from declare import Refusal

State = Literal["pre-active", "active", "retired", "destroyed"]
"""Pre-active: made and handed out, not yet used. Active: in use. Retired: opens what was made with it and makes nothing
new (NIST: deactivated). Destroyed: a record of it is left."""

STEPS: Final[dict[State, tuple[State, ...]]] = {
    "pre-active": ("active", "destroyed"),
    "active": ("retired", "destroyed"),
    "retired": ("destroyed",),
    "destroyed": (),
}
"""State → where it can go. There is no way back."""

_REMEDIES: Final[dict[State, str]] = {
    "pre-active": "Activate it with `koppelkamer key activate` once every party has its copy.",
    "active": "See `koppelkamer key status`.",
    "retired": "Use the next version of the domain.",
    "destroyed": "Ask the partners to deliver again under a new version of the domain.",
}


class NotActive(Refusal):
    """A key that makes nothing: not yet, or no longer."""

    def __init__(self, name: str, state: State) -> None:
        why = "opens what was made with it and makes nothing new" if state == "retired" else "makes nothing yet"
        super().__init__(f"the key of domain {name} is {state}: it {why}", remedy=_REMEDIES[state])


class NoSuchStep(Refusal):
    def __init__(self, name: str, before: State, after: State) -> None:
        ways = ", ".join(STEPS[before])
        super().__init__(
            f"the key of domain {name} is {before} and cannot become {after}; it can become: {ways}",
            remedy=_REMEDIES[before],
        )


class KeyDestroyed(Refusal):
    def __init__(self, domain: str, version: int) -> None:
        super().__init__(
            f"the key of domain {domain} version {version} was destroyed; what was made with it cannot be read",
            remedy=_REMEDIES["destroyed"],
        )


def require_step(name: str, before: State, after: State) -> None:
    """Raise `NoSuchStep` unless a key may go from `before` to `after`."""
    if after not in STEPS[before]:
        raise NoSuchStep(name, before, after)
