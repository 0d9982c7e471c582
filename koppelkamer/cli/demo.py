"""`koppelkamer demo`: the whole way, and one screen that says what happened."""

import argparse
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.arrival import Received
from koppelkamer.cli.screen import Screen, columns, percent
from koppelkamer.cli.verify import verify_room
from koppelkamer.demo.walk import SITE, Walk, walk
from linkage import LinkQuality
from release.gather import total_recall


def demo(call: argparse.Namespace) -> Screen:
    """Make the demo room and go the whole way through it."""
    way = walk(call.room, call.persons, call.seed)
    checked = verify_room(way.room)
    return Screen(_facts(way, checked), _lines(way, call.room, checked))


def _facts(way: Walk, checked: list[str]) -> dict[str, Any]:
    return {
        "received": {source: received.facts for source, received in way.received.items()},
        "crosschecked": {one.source: one.told for one in way.crosschecked},
        "links": [asdict(link) for link in way.table.facts.links],
        "verdict": way.table.verdict.to_json(),
        "refused": way.persons.verdict.to_json(),
        "report": str(way.table.reports),
        "parcel": str(way.parcel),
        "site": str(way.room.folder / SITE),
        "verified": checked,
    }


def _lines(way: Walk, folder: Path, checked: list[str]) -> list[str]:
    report = way.table.reports.relative_to(way.room.folder)
    parcel = way.parcel.relative_to(way.room.folder)
    return [
        f"{way.room.declaration.title} — everything here is made up",
        "",
        "What came in, and what was set apart",
        *columns([_source(source, received) for source, received in way.received.items()]),
        *columns(_reasons(way), indent=4),
        "",
        "Links, with estimates made without looking at the truth",
        *columns([_link(quality) for quality in way.table.linked.quality]),
        "",
        _wrong(way),
        "",
        f"The gate on “{way.table.facts.asked.title}”: {way.table.verdict.outcome}",
        *_findings(way),
        "  The DPO advised, the release officer answered each warning and decided: released.",
        "",
        f"The gate on “{way.persons.facts.asked.title}”: {way.persons.verdict.outcome}",
        *_refusal(way),
        "",
        "Where it lies",
        *columns(
            [
                ("report", f"{folder / report}/report.nl.html, report.en.html"),
                ("parcel", folder / parcel),
                ("public site", folder / SITE / "index.html"),
            ]
        ),
        "",
        "koppelkamer verify",
        *(f"  {line}" for line in checked),
    ]


def _source(source: str, received: Received) -> tuple[object, ...]:
    out = received.rows_in - received.rows_kept
    emptied = received.quarantine.entries.filter(scope="cell").height
    counts = (
        received.rows_in,
        "rows in,",
        received.rows_kept,
        "kept,",
        out,
        "in quarantine,",
        emptied,
        "cells emptied",
    )
    return (source, *counts)


def _reasons(way: Walk, most: int = 5) -> Sequence[Sequence[object]]:
    counted = [
        (count, rule, f"{source}.{column}" if column else source, "rows" if scope == "row" else "cells")
        for source, received in way.received.items()
        for scope, column, rule, count in received.quarantine.counts().iter_rows()
    ]
    return sorted(counted, key=lambda reason: (-reason[0], reason[1:]))[:most]


def _wrong(way: Walk) -> str:
    """How many findings of the cross-checks fail; what two sources say otherwise of each other counts once."""
    rows = [row for one in way.crosschecked for rows in one.told.values() for row in rows]
    once = {(row["check"], row["about"], row.get("field")): row["outcome"] for row in rows}
    failed = list(once.values()).count("failed")
    return f"Registers held beside each other: {failed} of {len(once)} findings fail; the quality reports tell which"


def _link(quality: LinkQuality) -> tuple[object, ...]:
    found = f"precision {percent(quality.precision)}, recall {percent(total_recall(quality))}"
    return (quality.model, quality.links, "links of", quality.candidates, "pairs compared;", found)


def _findings(way: Walk) -> list[str]:
    """What was hidden, and each rule that asks for an answer."""
    told = way.table.facts.disclosure
    said = [f"{line.rule} {line.outcome}: {line.message}" for line in way.table.facts.findings]
    if told is None:
        return _wrapped(said)
    hidden = (
        f"{told.hidden_primary} unsafe cells hidden, and {told.hidden_complementary} more that would give them away"
    )
    return _wrapped([f"{hidden}; together {percent(told.share_hidden)} of the reports", *said])


def _refusal(way: Walk) -> list[str]:
    failed = [finding for finding in way.persons.verdict.findings if finding.outcome == "FAIL"]
    return _wrapped([f"{finding.rule}: {finding.message}" for finding in failed])


def _wrapped(sentences: Sequence[str]) -> list[str]:
    return [
        line
        for sentence in sentences
        for line in textwrap.wrap(sentence, 124, initial_indent="  ", subsequent_indent="    ")
    ]
