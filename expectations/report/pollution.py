"""What cross-checks found of a source, as it may be told: rows of one table for each kind of check.

Each has `check`, `about` (kind of finding) with `field` or `source` where it names one, `count` of `whole` as bounds,
`share`, `by_linkage` (share of what was found that errors of linkage explain), `threshold`, `reason` and `outcome`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from expectations.report.masking import Masking, Told, share

Facts = Mapping[str, Any]


def pollution(found: Mapping[str, Any] | None, masking: Masking) -> dict[str, list[dict[str, Any]]] | None:
    """By kind. Counts are told in wide steps, for a limit was held to them; None where no check was made."""
    if found is None:
        return None
    ways = {"doubles": _doubles, "contradictions": _contradictions, "orphans": _orphans}
    return {kind: [row for facts in found.get(kind, ()) for row in way(facts, masking)] for kind, way in ways.items()}


def _doubles(facts: Facts, masking: Masking) -> Iterator[dict[str, Any]]:
    sizes = [{"size": size, "count": plain(masking.judged(size * many))} for size, many in facts["sizes"]]
    yield _row(facts, masking, (facts["doubled"], facts["records"]), facts["expected_false"]) | {
        "about": "double", "model": facts["model"], "sizes": sizes,
    }  # fmt: skip


def _contradictions(facts: Facts, masking: Masking) -> Iterator[dict[str, Any]]:
    yield _row(facts, masking, (facts["differ"], facts["filled"]), facts["expected"] * facts["filled"]) | {
        "about": "differs", "model": facts["model"], "field": facts["field"], "source": facts["with"],
    }  # fmt: skip


def _orphans(facts: Facts, masking: Masking) -> Iterator[dict[str, Any]]:
    for about in ("nowhere", "withdrawn"):
        row = _row(facts, masking, (facts[about]["records"], facts["filled"]), 0.0)
        yield row | {"about": about, "source": facts["beside"]}


def _row(facts: Facts, masking: Masking, counted: tuple[int, int], wrong: float) -> dict[str, Any]:
    """`wrong` of the first count are expected to be errors of linkage."""
    count, whole = (masking.judged(number) for number in counted)
    least, most = share(count, whole) or (0.0, 0.0)
    return {
        "check": facts["check"], "count": plain(count), "whole": plain(whole), "share": [least, most],
        "by_linkage": round(min(wrong / counted[0], 1.0), 2) if counted[0] else 0.0,
        "threshold": facts["threshold"], "reason": facts["reason"], "outcome": facts["outcome"],
    }  # fmt: skip


def plain(told: Told) -> dict[str, int]:
    return {"at_least": told.at_least, "at_most": told.at_most}
