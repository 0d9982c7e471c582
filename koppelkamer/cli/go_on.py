"""`koppelkamer go-on`: a series of releases goes on by itself, once the DPO and an officer have decided so."""

import argparse

from flows.books import write_logs
from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen


def go_on(call: argparse.Namespace) -> Screen:
    """Propose a standing decision."""
    from flows.submit import released

    room, keyring = opened(call)
    from register.standing import Terms, propose  # not before: its tables need the register open

    release = released(call.release)
    terms = Terms(call.vary, call.every, call.until, call.reason)
    made = propose(person(room, call), release, terms, seen=release.digest)
    write_logs(room, keyring.signer)
    return Screen(
        {"standing": made.id, "state": made.state, "until": str(made.until)},
        [
            f"{made.id} is proposed: releases of {made.request_id} go on by themselves until {made.until}",
            f"  what may vary: the deliveries of {', '.join(made.sources)}",
            f"  it waits for the DPO: `koppelkamer decide {made.id} advise`",
        ],
    )
