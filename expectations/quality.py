"""The quality facts: how a delivery did, as plain JSON data in exact counts, never a value and no row number.

What may be told of them to others than the supplier, `expectations.report` says.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import polars as pl

from expectations.contract import suite_digest
from expectations.feedback import counts
from expectations.stopped import Stopped
from expectations.validated import ValidatedExtract
from intake.freetext import measured
from intake.quarantine import Quarantine
from intake.source import Source

Form = Literal["sealed", "clear", "checked"]

SUDDEN: Final = "sudden-change"
NOT_JUDGED: Final = "not-judged"
"""Rules in `stopped`, which names no column then: no check refused the delivery, but what changed since the one
before, or that this cannot be told."""


def summary(validated: ValidatedExtract, form: Form = "checked") -> dict[str, Any]:
    """As `facts`; `filled` counts the cells of the columns kept."""
    found = facts(
        validated.source,
        validated.delivery,
        form,
        rows=(validated.rows_in, validated.height),
        quarantine=validated.quarantine,
        checks=validated.quality,
        filled=_filled(validated),
    )
    return {**found, "supplements": validated.supplements}


def stopped(refusal: Stopped, form: Form = "checked") -> dict[str, Any]:
    """As `facts`, of a delivery of which nothing is kept; `stopped` names column and rule, and says why."""
    found = facts(
        refusal.source,
        refusal.delivery,
        form,
        rows=(refusal.rows_in, 0),
        quarantine=refusal.quarantine,
        checks=refusal.quality,
        filled={},
    )
    return {**found, "emptied": 0, "stopped": {"column": refusal.column, "rule": refusal.rule, "why": refusal.why}}


def facts(
    source: Source,
    delivery: str,
    form: Form,
    *,
    rows: tuple[int, int],
    quarantine: Quarantine,
    checks: tuple[Mapping[str, Any], ...],
    filled: Mapping[str, int],
) -> dict[str, Any]:
    """`rows`: in, kept, set apart. `emptied`: cells. `quarantine`: scope, column, rule, count. `checks` as in
    `ValidatedExtract.quality`. `terugmeldingen`: cells in doubt by register. `filled`: cells by column of what is kept.
    `texts` where texts were searched. `on` is today. What compares the delivery with others is None or empty, until a
    flow knows better."""
    rows_in, kept = rows
    found: dict[str, Any] = {
        "source": source.id, "title": source.title, "owner": source.owner, "delivery": delivery, "period": None,
        "form": form, "on": date.today().isoformat(),  # noqa: DTZ011 - the day where the check is made
        "suite": suite_digest(source), "stopped": None,
        "rows": {"in": rows_in, "kept": kept, "set_apart": rows_in - kept},
        "emptied": emptied(quarantine), "filled": dict(filled),
        "quarantine": quarantine.counts().to_dicts(), "checks": [dict(each) for each in checks],
        "terugmeldingen": counts(checks, source),
        "corrects": None, "supplements": None, "earlier": [],
    }  # fmt: skip
    return found | texts(source)


def emptied(quarantine: Quarantine) -> int:
    """Cells."""
    return quarantine.entries.filter(pl.col("scope") == "cell").select("row", "column").n_unique()


def texts(source: Source) -> dict[str, Any]:
    """`texts`, where any are searched: the columns, what each found costs, and how well the search does on the texts it
    was measured on."""
    if not source.searched:
        return {}
    figures = measured()
    return {
        "texts": {
            "columns": {column.name: column.freetext for column in source.searched},
            "measured_on": figures["texts"],
            "kinds": {kind: _shares(each) for kind, each in figures["kinds"].items()},
        }
    }


def earlier(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a later delivery's facts keep of these, for the trend."""
    return {name: found[name] for name in ("delivery", "period", "on", "rows", "quarantine", "checks", "stopped")}


def _filled(validated: ValidatedExtract) -> dict[str, int]:
    columns = [pl.col(column.name).count() for column in validated.source.kept]
    counts: dict[str, int] = pl.concat(validated.parts).select(columns).collect(engine="streaming").row(0, named=True)
    return counts


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    return {
        "recall": counts["found"] / counts["planted"],
        "precision": 1 - counts["wrong"] / counts["masked"],
    }
