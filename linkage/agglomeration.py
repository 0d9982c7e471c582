"""Agglomeration: groups of records grow link by link, the heaviest first, as far as the rules allow."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Reason = Literal["once", "different", "chain"]
Link = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """What the rules ask of one record: its source, and its value of each identifier, None where it lacks."""

    source: int
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """`once`: sources that are in a group at most once. `compared`: sources (the lower first) whose records were
    compared. `least_share`: of the compared pairs between two groups at least this share must be links."""

    once: frozenset[int]
    compared: frozenset[tuple[int, int]]
    least_share: float


@dataclass(eq=False, slots=True)
class _Group:
    members: list[int]
    sources: Counter[int]
    values: list[int | None]
    links: "Counter[_Group]" = field(default_factory=Counter)

    def absorb(self, other: "_Group") -> None:
        self.members += other.members
        self.sources += other.sources
        self.values = [one if one is not None else two for one, two in zip(self.values, other.values, strict=True)]
        for third, links in other.links.items():
            del third.links[other]
            if third is not self:
                self.links[third] += links
                third.links[self] += links


def agglomerate(links: Sequence[Link], nodes: dict[int, Node], limits: Limits) -> list[tuple[int, int, Reason]]:
    """Links, of distinct pairs of nodes and the heaviest first, that are left out, each with the rule that did it.

    What a rule about conflict forbids stays forbidden. A link between groups that hang together too loosely is asked
    again once groups have grown, until nothing moves any more.
    """
    group = {number: _Group([number], Counter([node.source]), list(node.values)) for number, node in nodes.items()}
    for one, two in links:
        group[one].links[group[two]] += 1
        group[two].links[group[one]] += 1
    waiting: Iterable[Link] = links
    forbidden: list[tuple[int, int, Reason]] = []
    while True:
        loose, moved = [], False
        for one, two in waiting:
            first, second = group[one], group[two]
            if first is second:
                continue
            reason = _objection(first, second, limits)
            if reason == "chain":
                loose.append((one, two))
            elif reason:
                forbidden.append((one, two, reason))
            else:
                moved = True
                _join(first, second, group)
        if not moved or not loose:
            return forbidden + [(one, two, "chain") for one, two in loose]
        waiting = loose


def _join(first: _Group, second: _Group, group: dict[int, _Group]) -> None:
    large, small = (first, second) if len(first.members) >= len(second.members) else (second, first)
    group.update(dict.fromkeys(small.members, large))
    large.absorb(small)


def _objection(first: _Group, second: _Group, limits: Limits) -> Reason | None:
    if any(source in second.sources for source in first.sources if source in limits.once):
        return "once"
    pairs = zip(first.values, second.values, strict=True)
    if any(one is not None and two is not None and one != two for one, two in pairs):
        return "different"
    compared = sum(
        many * more
        for source, many in first.sources.items()
        for other, more in second.sources.items()
        if (min(source, other), max(source, other)) in limits.compared
    )
    return "chain" if first.links[second] < limits.least_share * compared else None
