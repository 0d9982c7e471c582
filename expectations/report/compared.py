"""What compares a delivery with others, as it may be told: sudden changes, a correction."""

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.report.counts import Counts
from expectations.report.masking import Masking, Told


def changes(found: Sequence[Mapping[str, Any]], counts: Counts) -> list[dict[str, Any]]:
    """Distances, and shares of empty cells before and after, in the steps of cells that a column lacks. Numbers of rows
    and of filled cells, and the chance that follows from them, are left out."""
    rows = max(counts.found["rows"]["in"], 1)
    step = counts.masking.coarsely(rows) / rows
    return [_change(each, step) for each in found]


def _change(found: Mapping[str, Any], step: float) -> dict[str, Any]:
    shares = ("before", "after") if found["measure"] == "empty" else ()
    told = {name: _stepped(found[name], step) if name in shares else None for name in ("before", "after")}
    kept = {name: found[name] for name in ("measure", "column", "threshold", "outcome")}
    return {**kept, **told, "distance": _stepped(found["distance"], step)}


def _stepped(value: float, step: float) -> list[float]:
    low = value // step * step
    return [round(low, 4), round(low + step, 4)]


def difference(found: Mapping[str, Any] | None, masking: Masking) -> dict[str, Any] | None:
    """Rows added, gone and changed, and changed cells by column."""
    if found is None:
        return None
    columns = {name: masking.roughly(count) for name, count in found["columns"].items()}
    told = {name: masking.roughly(found[name]) for name in ("added", "gone")}
    told["changed"] = masking.total([list(columns.values())], found["changed"])
    unmatched = {name: masking.roughly(count) for name, count in found["unmatched"].items()}
    return {
        **{name: _plain(each) for name, each in told.items()},
        "unmatched": {name: _plain(each) for name, each in unmatched.items()},
        "columns": {name: _plain(each) for name, each in columns.items()},
    }


def _plain(told: Told) -> dict[str, int]:
    return {"at_least": told.at_least, "at_most": told.at_most}
