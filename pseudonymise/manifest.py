"""What a stored or sealed delivery says about itself, with an HMAC that only holders of its keys can make."""

import hmac
import json
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import Field, ValidationError

from declare import Declaration, Refusal, canonical
from intake.source import Entity
from pseudonymise.contract import CONTRACT, Contract, require_contract
from pseudonymise.keys import DomainKeys, RoomKeys
from pseudonymise.protected import ProtectedTable

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""
LARGEST: Final = 2**32 - 1
"""Row that can be numbered."""
Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Piece = Annotated[int, Field(strict=True, ge=0, lt=2**24)]
"""Rows of a piece, which is in memory whole; several times as many as `encode` puts into one."""
PeriodText = Annotated[str, Field(pattern=r"^[0-9]{4}(-(Q[0-9]|W[0-9]{2}|[0-9]{2}(-[0-9]{2})?))?$")]
"""Of the look of a period; `intake.period` says whether it is one."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


class Manifest(Declaration):
    """About the pieces of one protected table and the aside tables that go with them; no keys and no values.

    A partner may have written it, and the store takes its folders from `source` and `delivery`: neither can hold more
    than a name and a digest.
    """

    contract: Contract = CONTRACT
    source: Name
    entity: Entity
    once: bool = Field(strict=True)
    delivery: Digest
    fields: dict[str, str]
    key_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    parts: tuple[Piece, ...] = Field(min_length=1)
    """Rows of each piece, in order."""
    files: dict[Annotated[str, Field(pattern=r"^[a-z]+(-[0-9]{5})?\.parquet$")], Digest]
    """Name of each encrypted file → its SHA-256."""

    @property
    def rows(self) -> int:
        return sum(self.parts)

    @classmethod
    def of(cls, table: ProtectedTable, parts: list[int], files: dict[str, str], **more: Any) -> Self:
        """`table` is any piece."""
        return cls(
            source=table.source, entity=table.entity, once=table.once, delivery=table.delivery, fields=table.fields,
            key_id=table.key_id, parts=tuple(parts), files=files, **more,
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
    """The manifest before its HMAC was checked, to say what is wrong with it. Raises `Damaged`, `OtherContract`."""
    try:
        content = json.loads(text)["manifest"]
        said = content["contract"]
        json.dumps(content, ensure_ascii=False).encode()  # half a character has no bytes that a MAC could be taken of
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged(what) from None
    # Before anything else: under another contract the rest may look otherwise too.
    require_contract(said, what)
    try:
        return kind.model_validate(content)
    except ValidationError:
        raise Damaged(what) from None


def open_manifest(text: bytes, kind: type[M], keys: DomainKeys | RoomKeys, what: str) -> M:
    """The manifest, when its HMAC holds and its contract is ours. Raises `Damaged` or `OtherContract`."""
    manifest = peek(text, kind, what)
    content = json.loads(text)
    said = str(content.get("mac")).encode(errors="replace")
    if not hmac.compare_digest(said, _mac(content["manifest"], keys).hex().encode()):
        raise Damaged(what)
    return manifest


def _mac(content: dict[str, Any], keys: DomainKeys | RoomKeys) -> bytes:
    return keys.leaf("manifest", "").macs([canonical(content)], 32)[0]
