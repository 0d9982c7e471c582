"""`koppelkamer key`: the room's key store, the policy's signature, and partners' copies."""

import argparse
from pathlib import Path

from declare import WrongInput, load, write_atomically
from flows.books import open_register, write_logs
from flows.keyring import Keyring, open_keyring
from gate.policy import Policy, sign_policy
from koppelkamer.cli.screen import Screen
from koppelkamer.passphrase import new_passphrase
from koppelkamer.room import Room, open_room
from pseudonymise.keys import FileKeyStore


def key(call: argparse.Namespace) -> Screen:
    """init, status, sign (the policy), export (a partner's copy) or destroy."""
    room = open_room(call.room)
    actions = {"init": _init, "status": _status, "sign": _sign, "export": _export, "destroy": _destroy}
    return actions[call.action](room, call)


def init(room: Room) -> Keyring:
    """Make the key store, sign the domain and make its masters. Raises `Refusal` when there is one already."""
    store = FileKeyStore.create(room.keystore, new_passphrase(room.passphrase_file))
    store.add_domain(room.declaration.domain)
    write_atomically(room.public_key, store.signer().public_key.hex().encode() + b"\n")
    keyring = Keyring(room, store)
    _note(keyring, "init")
    return keyring


def export(keyring: Keyring, partner: str, folder: Path, passphrase: str) -> None:
    """Make the partner's copy: the domain's key only. Raises `Refusal` unless the partner is a party to the domain."""
    domain = keyring.room.declaration.domain
    keyring.store.export_domain(domain.id, domain.version, passphrase, folder, partner=partner)
    _note(keyring, "export")


def sign(keyring: Keyring) -> None:
    """Sign the policy in the name of its owner, and say so in the audit log."""
    room = keyring.room
    sign_policy(room.policy, room.policy_signature, keyring.signer)
    open_register(room)
    from register.notes import policy_signed

    policy_signed(load(room.policy, Policy).digest, keyring.signer.key_id)
    write_logs(room, keyring.signer)


def _note(keyring: Keyring, action: str) -> None:
    """What was done with the domain's key, for the audit log."""
    domain = keyring.room.declaration.domain
    open_register(keyring.room)
    from register.notes import key_changed

    key_changed(action, domain.id, domain.version)
    write_logs(keyring.room, keyring.signer)


def _init(room: Room, _: argparse.Namespace) -> Screen:
    keyring = init(room)
    facts = {"keys": str(room.keystore), "domain": room.declaration.domain.id, "key": keyring.signer.key_id}
    return Screen(facts, [f"made {room.keystore} for domain {facts['domain']}; signing key {facts['key']}"])


def _status(room: Room, _: argparse.Namespace) -> Screen:
    store = open_keyring(room).store
    keys = [{"domain": one.domain.id, "version": one.domain.version, "state": one.state} for one in store.status()]
    gone = [{"domain": one.domain, "version": one.version, "state": "destroyed"} for one in store.destructions()]
    lines = [f"{one['domain']} version {one['version']}: {one['state']}" for one in (*keys, *gone)]
    return Screen({"keys": [*keys, *gone]}, lines or ["no domain has a key yet"])


def _sign(room: Room, _: argparse.Namespace) -> Screen:
    sign(open_keyring(room))
    return Screen(
        {"signed": str(room.policy)}, [f"signed {room.policy.name}; from now on releases are held against it"]
    )


def _export(room: Room, call: argparse.Namespace) -> Screen:
    if not call.partner or not call.out:
        raise WrongInput("export needs a partner and a folder", remedy="Add --partner PARTNER --out DIR.")
    export(open_keyring(room), call.partner, call.out, new_passphrase(call.passphrase_file))
    return Screen(
        {"partner": call.partner, "folder": str(call.out)},
        [f"made {call.out} for {call.partner}: the domain's key only; hand folder and passphrase over by two ways"],
    )


def _destroy(room: Room, call: argparse.Namespace) -> Screen:
    if not call.reason:
        raise WrongInput("destroying a key needs a reason", remedy="Add --reason TEXT; it stands in the signed record.")
    domain, keyring = room.declaration.domain, open_keyring(room)
    record = keyring.store.destroy(domain.id, domain.version, reason=call.reason)
    _note(keyring, "destroy")
    return Screen(
        {"destroyed": record.domain, "version": record.version, "key": record.key_id},
        [f"destroyed the key of {record.domain} version {record.version}; what was made with it cannot be read again"],
    )
