"""`koppelkamer declarations`: what the register holds, as the files that go in."""

import argparse
from datetime import datetime, time

from flows.books import open_register
from koppelkamer.cli.screen import Screen, columns
from koppelkamer.room import open_room


def declarations(call: argparse.Namespace) -> Screen:
    """Write them to a new folder, as of now or the end of a day."""
    open_register(open_room(call.room))
    from django.utils import timezone

    from flows.declarations import write

    end = None if call.at is None else timezone.make_aware(datetime.combine(call.at, time.max))
    counts = write(call.out, end or timezone.now())
    facts = {"folder": str(call.out), "declarations": counts}
    lines = [f"wrote {call.out}", *columns([(name, count) for name, count in sorted(counts.items())])]
    return Screen(facts, [*lines, "  history.toml has every version with its day, and what people did since"])
