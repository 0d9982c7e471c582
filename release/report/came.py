"""What came of earlier releases of the same series, as their recipients wrote it; days as ISO dates."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a recipient wrote."""

    release: str
    partner: str
    """By name."""
    indicator: str
    """One that the request named, or empty: in general."""
    text: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An indicator whose years are over and of which nobody wrote."""

    release: str
    indicator: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    releases: int
    """Earlier ones that left."""
    answered: int
    """Of these, those of which somebody wrote what came of them."""
    told: tuple[Told, ...]
    """The latest first."""
    due: tuple[Due, ...]

    def public(self) -> "Came":
        """Who wrote, when and about which indicator, but not the words: people wrote them for each other."""
        return replace(self, told=tuple(replace(each, text="") for each in self.told))
