"""Linked tables made from lists that fit on the screen; linkage's own mint is used here and nowhere else in tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from linkage.linked import _LINKAGE, LINKS, LinkedTable, cluster_records
from linkage.quality import LinkQuality
from register.declarations import Request

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Link = tuple[str, int, str, int, float]
"""Source and row, source and row, match probability."""


def linked_table(
    payload: Rows,
    links: Sequence[Link],
    *,
    once: Mapping[str, bool] | None = None,
    kinds: Mapping[str, str] | None = None,
    threshold: float = 0.5,
) -> LinkedTable:
    """`payload`: source → one mapping per record, rows numbered from 1."""
    kinds, once = kinds or dict.fromkeys(payload, "person"), once or dict.fromkeys(payload, False)
    plausible = pl.DataFrame(
        [("model", a, row_a, b, row_b, chance, chance) for a, row_a, b, row_b, chance in links],
        schema=LINKS,
        orient="row",
    )
    firm = plausible.filter(pl.col("match_probability") >= threshold)
    records = pl.DataFrame(
        [
            (source, row, f"{source}-{row}".encode())
            for source, rows in payload.items()
            for row in range(1, len(rows) + 1)
        ],
        schema={"source": pl.String, "row": pl.UInt32, "record": pl.Binary},
        orient="row",
    )
    grouped = cluster_records(records.select("source", "row"), firm, kinds, once)
    return LinkedTable(
        entities=records.with_columns(grouped["cluster"]),
        links=firm,
        plausible=plausible,
        likely=plausible,
        payload={source: _payload(rows) for source, rows in payload.items()},
        kinds=kinds,
        once=once,
        quality=(LinkQuality("model", threshold, 10, firm.height, 0.99, 0.95, 0.9, 0, (), ""),),
        models={"model": "1" * 64},
        deliveries=dict.fromkeys(payload, "2" * 64),
        _made_by=_LINKAGE,
    )


def _payload(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    numbers = pl.Series("row", range(1, len(rows) + 1), dtype=pl.UInt32)
    names = rows[0].keys() if rows else ()
    return pl.DataFrame([numbers, *(pl.Series(f"payload.{name}", [row[name] for row in rows]) for name in names)])


def request(**output: Any) -> Request:
    """A request for `output`; every column it names is asked for."""
    made = {"kind": "table", "unit": "reports", "dimensions": [], **output}
    named = [*made["dimensions"], *(made[key] for key in ("magnitude", "rank_by") if made.get(key))]
    named += [*made.get("needs", ()), *(one["column"] for one in made.get("filters", ()))]
    columns: dict[str, list[str]] = {made["unit"]: []}
    for name in named:
        source, _, column = name.partition(".")
        columns.setdefault(source, []).append(column)
    return Request.model_validate(
        {
            "id": "asked",
            "title": "What was asked",
            "purpose": "purpose",
            "requester": "ann",
            "agreement": "agreement",
            "recipients": ["town"],
            "retention_until": "2030-01-01",
            "sources": [{"id": source, "ground": "law", "columns": list(names)} for source, names in columns.items()],
            "output": made,
            "effect": {"intended": "good"},
        }
    )
