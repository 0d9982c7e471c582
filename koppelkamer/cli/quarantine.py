"""`koppelkamer quarantine`: at the supplier's data steward, who alone can see what was set apart."""

import argparse
from pathlib import Path

from declare import WrongInput
from koppelkamer.cli.screen import Screen


def quarantine(call: argparse.Namespace) -> Screen:
    """One of the two actions."""
    return {"key": key, "open": open_}[call.action](call)


def key(call: argparse.Namespace) -> Screen:
    """A new key for the steward, under a passphrase; on the screen the address for the source's declaration."""
    from koppelkamer.passphrase import new_passphrase
    from pseudonymise.steward import make_mailbox, require_free

    require_free(call.out)
    address = make_mailbox(call.out, new_passphrase(call.passphrase_file), "steward of a source")
    return Screen(
        {"key": str(call.out), "steward": address},
        [
            f'made {call.out}; put this into the declaration of the source: steward = "{address}"',
            "  without the key and its passphrase nobody opens what is sealed to it: keep a copy apart",
        ],
    )


def open_(call: argparse.Namespace) -> Screen:
    """What was set apart, in clear, in a new folder."""
    from expectations.sent_back import FILES
    from koppelkamer.passphrase import opened
    from pseudonymise.steward import open_for_steward, open_steward_key

    file, private = _named(call)
    steward = opened(lambda typed: open_steward_key(private, typed), call.passphrase_file)
    written = open_for_steward(file, steward, call.out, FILES)
    names = [path.name for path in written]
    return Screen(
        {"out": str(call.out), "files": names},
        [f"{call.out} holds {', '.join(names)}; they name people, so delete them when the rows are corrected"],
    )


def _named(call: argparse.Namespace) -> tuple[Path, Path]:
    if call.file is None or call.key is None:
        raise WrongInput(
            "what is to be opened, and with which key?",
            remedy="Run `koppelkamer quarantine open quarantine.age --key steward.key --out DIR`.",
        )
    return call.file, call.key
