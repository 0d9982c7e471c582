"""The life of a room's keys: every step stands in the audit log, and one that was broken off is finished by itself.

A step changes several files, the register and the log, and a process may be killed between any two of them. Doing the
same again therefore begins where it ended. Only of a destruction the log speaks first: a backup put back afterwards
would otherwise bring back a key of which nobody knows that it was to go.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from declare import Refusal, digest, load, write_atomically
from flows.books import open_register, write_logs
from flows.keyring import DomainChanged, Keyring, open_keyring
from flows.ledger import rewrap
from gate.policy import Policy, sign_policy
from koppelkamer.keystore import create_store
from koppelkamer.room import Room
from pseudonymise.keys import Destruction
from pseudonymise.keys.store import HEADER, require_none

if TYPE_CHECKING:
    from pseudonymise.attack.plan import AttackedKind


def init(room: Room) -> Keyring:
    """Make the key store, sign the domain and make its masters; the public key comes last and says that all is there.

    Raises `Refusal` when it is, or the domain's limit is not known to hold.
    """
    if room.public_key.exists():
        require_none(room.keystore)
    _require_shown(room)
    begun = (room.keystore / HEADER).exists()
    keyring = open_keyring(room) if begun else Keyring(room, create_store(room))
    store, domain = keyring.store, room.declaration.domain
    if not store.status() and not store.destructions():
        _require_unmade(keyring)
        store.add_domain(domain)
    _note_once(keyring, "init", domain.version)
    write_atomically(room.public_key, store.signer().public_key.hex().encode() + b"\n")
    return keyring


def rotate(keyring: Keyring) -> int:
    """Sign the declared version of the domain and make its keys, pre-active: copies of it can be handed out.

    Raises `Refusal` when that version has its keys, or an older one than is there is declared.
    """
    domain, store = keyring.room.declaration.domain, keyring.store
    newest = max((one.domain.version for one in store.status() if one.domain.id == domain.id), default=0)
    if domain.version < newest or (domain.version == newest and _noted(keyring, newest, "init", "rotate")):
        raise Refusal(
            f"room.toml declares domain {domain.id} version {domain.version}, and version {newest} has its keys",
            remedy=f"Set version = {newest + 1} under [domain] in room.toml first.",
        )
    if domain.version > newest:
        _require_shown(keyring.room)
        _require_unmade(keyring)
        store.add_domain(domain, state="pre-active")
    elif store.signed(domain.id, newest).domain != domain:
        raise DomainChanged(domain)
    _note_once(keyring, "rotate", domain.version)
    return domain.version


def activate(keyring: Keyring) -> int:
    """The declared version is the one in use from now on; the one before it retires, and no longer wraps the ledger's
    key."""
    domain, store = keyring.room.declaration.domain, keyring.store
    only = store.versions(domain.id, "active") == (domain.version,)
    if not only or _noted(keyring, domain.version, "init", "activate"):
        store.activate(domain.id, domain.version)
    rewrap(keyring.room, replace(keyring))
    _note_once(keyring, "activate", domain.version)
    return domain.version


def retire(keyring: Keyring, version: int) -> None:
    """That version opens what was made with it and makes nothing new."""
    domain, store = keyring.room.declaration.domain.id, keyring.store
    newer = [one for state in ("active", "retired") for one in store.versions(domain, state) if one > version]
    retired = version in store.versions(domain, "retired")
    if not retired or newer or _noted(keyring, version, "retire"):
        store.retire(domain, version)
    _note_once(keyring, "retire", version)


def destroy(keyring: Keyring, version: int, reason: str) -> Destruction:
    """The key is gone; a signed record of it stands in the key store, and its digest in the audit log.

    From the moment the log says that it begins, the key counts as destroyed.
    """

    def say(action: str, record: Destruction) -> None:
        _note_once(keyring, action, version, digest=record.digest, reason=record.reason)

    domain = keyring.room.declaration.domain.id
    record = keyring.store.destroy(domain, version, reason=reason, first=lambda made: say("destroy begun", made))
    say("destroy", record)
    return record


def export(keyring: Keyring, partner: str, folder: Path, passphrase: str, *, public_key: bytes | None = None) -> None:
    """Make the partner's copy: the domain's key only. The log says under which public key the partner signs.

    `public_key` is the one of its own making, else the copy's. Raises `NoSupplier` when it is none in the domain.
    """
    domain, store = keyring.room.declaration.domain, keyring.store
    store.export_domain(domain.id, domain.version, passphrase, folder, partner=partner, public_key=public_key)
    sender = store.sender(domain.id, domain.version, partner) or b""
    _note(keyring, "export", domain.version, partner=partner, digest=digest(sender))


def sign(keyring: Keyring) -> None:
    """Sign the policy in the name of its owner, and say so in the audit log."""
    room = keyring.room
    sign_policy(room.policy, room.policy_signature, keyring.signer)
    open_register(room)
    from register.notes import policy_signed

    policy_signed(load(room.policy, Policy).digest, keyring.signer.key_id)
    write_logs(room, keyring.signer)


def _require_shown(room: Room) -> None:
    """Raise `NotShown` or `AboveLimit` unless the hardening keeps within the domain's limit, where it has one: of
    surnames, and of full names where a source has any."""
    if room.declaration.domain.limit is not None:
        from pseudonymise.attack.shown import require_shown
        from pseudonymise.protect import linkage_fields

        declared = {field.kind for source in room.sources.values() for field in linkage_fields(source)}
        kinds: tuple[AttackedKind, ...] = ("surname", "full_name") if "full_name" in declared else ("surname",)
        require_shown(room.declaration.domain, kinds, room.folder)


def _require_unmade(keyring: Keyring) -> None:
    """Raise `Refusal` when the register knows of keys of the declared version that the key store does not hold."""
    domain = keyring.room.declaration.domain
    if _noted(keyring, domain.version, "init", "rotate"):
        raise Refusal(
            f"the key of domain {domain.id} version {domain.version} was made before and is not in the key store",
            remedy="Restore the key store from its backup, or raise the version to get new keys.",
        )


def _noted(keyring: Keyring, version: int, *actions: str) -> bool:
    """Whether the register says that one of the actions was done. What it says, the logs say too afterwards."""
    open_register(keyring.room)
    from register.notes import key_notes
    from register.outbox import waiting

    if waiting():
        write_logs(keyring.room, keyring.signer)
    return not key_notes(keyring.room.declaration.domain.id, version).keys().isdisjoint(actions)


def _note_once(keyring: Keyring, action: str, version: int, **more: str) -> None:
    """As `_note`, unless the register has it. Either way the logs have it afterwards."""
    open_register(keyring.room)
    from register.notes import key_notes

    if more not in key_notes(keyring.room.declaration.domain.id, version).get(action, []):
        _note(keyring, action, version, **more)
    else:
        write_logs(keyring.room, keyring.signer)


def _note(keyring: Keyring, action: str, version: int, **more: str) -> None:
    """What was done with the domain's key, for the audit log."""
    open_register(keyring.room)
    from register.notes import key_changed

    key_changed(action, keyring.room.declaration.domain.id, version, **more)
    write_logs(keyring.room, keyring.signer)
