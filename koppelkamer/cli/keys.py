"""`koppelkamer key`: the room's key store and the life of its keys, the policy's signature, and partners' copies."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from declare import Refusal, WrongInput, load, write_atomically
from flows.books import open_register, write_logs
from flows.keyring import Keyring, open_keyring
from flows.ledger import rewrap
from gate.policy import Policy, sign_policy
from koppelkamer.cli.screen import Screen
from koppelkamer.keystore import create_store
from koppelkamer.passphrase import new_passphrase
from koppelkamer.room import Room, open_room
from pseudonymise.keys import Destruction, KeyStatus


def key(call: argparse.Namespace) -> Screen:
    """One of the actions below."""
    return _ACTIONS[call.action](open_room(call.room), call)


def init(room: Room) -> Keyring:
    """Make the key store, sign the domain and make its masters.

    Raises `Refusal` when there is one already, or the domain's limit is not known to hold.
    """
    _require_shown(room)
    store = create_store(room)
    store.add_domain(room.declaration.domain)
    write_atomically(room.public_key, store.signer().public_key.hex().encode() + b"\n")
    keyring = Keyring(room, store)
    _note(keyring, "init", room.declaration.domain.version)
    return keyring


def rotate(keyring: Keyring) -> int:
    """Sign the declared version of the domain and make its keys, pre-active: copies of it can be handed out.

    Raises `Refusal` when that version has its keys, or an older one than is there is declared.
    """
    domain = keyring.room.declaration.domain
    newest = max((one.domain.version for one in keyring.store.status() if one.domain.id == domain.id), default=0)
    if domain.version <= newest:
        raise Refusal(
            f"room.toml declares domain {domain.id} version {domain.version}, and version {newest} has its keys",
            remedy=f"Set version = {newest + 1} under [domain] in room.toml first.",
        )
    _require_shown(keyring.room)
    keyring.store.add_domain(domain, state="pre-active")
    _note(keyring, "rotate", domain.version)
    return domain.version


def activate(keyring: Keyring) -> int:
    """The declared version is the one in use from now on; the one before it retires, and no longer wraps the ledger's
    key."""
    domain = keyring.room.declaration.domain
    keyring.store.activate(domain.id, domain.version)
    _note(keyring, "activate", domain.version)
    rewrap(keyring.room, replace(keyring))
    return domain.version


def export(keyring: Keyring, partner: str, folder: Path, passphrase: str) -> None:
    """Make the partner's copy: the domain's key only. Raises `Refusal` unless the partner is a party to the domain."""
    domain = keyring.room.declaration.domain
    keyring.store.export_domain(domain.id, domain.version, passphrase, folder, partner=partner)
    _note(keyring, "export", domain.version, partner=partner)


def destroy(keyring: Keyring, version: int, reason: str) -> Destruction:
    """The key is gone; a signed record of it stands in the key store, and its digest in the audit log."""
    record = keyring.store.destroy(keyring.room.declaration.domain.id, version, reason=reason)
    _note(keyring, "destroy", version, digest=record.digest, reason=reason)
    return record


def sign(keyring: Keyring) -> None:
    """Sign the policy in the name of its owner, and say so in the audit log."""
    room = keyring.room
    sign_policy(room.policy, room.policy_signature, keyring.signer)
    open_register(room)
    from register.notes import policy_signed

    policy_signed(load(room.policy, Policy).digest, keyring.signer.key_id)
    write_logs(room, keyring.signer)


def _require_shown(room: Room) -> None:
    """Raise `NotShown` or `AboveLimit` unless the hardening keeps within the domain's limit, where it has one."""
    if room.declaration.domain.limit is not None:
        from pseudonymise.attack.shown import require_shown

        require_shown(room.declaration.domain, room.folder)


def _note(keyring: Keyring, action: str, version: int, **more: str) -> None:
    """What was done with the domain's key, for the audit log."""
    open_register(keyring.room)
    from register.notes import key_changed

    key_changed(action, keyring.room.declaration.domain.id, version, **more)
    write_logs(keyring.room, keyring.signer)


def _init(room: Room, _: argparse.Namespace) -> Screen:
    keyring = init(room)
    facts = {"keys": str(room.keystore), "domain": room.declaration.domain.id, "key": keyring.signer.key_id}
    return Screen(
        {**facts, "wrapping keys": _wrapping(room)},
        [
            f"made {room.keystore} for domain {facts['domain']}; signing key {facts['key']}",
            f"  its wrapping keys are in {_wrapping(room)}; back these up apart, under other hands",
        ],
    )


