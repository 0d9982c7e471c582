"""What cross-checks found of one source, as its quality report tells it: plain JSON data, small numbers hidden.

    {doubles: [{check, model, records, doubled, clusters, sizes, expected_false, precision, share, threshold, reason, outcome}],
     contradictions: [{check, model, with, links, precision, field, filled, differ, share, low, high, expected, …}],
     orphans: [{check, beside, filled, addresses, nowhere {records, addresses, share}, withdrawn {…}, share, …}]}

Shares run from 0 to 1; what is hidden is None. A number is hidden when it is of fewer people than the policy asks, when
what it leaves of its whole is, or when it would give such a number away.
"""  # noqa: E501

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Facts = Mapping[str, Any]

KINDS: Final = ("doubles", "contradictions", "orphans")


def masked(pollution: Mapping[str, Sequence[Facts]], minimum: int) -> dict[str, list[dict[str, Any]]]:
    """`pollution` of one source, with every number hidden that is of fewer than `minimum` people."""
    return {kind: [{**facts, **_HIDDEN[kind](facts, minimum)} for facts in pollution.get(kind, ())] for kind in KINDS}


def _few(count: int, whole: int, minimum: int) -> bool:
    """Whether a count, or what it leaves of the whole, is small. None at all is nobody."""
    return 0 < count < minimum or 0 < whole - count < minimum


def _doubles(facts: Facts, minimum: int) -> dict[str, Any]:
    if _few(facts["doubled"], facts["records"], minimum):
        return dict.fromkeys(("doubled", "clusters", "sizes", "expected_false", "share"))
    if any(size * clusters < minimum for size, clusters in facts["sizes"]):
        return dict.fromkeys(("clusters", "sizes"))
    return {}


def _contradictions(facts: Facts, minimum: int) -> dict[str, Any]:
    if 0 < facts["filled"] < minimum:
        return dict.fromkeys(("filled", "differ", "share", "low", "high", "expected"))
    if _few(facts["differ"], facts["filled"], minimum):
        return dict.fromkeys(("differ", "share", "low", "high", "expected"))
    return {}


def _orphans(facts: Facts, minimum: int) -> dict[str, Any]:
    """Both kinds are hidden when either is small: with the other and their share it could be worked out."""
    counts = [facts[kind]["records"] for kind in ("nowhere", "withdrawn")]
    if 0 < facts["filled"] < minimum:
        return dict.fromkeys(("filled", "addresses", "nowhere", "withdrawn", "share"))
    if any(_few(count, facts["filled"], minimum) for count in (*counts, sum(counts))):
        return dict.fromkeys(("nowhere", "withdrawn", "share"))
    return {}


_HIDDEN: Final[dict[str, Callable[[Facts, int], dict[str, Any]]]] = {
    "doubles": _doubles, "contradictions": _contradictions, "orphans": _orphans,
}  # fmt: skip
