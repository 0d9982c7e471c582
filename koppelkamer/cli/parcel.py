"""`koppelkamer parcel`: at the recipient of a sealed parcel, who alone can open it."""

import argparse
from pathlib import Path

from declare import Refusal, WrongInput, write_atomically
from koppelkamer.cli.screen import Screen, read_key


def parcel(call: argparse.Namespace) -> Screen:
    """One of the two actions."""
    return {"key": key, "open": open_}[call.action](call)


def key(call: argparse.Namespace) -> Screen:
    """A new key for the recipient, under a passphrase; on the screen the address for room.toml."""
    from koppelkamer.passphrase import new_passphrase
    from pseudonymise.steward import make_mailbox, require_free

    require_free(call.out)
    address = make_mailbox(call.out, new_passphrase(call.passphrase_file), "recipient of parcels")
    return Screen(
        {"key": str(call.out), "address": address},
        [
            f'made {call.out}; the room puts this under the partner in room.toml: seal_to = "{address}"',
            "  without the key and its passphrase nobody opens what is sealed to it: keep a copy apart",
        ],
    )


class NotForThisRecipient(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is sealed for another recipient, or its first lines were changed",
            remedy="Use the key whose address the room has as `seal_to`, or ask the room for the original.",
        )


def open_(call: argparse.Namespace) -> Screen:
    """The parcel in clear, in a new folder, after its signature was checked; and every file in it checked after."""
    from koppelkamer.passphrase import opened
    from pseudonymise.steward import open_for_steward, open_steward_key
    from release.manifest import INCLUSION, MANIFEST, SIGNATURE, verify_parcel
    from release.sealed import SEALED

    if call.folder is None or call.identity is None or call.key is None:
        raise WrongInput(
            "which parcel is to be opened, with which key, and from which room?",
            remedy="Run `koppelkamer parcel open PARCEL --identity MY.key --key room.pub --out DIR`.",
        )
    public = read_key(call.key)
    manifest = verify_parcel(call.folder, public)
    if manifest.sealed is None or not (call.folder / SEALED).is_file():
        raise WrongInput(f"parcel {manifest.release} is not sealed", remedy="Read the files in its folder.")
    mailbox = opened(lambda typed: open_steward_key(call.identity, typed), call.passphrase_file)
    names = [file.name for file in manifest.files if file.name != INCLUSION]
    open_for_steward(call.folder / SEALED, mailbox, call.out, names, NotForThisRecipient)
    for name in (INCLUSION, MANIFEST, SIGNATURE):
        write_atomically(Path(call.out) / name, (call.folder / name).read_bytes(), mode=0o600)
    verify_parcel(call.out, public)
    return Screen(
        {"out": str(call.out), "files": sorted(names)},
        [f"{call.out} holds parcel {manifest.release}: {len(manifest.files)} files, all as signed"],
    )
