"""`koppelkamer crosscheck`: the room's sources held beside themselves and each other, in counts."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from flows.books import open_register
from flows.keyring import open_keyring
from koppelkamer.cli.room import person
from koppelkamer.cli.screen import Screen, columns, percent, progress
from koppelkamer.room import open_room

Facts = Mapping[str, Any]


def crosscheck(call: argparse.Namespace) -> Screen:
    """Make the checks of cross-checks.toml, and put what they found beside the report of each delivery."""
    from flows.crosscheck import crosscheck as make_checks

    room = open_room(call.room)
    keyring = open_keyring(room)
    open_register(room)
    progress("holding the sources beside each other")
    written = make_checks(room, keyring, person(room, call))
    facts = {"sources": {one.source: one.facts for one in written}, "files": {w.source: str(w.path) for w in written}}
    lines = [line for one in written for line in (*said(one.source, one.facts), f"  {one.path}")]
    return Screen(facts, lines)


def said(source: str, pollution: Mapping[str, Sequence[Facts]]) -> list[str]:
    """What was found of one source; small numbers are hidden already."""
    rows = [_doubles(one) for one in pollution["doubles"]]
    rows += [_contradiction(one) for one in pollution["contradictions"]]
    rows += [row for one in pollution["orphans"] for row in _orphans(one)]
    return [source, *columns(rows)]


def _doubles(one: Facts) -> tuple[object, ...]:
    about = f"in probable double registrations, of which {_number(one['expected_false'])} expected to be false"
    return (one["outcome"], _count(one["doubled"]), "of", _count(one["records"]), about)


def _contradiction(one: Facts) -> tuple[object, ...]:
    about = (
        f"differ from {one['with']} on {one['field']} ({_share(one['share'])}; wrong links {_share(one['expected'])})"
    )
    return (one["outcome"], _count(one["differ"]), "of", _count(one["filled"]), about)


def _orphans(one: Facts) -> list[tuple[object, ...]]:
    told = {"nowhere": f"have an address that {one['beside']} lacks", "withdrawn": "have a withdrawn address"}
    return [
        (one["outcome"], _count((one[kind] or {}).get("records")), "of", _count(one["filled"]), about)
        for kind, about in told.items()
    ]


def _count(number: int | None) -> object:
    return "few" if number is None else number


def _number(number: float | None) -> str:
    return "few" if number is None else f"{number:.1f}"


def _share(share: float | None) -> str:
    return "hidden" if share is None else percent(share)
