"""What a parcel holds, file by file, and the proof that it is still that. A stranger needs this and a public key."""

import os
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from audit import Event, Inclusion
from declare import Declaration, Refusal, canonical, digest, verify_signature

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
INCLUSION: Final = "decision.json"
"""The entry of the audit log in which a person decided on the release, and the proof that it stands there."""
CONTEXT: Final = b"koppelkamer parcel v1\n"
"""Signed in front of the manifest, so that no signature made for something else holds here."""

_DIGEST: Final = r"^[0-9a-f]{64}$"


class ParcelChanged(Refusal):
    """Not the parcel that was signed. Raised for any byte, any file."""

    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="Do not use this parcel; ask the room for the original.")


class File(Declaration):
    name: str
    size: int = Field(ge=0)
    """Bytes."""
    sha256: str = Field(pattern=_DIGEST)


class Manifest(Declaration):
    """manifest.json: canonical JSON (RFC 8785), signed with Ed25519 by the room's key in manifest.sig."""

    format: str = Field(pattern=r"^koppelkamer parcel 1$")
    release: str
    request: str
    draft: str = Field(pattern=_DIGEST)
    verdict: str = Field(pattern=_DIGEST)
    policy: str = Field(pattern=_DIGEST)
    decided: str = Field(pattern=_DIGEST)
    """Digest of what opinion and decision were given to."""
    key_id: str
    files: tuple[File, ...] = Field(min_length=1)
    sealed: File | None = None
    """One sealed file that stands for all others but the decision until its recipient opens it."""

    def to_bytes(self) -> bytes:
        return canonical(self.model_dump(mode="json"))


def verify_parcel(folder: Path, public_key: bytes, besides: frozenset[str] = frozenset()) -> Manifest:
    """The manifest, if every file is there as it was signed and nothing else is, but for files named `besides`.

    `public_key`: 32 raw bytes, known from elsewhere than the parcel. Raises `ParcelChanged`, `BadSignature`, or
    `BrokenLog` when the decision in it does not stand in a signed log.
    """
    content = _read(folder, MANIFEST)
    verify_signature(public_key, CONTEXT + content, _read(folder, SIGNATURE), what=f"parcel {folder.name}")
    manifest = _parsed(content)
    expected = {file.name: file for file in _outside(manifest, folder)}
    _check_names(folder, {*expected, MANIFEST, SIGNATURE}, besides)
    for name, file in expected.items():
        found = _read(folder, name)
        if (len(found), digest(found)) != (file.size, file.sha256):
            raise ParcelChanged(f"{name} is not the file that was signed")
    _check_decided(manifest, Inclusion.from_bytes(_read(folder, INCLUSION)).check("audit", public_key))
    return manifest


def _outside(manifest: Manifest, folder: Path) -> tuple[File, ...]:
    """What lies in the folder: the sealed file with the decision, or all that was in it."""
    if manifest.sealed is None or not (folder / manifest.sealed.name).exists():
        return manifest.files
    return (manifest.sealed, *(file for file in manifest.files if file.name == INCLUSION))


def _check_decided(manifest: Manifest, event: Event) -> None:
    if not decides(event, manifest.release, manifest.decided):
        raise ParcelChanged("the entry of the audit log is not the decision on this release")


def decides(event: Event, release: str, digest: str) -> bool:
    """Whether the event is the decision to release exactly that: a person's, or by a standing decision."""
    action = {"decided": "release", "released by standing decision": "release by itself"}.get(event.name)
    wanted = {"subject": "release", "id": release, "action": action, "digest": digest}
    return action is not None and wanted.items() <= dict(event.fields).items()


def _check_names(folder: Path, expected: set[str], besides: frozenset[str]) -> None:
    """Hidden files and folders count; a link is never part of a parcel."""
    with os.scandir(folder) as entries:
        found = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    if missing := sorted(expected - found.keys()):
        raise ParcelChanged(f"{missing[0]} is missing")
    if added := sorted(found.keys() - expected - besides):
        many = f"{len(added)} files or folders were" if len(added) > 1 else "1 file or folder was"
        raise ParcelChanged(f"{many} added to the parcel")
    if strange := sorted(name for name, plain in found.items() if not plain):
        raise ParcelChanged(f"{strange[0]} is not a plain file")


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ParcelChanged(f"{name} is missing or cannot be read") from error


def _parsed(content: bytes) -> Manifest:
    """Signed and yet unreadable: another version wrote it."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise ParcelChanged("the manifest is of a form this program does not know") from error
    names = [file.name for file in manifest.files]
    if len(set(names)) != len(names) or any(Path(name).name != name or name.startswith(".") for name in names):
        raise ParcelChanged("the manifest names files that cannot be in a parcel")
    return manifest
