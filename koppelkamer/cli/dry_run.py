"""`koppelkamer try`: a request held against agreements and counts before anybody is asked."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen, columns, percent

if TYPE_CHECKING:
    from flows.dry_run import Tried
    from release.trial import Foreseen


def dry_run(call: argparse.Namespace) -> Screen:
    """What stands in the way with the way out of each, or what the request might bring."""
    room, keyring = opened(call)
    from flows.dry_run import dry_run as try_request

    tried = try_request(room, keyring, person(room, call), room.request(call.request))
    return Screen({"request": call.request, **tried.facts}, _lines(call.request, tried))


def _lines(request: str, tried: "Tried") -> list[str]:
    if tried.in_the_way:
        told = [line for each in tried.in_the_way for line in (f"  {each.message}", f"    way out: {each.remedy}")]
        return [f"request {request} cannot be submitted yet; nothing was counted", *told]
    sources = [(one.source, _count(one.kept, tried), "of", _count(one.came, tried)) for one in tried.sources]
    rates = [(model, "linked last time", percent(rate)) for model, rate in tried.link_rates]
    head = f"request {request} can be submitted. Nothing was linked; counts are to the nearest {tried.minimum}"
    return [head, "  records it is about:", *columns(sources, indent=4), *columns(rates), *_foreseen(tried.tables)]


def _count(count: int | None, tried: "Tried") -> object:
    return f"fewer than {tried.minimum}" if count is None else count


def _foreseen(tables: "Sequence[Foreseen]") -> list[str]:
    told = [f"  by {', '.join(table.dimensions)}: {_of_table(table)}" for table in tables]
    caution = (
        "  if the dimensions had nothing to do with each other, and without categories of fewer; more are hidden to "
        "protect these"
    )
    return [*told, caution] if told else []


def _of_table(table: "Foreseen") -> str:
    if table.cells is None:
        return "too few records in every category to foretell anything"
    return (
        f"of {table.cells:,} cells about {table.blocked:,} would be too small to show, with "
        f"{percent(table.blocked_share)} of the records"
    )
