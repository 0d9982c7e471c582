"""`koppelkamer crosscheck`: the room's sources held beside themselves and each other, in counts."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flows.books import open_register
from flows.keyring import open_keyring
from koppelkamer.cli.room import person
from koppelkamer.cli.screen import Screen, columns, progress
from koppelkamer.room import open_room

if TYPE_CHECKING:
    from flows.crosscheck import Written


def crosscheck(call: argparse.Namespace) -> Screen:
    """Make the checks of cross-checks.toml, and put what they found in the report on each delivery."""
    from flows.crosscheck import crosscheck as make_checks

    room = open_room(call.room)
    keyring = open_keyring(room)
    open_register(room)
    progress("holding the sources beside each other")
    written = make_checks(room, keyring, person(room, call))
    facts = {one.source: {**one.told, "report": str(one.path)} for one in written}
    return Screen({"sources": facts}, [line for one in written for line in (*said(one), f"  report: {one.path}")])


def said(one: "Written") -> list[str]:
    """What was found of one source; small numbers are hidden already."""
    return [one.source, *columns([shown(row) for rows in one.told.values() for row in rows])]


def shown(row: Mapping[str, Any]) -> Sequence[object]:
    """One finding as cells of a screen."""
    from expectations.report.words import words

    t = words("en")
    about = t(f"pollution_{row['about']}", field=row.get("field", ""), source=row.get("source", ""))
    counted = t("pollution_of", count=t.count(row["count"]), whole=t.count(row["whole"]))
    share = f"({t.percent(row['share'], row['count'])}; fails from {t.plain(row['threshold'])})"
    return (row["outcome"], counted, about, share)
