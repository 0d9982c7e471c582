"""Agglomeration: groups of records grow link by link, the heaviest first, as far as the rules allow."""

from collections.abc import Sequence
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
    sources: dict[int, int]
    """Source to records."""
    values: list[int | None]
    links: "dict[_Group, int]" = field(default_factory=dict)
    """Other group to links with it; counted only where the least share asks."""

    def absorb(self, other: "_Group") -> None:
        self.members += other.members
        for source, records in other.sources.items():
            self.sources[source] = self.sources.get(source, 0) + records
        self.values = [one if one is not None else two for one, two in zip(self.values, other.values, strict=True)]
        for third, links in other.links.items():
            del third.links[other]
            if third is not self:
                self.links[third] = third.links[self] = self.links.get(third, 0) + links


def agglomerate(links: Sequence[Link], nodes: dict[int, Node], limits: Limits) -> list[tuple[int, int, Reason]]:
    """Links, of distinct pairs of nodes and the heaviest first, that are left out, each with the rule that did it.

    What a rule about conflict forbids stays forbidden. A link between groups that hang together too loosely is asked
    again once groups have grown, until nothing moves any more.
    """
    group = {number: _Group([number], {node.source: 1}, list(node.values)) for number, node in nodes.items()}
    if limits.least_share:
        _count(links, group)
    waiting: Sequence[Link] = links
    left_out: list[tuple[int, int, Reason]] = []
    while waiting:
        refused = _grown(waiting, group, limits)
        left_out += [(one, two, reason) for one, two, reason in refused if reason != "chain"]
        loose = [(one, two) for one, two, reason in refused if reason == "chain"]
        if len(refused) == len(waiting):
            return left_out + [(one, two, "chain") for one, two in loose]
        waiting = loose
    return left_out


def _count(links: Sequence[Link], group: dict[int, _Group]) -> None:
    for one, two in links:
        group[one].links[group[two]] = group[two].links[group[one]] = 1


def _grown(links: Sequence[Link], group: dict[int, _Group], limits: Limits) -> list[tuple[int, int, Reason]]:
    """Join groups along `links` where nothing objects; the links to which something does."""
    refused: list[tuple[int, int, Reason]] = []
    for one, two in links:
        first, second = group[one], group[two]
        if first is second:
            continue
        if reason := _objection(first, second, limits):
            refused.append((one, two, reason))
        else:
            large, small = (first, second) if len(first.members) >= len(second.members) else (second, first)
            group.update(dict.fromkeys(small.members, large))
            large.absorb(small)
    return refused


def _objection(first: _Group, second: _Group, limits: Limits) -> Reason | None:
    if limits.once and not limits.once.isdisjoint(first.sources.keys() & second.sources.keys()):
        return "once"
    if any(
        one is not None and two is not None and one != two for one, two in zip(first.values, second.values, strict=True)
    ):
        return "different"
    if limits.least_share and first.links[second] < limits.least_share * _compared(first, second, limits):
        return "chain"
    return None


def _compared(first: _Group, second: _Group, limits: Limits) -> int:
    """Compared pairs between two groups."""
    return sum(
        many * more
        for source, many in first.sources.items()
        for other, more in second.sources.items()
        if (min(source, other), max(source, other)) in limits.compared
    )
