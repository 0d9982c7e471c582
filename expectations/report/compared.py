"""What compares a delivery with others, as it may be told: sudden changes, a correction."""

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.report.counts import Counts
from expectations.report.masking import Masking, Told


def changes(found: Sequence[Mapping[str, Any]], counts: Counts) -> list[dict[str, Any]]:
    """Before, after and distance as shares, in the steps of cells that a column lacks; of rows the distance only."""
    whole = max(counts.found["rows"]["in"], 1)
    step = counts.masking.coarsely(whole) / whole
    return [
        {
            "measure": each["measure"], "column": each["column"], "threshold": each["threshold"],
            "before": _stepped(each["before"], step), "after": _stepped(each["after"], step),
            "distance": _stepped(each["distance"], step), "outcome": each["outcome"],
        }
        for each in found
    ]  # fmt: skip


def _stepped(value: float | None, step: float) -> list[float] | None:
    """Bounds of a share; of what is no share (a number of rows, a table of shares) nothing is told."""
    if not isinstance(value, float):
        return None
    low = value // step * step
    return [round(low, 4), round(low + step, 4)]


def difference(found: Mapping[str, Any] | None, masking: Masking) -> dict[str, Any] | None:
    """Rows added, gone and changed, and changed cells by column."""
    if found is None:
        return None
    columns = {name: masking.open(count) for name, count in found["columns"].items()}
    told = {name: masking.open(found[name]) for name in ("added", "gone")}
    told["changed"] = masking.total([list(columns.values())], found["changed"])
    unmatched = {name: masking.open(count) for name, count in found["unmatched"].items()}
    return {
        **{name: _plain(each) for name, each in told.items()},
        "unmatched": {name: _plain(each) for name, each in unmatched.items()},
        "columns": {name: _plain(each) for name, each in columns.items()},
    }


def _plain(told: Told) -> dict[str, int]:
    return {"at_least": told.at_least, "at_most": told.at_most}
