"""How a delivery did, in counts only: plain data, and a page that the supplier can act on."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.validated import ValidatedExtract


def summary(validated: ValidatedExtract) -> dict[str, Any]:
    """Plain JSON data. `rows`: in, kept, set apart. `emptied`: cells. `quarantine`: scope, column, rule, count.
    `checks` as in `ValidatedExtract.quality`. Holds no value and no row number."""
    entries = validated.quarantine.entries
    cells = entries.filter(pl.col("scope") == "cell").select("row", "column").n_unique()
    kept = validated.height
    return {
        "source": validated.source.id,
        "delivery": validated.delivery,
        "rows": {"in": validated.rows_in, "kept": kept, "set_apart": validated.rows_in - kept},
        "emptied": cells,
        "quarantine": validated.quarantine.counts().to_dicts(),
        "checks": list(validated.quality),
    }


def page(facts: Mapping[str, Any]) -> str:
    """The summary as a Markdown page."""
    rows = facts["rows"]
    lines = [
        f"# Quality of {facts['source']}",
        "",
        f"Delivery `{facts['delivery']}`: {rows['in']:,} rows, {rows['kept']:,} kept, {rows['set_apart']:,} set apart, "
        f"{facts['emptied']:,} cells emptied.",
    ]
    apart = [(each["column"] or "the row", each["rule"], each["scope"], each["count"]) for each in facts["quarantine"]]
    checks = [
        (each["column"], each["rule"], each["evaluated"], each["unexpected"], each["outcome"])
        for each in facts["checks"]
    ]
    lines += _table("Set apart", ("column", "rule", "scope", "count"), apart)
    lines += _table("Checks", ("column", "rule", "evaluated", "unexpected", "outcome"), checks)
    return "\n".join(lines) + "\n"


def _table(title: str, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    if not rows:
        return ["", f"## {title}", "", "Nothing."]
    written = [" | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in rows]
    rule = "|".join("---" for _ in header)
    return ["", f"## {title}", "", f"| {' | '.join(header)} |", f"|{rule}|", *(f"| {row} |" for row in written)]
