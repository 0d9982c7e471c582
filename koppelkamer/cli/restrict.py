"""`koppelkamer restrict`: persons who are left out of every run from now on, or are no longer."""

import argparse

from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen


def restrict(call: argparse.Namespace) -> Screen:
    """Put the list in force."""
    from flows.restrict import STEP
    from flows.restrict import restrict as put

    room, keyring = opened(call)
    from register.restrictions import Order  # not before: its tables need the register open

    order = Order(call.source, call.reason, call.until, lifts=call.lift)
    row = put(room, keyring, person(room, call), order, call.file)
    persons = f"{row.at_least} to {row.at_least + STEP - 1}" if row.at_least else f"fewer than {STEP}"
    done = "are restricted no longer" if row.lifts else "are left out of every run from now on"
    facts = {"source": row.source_id, "digest": row.digest, "lifts": row.lifts, "persons": persons,
             "until": row.until and row.until.isoformat()}  # fmt: skip
    until = f", until {row.until} included" if row.until else ""
    return Screen(facts, [f"{persons} persons of {row.source_id} {done}{until}; list {row.digest[:12]}"])
