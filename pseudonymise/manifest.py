"""What a stored or sealed delivery says about itself, with an HMAC that only holders of its keys can make."""

import hmac
import json
from typing import Any, Literal, Self, TypeVar

from pydantic import ValidationError

from declare import Declaration, Refusal, canonical
from pseudonymise import encode, standardise
from pseudonymise.aside import Protected
from pseudonymise.keys import DomainKeys, RoomKeys

RULES: str = f"standardise {standardise.VERSION}, encode {encode.VERSION}"
"""Versions of what a token is taken of; tables of two versions must not be compared."""


class Manifest(Declaration):
    """About one protected table and the aside table that goes with it; no keys and no values."""

    format: Literal["koppelkamer-protected/1"] = "koppelkamer-protected/1"
    source: str
    entity: str
    once: bool
    delivery: str
    fields: dict[str, str]
    key_id: str
    rules: str = RULES
    rows: int
    files: dict[str, str]
    """Name of each encrypted file → its SHA-256."""

    @classmethod
    def of(cls, protected: Protected, files: dict[str, str], **more: Any) -> Self:
        table = protected.table
        return cls(
            source=table.source, entity=table.entity, once=table.once, delivery=table.delivery, fields=table.fields,
            key_id=table.key_id, rows=table.table.height, files=files, **more,
        )  # fmt: skip


M = TypeVar("M", bound=Manifest)


class Damaged(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is damaged or was changed", remedy="Restore it, or ask for a new delivery.")


def sealed_manifest(manifest: Manifest, keys: DomainKeys | RoomKeys) -> bytes:
    """JSON with `manifest` and `mac`, the HMAC-SHA-256 over its canonical bytes, hexadecimal."""
    content = manifest.model_dump(mode="json")
    return canonical({"manifest": content, "mac": _mac(content, keys).hex()})


def peek(text: bytes, kind: type[M], what: str) -> M:
    """The manifest before its HMAC was checked, to say what is wrong with it. Raises `Damaged`."""
    try:
        return kind.model_validate(json.loads(text)["manifest"])
    except (ValueError, KeyError, TypeError, ValidationError):
        raise Damaged(what) from None


def open_manifest(text: bytes, kind: type[M], keys: DomainKeys | RoomKeys, what: str) -> M:
    """The manifest, when its HMAC holds and its rules are ours. Raises `Damaged` or `Refusal`."""
    manifest = peek(text, kind, what)
    content = json.loads(text)
    if not hmac.compare_digest(str(content.get("mac")), _mac(content["manifest"], keys).hex()):
        raise Damaged(what)
    if manifest.rules != RULES:
        raise Refusal(
            f"{what} was made by other rules ({manifest.rules}) than this program's ({RULES})",
            remedy="Use the same version of Koppelkamer on both sides and deliver again.",
        )
    return manifest


def _mac(content: dict[str, Any], keys: DomainKeys | RoomKeys) -> bytes:
    return keys.leaf("manifest", "").macs([canonical(content)], 32)[0]
