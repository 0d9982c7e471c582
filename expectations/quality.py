"""How a delivery did, in counts only: plain data, and a page that the supplier can act on."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.reasons import reason
from expectations.validated import ValidatedExtract
from intake.freetext import measured


def summary(validated: ValidatedExtract) -> dict[str, Any]:
    """Plain JSON data. `rows`: in, kept, set apart. `emptied`: cells. `quarantine`: scope, column, rule, count.
    `checks` as in `ValidatedExtract.quality`. Holds no value and no row number."""
    entries = validated.quarantine.entries
    cells = entries.filter(pl.col("scope") == "cell").select("row", "column").n_unique()
    kept = validated.height
    facts: dict[str, Any] = {
        "source": validated.source.id,
        "delivery": validated.delivery,
        "rows": {"in": validated.rows_in, "kept": kept, "set_apart": validated.rows_in - kept},
        "emptied": cells,
        "quarantine": validated.quarantine.counts().to_dicts(),
        "checks": list(validated.quality),
    }
    if validated.source.searched:
        facts["texts"] = _texts(validated)
    return facts


def _texts(validated: ValidatedExtract) -> dict[str, Any]:
    """Searched columns, what each found costs, and how well the search does on the texts it was measured on."""
    figures = measured()
    return {
        "columns": {column.name: column.freetext for column in validated.source.searched},
        "measured_on": figures["texts"],
        "kinds": {kind: _shares(each) for kind, each in figures["kinds"].items()},
    }


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    return {
        "recall": counts["found"] / counts["planted"],
        "precision": 1 - counts["wrong"] / counts["masked"],
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
    if "texts" in facts:
        lines += _searched(facts["texts"])
    rules = [each["rule"] for each in facts["quarantine"]]
    rules += [each["rule"] for each in facts["checks"] if each["outcome"] == "failed"]
    told = [(rule, reason(rule).nl, reason(rule).en) for rule in dict.fromkeys(rules)]
    lines += _table("What it means and what to do", ("rule", "in Dutch", "in English"), told)
    return "\n".join(lines) + "\n"


def _searched(texts: Mapping[str, Any]) -> list[str]:
    cells = [(kind, f"{each['recall']:.3f}", f"{each['precision']:.3f}") for kind, each in texts["kinds"].items()]
    named = ", ".join(f"{column} ({how})" for column, how in texts["columns"].items())
    table = _table("Identifiers in texts", ("kind", "found of those there", "right of those masked"), cells)
    note = f"Searched: {named}. Measured on {texts['measured_on']:,} made texts; real ones are harder."
    return [*table[:3], note, "", *table[3:]]


def _table(title: str, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    if not rows:
        return ["", f"## {title}", "", "Nothing."]
    written = [" | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in rows]
    rule = "|".join("---" for _ in header)
    return ["", f"## {title}", "", f"| {' | '.join(header)} |", f"|{rule}|", *(f"| {row} |" for row in written)]