def _status(room: Room, _: argparse.Namespace) -> Screen:
    store = open_keyring(room).store
    keys = [_facts(one) for one in store.status()]
    gone = [{"domain": one.domain, "version": one.version, "state": "destroyed"} for one in store.destructions()]
    lines = [_line(one) for one in store.status()]
    lines += [
        f"{one.domain} version {one.version}: destroyed on {one.day}: {one.reason}" for one in store.destructions()
    ]
    return Screen({"wrapping keys": _wrapping(room), "keys": [*keys, *gone]}, lines or ["no domain has a key yet"])


def _facts(one: KeyStatus) -> dict[str, object]:
    return {
        "domain": one.domain.id, "version": one.domain.version, "state": one.state, "key": one.key_id,
        "from": str(one.domain.starts), "until": str(one.domain.until), "copies": list(one.copies),
    }  # fmt: skip


def _line(one: KeyStatus) -> str:
    days, copies = f"from {one.domain.starts} until {one.domain.until}", ", ".join(one.copies) or "none"
    return f"{one.domain.id} version {one.domain.version}: {one.state}, {days}; key {one.key_id}; copies: {copies}"


def _rotate(room: Room, _: argparse.Namespace) -> Screen:
    domain, version = room.declaration.domain.id, rotate(open_keyring(room))
    return Screen(
        {"domain": domain, "version": version, "state": "pre-active"},
        [
            f"made the key of {domain} version {version}: pre-active, the version before it is still in use",
            "  make each partner its copy (`koppelkamer key export`), then `koppelkamer key activate`",
        ],
    )


def _activate(room: Room, _: argparse.Namespace) -> Screen:
    keyring = open_keyring(room)
    domain, version = room.declaration.domain.id, activate(keyring)
    retired = list(keyring.store.versions(domain, "retired"))
    return Screen(
        {"domain": domain, "version": version, "state": "active", "retired": retired},
        [
            f"{domain} version {version} is in use; retired: {', '.join(map(str, retired)) or 'none'}",
            "  every source has to be delivered again under it before it can be linked",
        ],
    )


def _retire(room: Room, call: argparse.Namespace) -> Screen:
    keyring = open_keyring(room)
    domain, version = room.declaration.domain.id, _chosen(keyring, call)
    keyring.store.retire(domain, version)
    _note(keyring, "retire", version)
    return Screen(
        {"domain": domain, "version": version, "state": "retired"},
        [f"{domain} version {version} is retired: it opens what was made with it and makes nothing new"],
    )


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
        {"partner": call.partner, "folder": str(call.out), "version": room.declaration.domain.version},
        [f"made {call.out} for {call.partner}: the domain's key only; hand folder and passphrase over by two ways"],
    )


def _destroy(room: Room, call: argparse.Namespace) -> Screen:
    if not call.reason:
        raise WrongInput("destroying a key needs a reason", remedy="Add --reason TEXT; it stands in the signed record.")
    keyring = open_keyring(room)
    version = _chosen(keyring, call)
    copies = {one.domain.version: one.copies for one in keyring.store.status()}.get(version, ())
    record = destroy(keyring, version, call.reason)
    return Screen(
        {"destroyed": record.domain, "version": version, "key": record.key_id, "record": record.digest,
         "copies": list(copies)},
        [
            f"destroyed the key of {record.domain} version {version}; what was made with it cannot be read again",
            f"  older copies of {_wrapping(room)} would bring it back: replace them now",
            f"  copies of the domain's key are still with: {', '.join(copies) or 'nobody'}",
        ],
    )  # fmt: skip


def _chosen(keyring: Keyring, call: argparse.Namespace) -> int:
    """The version named in the call, else the only one there is. Raises `WrongInput`."""
    domain = keyring.room.declaration.domain.id
    versions = [one.domain.version for one in keyring.store.status() if one.domain.id == domain]
    if call.version is None and len(versions) > 1:
        raise WrongInput(f"domain {domain} has versions {versions}", remedy="Say which: --version N.")
    return call.version or (versions or [keyring.room.declaration.domain.version])[0]


def _wrapping(room: Room) -> str:
    """Where the wrapping keys are."""
    declared = room.declaration.keystore
    return f"token {declared.token}" if declared.kind == "pkcs11" else str(room.wrapping)


_ACTIONS: Final = {
    "init": _init, "status": _status, "rotate": _rotate, "activate": _activate, "retire": _retire,
    "destroy": _destroy, "export": _export, "sign": _sign,
}  # fmt: skip
