"""`koppelkamer verify`: a parcel, a log or a room. Without a head from other hands it claims no more than it can."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audit import verify_log
from declare import WrongInput, digest, digest_file
from flows.ledger import entries, require_entries
from flows.models import fitted_model, is_trained
from gate.policy import verify_policy
from koppelkamer.cli.screen import Screen, read_key
from koppelkamer.room import Room, open_room
from release.manifest import MANIFEST, Manifest, verify_parcel
from release.notice import Notice, Recalled
from release.site.pages import PAGES

LOGS: Final = ("audit", "processing")
_PAGES: Final = frozenset(PAGES.values())


def verify(call: argparse.Namespace) -> Screen:
    """Raises `ParcelChanged`, `BrokenLog` or `BadSignature` for whatever does not hold, and `Recalled`."""
    path: Path = call.path
    if (path / "room.toml").is_file():
        lines = verify_room(open_room(path), call.head)
    elif (path / MANIFEST).is_file() or (path.parent.name == "parcels" and path.is_dir()):
        lines = [_one_parcel(path, call.key, call.notice)]
    elif path.suffix == ".jsonl":
        lines = [str(verify_log(path, _key(call.key, path.parent.parent), call.head))]
    else:
        raise WrongInput(f"{path} is no parcel, log or room", remedy="Name a parcel's folder, a .jsonl log or a room.")
    return Screen({"holds": True, "checked": list(lines)}, lines)


def verify_room(room: Room, head: Path | None = None) -> list[str]:
    """Signatures of policy and models, every parcel, both logs, the register's events against the logs, and whether
    every parcel is entered in the ledger.

    `head` is a copy of the audit log's head kept elsewhere.
    """
    key = room.read_public_key()
    verify_policy(room.policy, room.policy_signature, key)
    models = [fitted_model(room, name) for name in room.models if is_trained(room, name)]
    lines = [f"policy {room.policy.name} and {len(models)} fitted models: the signatures hold"]
    over = _over(room)
    lines += [
        _told(_line(verify_parcel(folder, key), folder), over.get(digest_file(folder / MANIFEST)))
        for folder in _parcels(room)
    ]
    logs = [verify_log(room.audit / f"{name}.jsonl", key, head if name == "audit" else None) for name in LOGS]
    return [*lines, *(str(log) for log in logs), _register(room), _ledger(room)]


def _ledger(room: Room) -> str:
    """Raises `LedgerDamaged` when a parcel was written and its release is not entered."""
    require_entries(room)
    return f"ledger: {len(entries(room))} releases entered, every parcel among them"


def _register(room: Room) -> str:
    """Raises `BrokenLog` when the register knows of an event that its log does not hold."""
    from koppelkamer.settings import configure

    configure(room.declaration.database, room.folder)
    from register.outbox import check_logs, waiting

    checked = check_logs(room.audit)
    return f"register: all {checked} events stand in the logs; {waiting()} wait to be written"


def _parcels(room: Room) -> Sequence[Path]:
    return sorted(folder for folder in room.parcels.glob("*") if folder.is_dir() and not folder.name.startswith("."))


def _one_parcel(folder: Path, file: Path | None, notice: Path | None) -> str:
    """Raises `Recalled` when `notice` calls it back, or the register of the room that it lies in. With a key
    of one's own the room around it is not asked: whoever sends a folder may have sent a room."""
    around = folder.resolve().parent.parent
    key = _key(file, folder.parent.parent)
    manifest = verify_parcel(folder, key, _PAGES)
    own = digest_file(folder / MANIFEST)
    if notice:
        Notice.read(_content(notice), key).hold_against(manifest.release, own)
    if file is None and (around / "room.toml").is_file() and (over := _over(open_room(around)).get(own)):
        raise Recalled(over)
    line = _line(manifest, folder)
    return line if file else f"{line}; {_BESIDE.format(fingerprint=digest(key))}"


_BESIDE: Final = (
    "the key lies beside the parcel and proves only that it is of one piece: compare its fingerprint (SHA-256) with "
    "what the room published, or name the room's key with --key: {fingerprint}"
)


def _over(room: Room) -> dict[str, Notice]:
    """By the digest of its manifest: every parcel that may be used no more, as the room's register knows it."""
    from koppelkamer.settings import configure

    configure(room.declaration.database, room.folder)
    from flows.recall import ended

    return {notice.manifest: notice for notice in ended()}


def _told(line: str, over: Notice | None) -> str:
    return f"{line}; it {over.said}: use it no more" if over else line


def _line(manifest: Manifest, folder: Path) -> str:
    sealed = manifest.sealed
    whole = f"one sealed file of {sealed.size:,} bytes" if sealed else f"{len(manifest.files)} files"
    pages = "; no signature covers the pages that a site adds" if any((folder / one).exists() for one in _PAGES) else ""
    signed = f"{whole}, all as signed by key {manifest.key_id}"
    return f"parcel {manifest.release}: {signed}; the decision to release it stands in the signed log{pages}"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongInput(f"{file} cannot be read", remedy="Name the file that the room sent.") from error


def _key(file: Path | None, room: Path) -> bytes:
    """The public key from `file`, or of the room around the path. Raises `WrongInput` when there is neither."""
    return read_key(file or room / "keys" / "room.pub")
