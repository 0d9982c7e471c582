"""What a stored or sealed delivery says about itself, with an HMAC that only holders of its keys can make."""

import hmac
import json
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError

from declare import Declaration, Refusal, canonical
from intake.source import Entity
from pseudonymise import encode, standardise
from pseudonymise.aside import Protected
from pseudonymise.keys import DomainKeys, RoomKeys

RULES: str = f"standardise {standardise.VERSION}, encode {encode.VERSION}"
"""Versions of what a token is taken of; tables of two versions must not be compared."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""
Count = Annotated[int, Field(strict=True, ge=0, lt=2**32)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Manifest(Declaration):
    """About one protected table and the aside table that goes with it; no keys and no values.

    A partner may have written it, and the store takes its folders from `source` and `delivery`: neither can hold more
    than a name and a digest.
    """

    format: Literal["koppelkamer-protected/1"] = "koppelkamer-protected/1"
    source: Name
    entity: Entity
    once: bool = Field(strict=True)
    delivery: Digest
    fields: dict[str, str]
    key_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    rules: str = Field(default=RULES, pattern=r"^[a-z0-9., ]{1,80}$")
    rows: Count
    files: dict[Annotated[str, Field(pattern=r"^[a-z]+\.parquet$")], Digest]
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
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise Damaged(what) from None


def open_manifest(text: bytes, kind: type[M], keys: DomainKeys | RoomKeys, what: str) -> M:
    """The manifest, when its HMAC holds and its rules are ours. Raises `Damaged` or `Refusal`."""
    manifest = peek(text, kind, what)
    content = json.loads(text)
    said = str(content.get("mac")).encode(errors="replace")
    if not hmac.compare_digest(said, _mac(content["manifest"], keys).hex().encode()):
        raise Damaged(what)
    if manifest.rules != RULES:
        raise Refusal(
            f"{what} was made by other rules ({manifest.rules}) than this program's ({RULES})",
            remedy="Use the same version of Koppelkamer on both sides and deliver again.",
        )
    return manifest


def _mac(content: dict[str, Any], keys: DomainKeys | RoomKeys) -> bytes:
    return keys.leaf("manifest", "").macs([canonical(content)], 32)[0]
