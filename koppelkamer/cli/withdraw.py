"""`koppelkamer withdraw-delivery`: a delivery is used no more, and these releases rest on it."""

import argparse

from flows.books import write_logs
from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen, columns


def withdraw(call: argparse.Namespace) -> Screen:
    """Call it back, and list every release that stands on it."""
    room, keyring = opened(call)
    from register.withdrawals import unsound
    from register.withdrawals import withdraw as call_back  # not before: its tables need the register open

    whole = call_back(person(room, call), call.source, call.delivery, call.reason)
    write_logs(room, keyring.signer)
    touched = [each for delivery in whole for each in unsound(delivery)]
    facts = {"source": call.source, "withdrawn": [each.digest for each in whole]}
    releases = [each.release for each in touched]
    rows = [(release.id, release.request.title, ", ".join(release.request.recipients)) for release in releases]
    head = f"delivery {call.delivery[:12]} of {call.source} is used no more"
    rest = "these releases rest on it; who may revokes them, then run `koppelkamer recall`:"
    told = rest if rows else "no release rests on it"
    return Screen({**facts, "releases": [row[0] for row in rows]}, [head, f"  {told}", *columns(rows)])
