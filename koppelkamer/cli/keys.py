"""`koppelkamer key`: the room's key store and the life of its keys, the policy's signature, and partners' copies."""

import argparse
from typing import Final

from declare import WrongInput
from flows import keys
from flows.keyring import Keyring, open_keyring
from koppelkamer.cli.screen import Screen
from koppelkamer.passphrase import new_passphrase
from koppelkamer.room import Room, open_room
from pseudonymise.domain import Domain
from pseudonymise.keys import KeyStatus
from pseudonymise.keys.derive import KEY_BYTES
from pseudonymise.keys.state import State


def key(call: argparse.Namespace) -> Screen:
    """One of the actions below; `request` is a partner's, who has no room."""
    if call.action == "request":
        return _request(call)
    return _ACTIONS[call.action](open_room(call.room), call)


def _init(room: Room, _: argparse.Namespace) -> Screen:
    keyring = keys.init(room)
    facts = {"keys": str(room.keystore), "domain": room.declaration.domain.id, "key": keyring.signer.key_id}
    return Screen(
        {**facts, "wrapping keys": _wrapping(room)},
        [
            f"made {room.keystore} for domain {facts['domain']}; signing key {facts['key']}",
            f"  its wrapping keys are in {_wrapping(room)}; back these up apart, under other hands",
        ],
    )


def _status(room: Room, _: argparse.Namespace) -> Screen:
    keyring = open_keyring(room)
    gone = {(one.domain, one.version): one for one in keyring.store.destructions()}
    held = [one for one in keyring.store.status() if (one.domain.id, one.domain.version) not in gone]
    facts = [_facts(one, keyring) for one in held]
    facts += [{"domain": domain, "version": version, "state": "destroyed"} for domain, version in gone]
    lines = [line for one in held for line in (_line(one, keyring), *_parties(one.domain))]
    lines += [f"{one.domain} version {one.version}: destroyed on {one.day}: {one.reason}" for one in gone.values()]
    return Screen({"wrapping keys": _wrapping(room), "keys": facts}, lines or ["no domain has a key yet"])


def _facts(one: KeyStatus, keyring: Keyring) -> dict[str, object]:
    return {
        "domain": one.domain.id, "version": one.domain.version, "state": _state(one, keyring), "key": one.key_id,
        "from": str(one.domain.starts), "until": str(one.domain.until), "copies": list(one.copies),
        "parties": {party: list(roles) for party, roles in one.domain.parties.items()},
    }  # fmt: skip


def _line(one: KeyStatus, keyring: Keyring) -> str:
    days, copies = f"from {one.domain.starts} until {one.domain.until}", ", ".join(one.copies) or "none"
    name, state = f"{one.domain.id} version {one.domain.version}", _state(one, keyring)
    if state != one.state:
        return f"{name}: destroyed, says the audit log; what is still here goes by `koppelkamer key destroy`"
    return f"{name}: {state}, {days}; key {one.key_id}; copies: {copies}"


def _parties(domain: Domain) -> list[str]:
    both = [party for party in domain.with_role("linkage-unit") if party in domain.with_role("supplier")]
    return [
        *(f"  {party}: {', '.join(roles)}" for party, roles in domain.parties.items()),
        *(f"  {party} holds the domain's key and the room: nothing here keeps it from names (T5)" for party in both),
    ]


def _state(one: KeyStatus, keyring: Keyring) -> State:
    """Destroyed as soon as the audit log says that it was, or that it was begun."""
    return "destroyed" if (one.domain.id, one.domain.version) in keyring.destroyed else one.state


def _rotate(room: Room, _: argparse.Namespace) -> Screen:
    domain, version = room.declaration.domain.id, keys.rotate(open_keyring(room))
    return Screen(
        {"domain": domain, "version": version, "state": "pre-active"},
        [
            f"made the key of {domain} version {version}: pre-active, the version before it is still in use",
            "  make each partner its copy (`koppelkamer key export`), then `koppelkamer key activate`",
        ],
    )


def _activate(room: Room, _: argparse.Namespace) -> Screen:
    keyring = open_keyring(room)
    domain, version = room.declaration.domain.id, keys.activate(keyring)
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
    keys.retire(keyring, version)
    return Screen(
        {"domain": domain, "version": version, "state": "retired"},
        [f"{domain} version {version} is retired: it opens what was made with it and makes nothing new"],
    )


def _sign(room: Room, _: argparse.Namespace) -> Screen:
    keys.sign(open_keyring(room))
    return Screen(
        {"signed": str(room.policy)}, [f"signed {room.policy.name}; from now on releases are held against it"]
    )


def _export(room: Room, call: argparse.Namespace) -> Screen:
    if not call.partner or not call.out:
        raise WrongInput("export needs a partner and a folder", remedy="Add --partner PARTNER --out DIR.")
    own, secret = _public_key(call.public_key), new_passphrase(call.passphrase_file)
    keys.export(open_keyring(room), call.partner, call.out, secret, public_key=own)
    signs = "under its own key" if own else "with the copy's key, which this room made: it could sign in its name"
    return Screen(
        {"partner": call.partner, "folder": str(call.out), "version": room.declaration.domain.version,
         "own key": own is not None},
        [
            f"made {call.out} for {call.partner}: the domain's key only; hand folder and passphrase over by two ways",
            f"  {call.partner} signs {signs}",
        ],
    )  # fmt: skip


def _request(call: argparse.Namespace) -> Screen:
    """At the partner: a key pair of its own. Only the public half is shown, and goes to the room."""
    from pseudonymise.keys import FileKeyStore

    if not call.out:
        raise WrongInput("request needs a folder for the partner's own key", remedy="Add --out DIR.")
    own = FileKeyStore.create(call.out, new_passphrase(call.passphrase_file)).signer()
    return Screen(
        {"folder": str(call.out), "public key": own.public_key.hex(), "key": own.key_id},
        [
            f"made {call.out}: it stays with you; sign with it: `koppelkamer encode … --sign-with {call.out}`",
            f"  public key, for the room: {own.public_key.hex()}",
            f"  let the room read its short name back to you by telephone: {own.key_id}",
        ],
    )


def _public_key(text: str | None) -> bytes | None:
    """Raises `WrongInput` for what is no Ed25519 public key in hexadecimal."""
    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise WrongInput("this is no public key", remedy="Copy what `koppelkamer key request` shows: 64 hex digits.")
    return found


def _destroy(room: Room, call: argparse.Namespace) -> Screen:
    if not call.reason:
        raise WrongInput("destroying a key needs a reason", remedy="Add --reason TEXT; it stands in the signed record.")
    keyring = open_keyring(room)
    version = _chosen(keyring, call)
    copies = {one.domain.version: one.copies for one in keyring.store.status()}.get(version, ())
    record = keys.destroy(keyring, version, call.reason)
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
