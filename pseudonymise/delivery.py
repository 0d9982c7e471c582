"""A sealed delivery: what a partner sends to the room.

One age file holding a ZIP archive: the pieces of two tables and what was set apart as Parquet files encrypted under the
domain's keys, the manifest with their digests, control totals and an HMAC under those keys, and the sender's signature
over the manifest. No identifiers. Both sides hold one piece in memory at a time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import Field

from declare import Refusal, digest, verify_signature, workplace
from expectations.contract import suite_digest
from expectations.validated import ValidatedExtract
from intake.quarantine import Quarantine
from intake.source import Source
from pseudonymise.archive import Archive, pack
from pseudonymise.aside import Protected
from pseudonymise.domain import HardeningName
from pseudonymise.envelope import recipient_of, seal, unseal
from pseudonymise.keys import DomainKeys, KeyStore
from pseudonymise.manifest import (
    LARGEST,
    Count,
    Damaged,
    Digest,
    Manifest,
    Name,
    PeriodText,
    open_manifest,
    peek,
    sealed_manifest,
)
from pseudonymise.protect import linkage_fields, protected_parts
from pseudonymise.protected import ProtectedTable
from pseudonymise.quality import Quality, is_of_source
from pseudonymise.shape import Shape
from pseudonymise.store import (
    MANIFEST,
    QUARANTINE,
    QUARANTINE_FILE,
    SHELVES,
    aside_table,
    bound,
    file_of,
    protected_table,
    tables,
)
from pseudonymise.vault import Vault

SIGNATURE: Final = "manifest.sig"
CONTEXT: Final = b"koppelkamer delivery v1\n"
"""Signed in front of the manifest, so that no signature made for something else holds here."""


class DeliveryManifest(Manifest):
    """What the partner says about the delivery, beside the tables. `quality` holds no values."""

    source_digest: Digest
    """Digest of the source's declaration the delivery was made by."""
    suite: Digest | None = None
    """Digest of all that the partner's program asked of it (`expectations.contract.suite_digest`)."""
    period: PeriodText | None = None
    """What it is about, where the source declares periods."""
    supplements: Digest | None = None
    """Digest of the delivery whose rows are corrected here; `row` is their number there."""
    restricts: bool = Field(default=False, strict=True)
    """Whether its rows are persons who are restricted, or no longer, and no delivery."""
    domain: Name
    version: Count
    hardening: HardeningName
    rows_in: Count
    filled: dict[str, Count]
    """Control totals: filled cells of every column of the protected table."""
    quality: Quality


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """An opened delivery. Tokens are still under the domain's keys: `rekey` them before storing."""

    manifest: DeliveryManifest
    quarantine: Quarantine
    _archive: Archive
    _keys: DomainKeys
    _shape: Shape

    def parts(self) -> Iterator[Protected]:
        """Piece by piece. Raises `Damaged` and `Unreadable` when one is not what the manifest says, at the end also
        for the totals."""
        filled: Counter[str] = Counter()
        after, records = 0, self.manifest.supplements or self.manifest.delivery
        apart = pl.Series(sorted(self.quarantine.rows), dtype=pl.UInt32).implode()
        for number, rows in enumerate(self.manifest.parts, start=1):
            table, aside = (self._table(name, number, rows) for name in SHELVES)
            if not self._shape.fits(table, aside, records, after) or table["row"].is_in(apart).any():
                raise Damaged(self._what)
            after = int(table["row"][-1]) if rows else after
            filled.update(_filled(table))
            yield Protected(protected_table(self.manifest, table), aside_table(self.manifest, aside))
        if dict(filled) != self.manifest.filled or after > self._last:
            raise Damaged(self._what)

    def _table(self, name: str, number: int, rows: int) -> pl.DataFrame:
        content = _member(self._archive, file_of(name, number), self.manifest)
        context = bound(_context(self.manifest.source, self.manifest.delivery), number)
        return Vault(self._keys, SHELVES[name]).from_bytes(content, context, rows=rows)

    @property
    def _last(self) -> int:
        """No row has a higher number; corrected rows have those of another delivery."""
        return self.manifest.rows_in if self.manifest.supplements is None else LARGEST

    @property
    def _what(self) -> str:
        return f"the delivery of {self.manifest.source}"

    def __repr__(self) -> str:
        return f"Delivery({self.manifest.source}, {self.manifest.rows} of {self.manifest.rows_in} rows)"


def encode_delivery(
    validated: ValidatedExtract, keys: DomainKeys, recipient: str, out: Path, *, period: str | None = None,
    restricts: bool = False,
) -> DeliveryManifest:  # fmt: skip
    """Protect the rows and seal them to `recipient` (an age address, usually `keys.signed.recipient`) in one file.

    `period` as `intake.period.check_period` takes it; `restricts`: the rows are a list of persons and no delivery.
    Raises `WrongInput` for an address that is none, as `protect` does, and `Fault` for the disk.
    """
    address = recipient_of(recipient)
    packing = _Packing(validated, keys, period, restricts)
    with workplace(out) as place:
        pack(packing.members(), place / "delivery.zip")
        seal(place / "delivery.zip", address, out)
    return packing.manifest()


class _Packing:
    """The members of a delivery, and what is counted while they are made."""

    def __init__(self, validated: ValidatedExtract, keys: DomainKeys, period: str | None, restricts: bool) -> None:
        self._validated, self._keys, self._period, self._restricts = validated, keys, period, restricts
        self._parts = protected_parts(validated, keys)
        self._rows: list[int] = []
        self._files: dict[str, str] = {}
        self._filled: Counter[str] = Counter()
        self._described: ProtectedTable | None = None

    def members(self) -> Iterator[tuple[str, bytes]]:
        context = _context(self._validated.source.id, self._validated.delivery)
        for number, part in enumerate(self._parts, start=1):
            self._count(part.table)
            for name, table in tables(part).items():
                content = Vault(self._keys, SHELVES[name]).to_bytes(table, bound(context, number))
                yield self._noted(file_of(name, number), content)
        entries = Vault(self._keys, QUARANTINE).to_bytes(self._validated.quarantine.entries, context)
        yield self._noted(QUARANTINE_FILE, entries)
        text = sealed_manifest(self.manifest(), self._keys)
        yield MANIFEST, text
        yield SIGNATURE, self._keys.signer.sign(CONTEXT + text)

    def manifest(self) -> DeliveryManifest:
        """After the last piece."""
        domain, validated = self._keys.signed.domain, self._validated
        if self._described is None:
            raise ValueError("a delivery has at least one piece")
        return DeliveryManifest.of(
            self._described, self._rows, self._files, source_digest=validated.source.digest,
            suite=suite_digest(validated.source), period=self._period, domain=domain.id, version=domain.version,
            hardening=domain.hardening, rows_in=validated.rows_in, filled=dict(self._filled), quality=validated.quality,
            supplements=validated.supplements, restricts=self._restricts,
        )  # fmt: skip

    def _count(self, table: ProtectedTable) -> None:
        self._described = table
        self._rows.append(table.table.height)
        self._filled.update(_filled(table.table))

    def _noted(self, name: str, content: bytes) -> tuple[str, bytes]:
        self._files[name] = digest(content)
        return name, content


def open_delivery(path: Path, store: KeyStore, keys: DomainKeys, source: Source, place: Path) -> Delivery:
    """The delivery of `source` under `keys`, sealed to `store`; `place` is a folder that stays as long as it is read.

    Raises `WrongInput` when it is no delivery, `Damaged` when it was changed, `BadSignature` when another partner than
    the source's owner made it, `OtherRoom`, `OtherContract`, `OtherSource`, `OtherDomain`, `OtherDeclaration` and
    `UnknownSender`.
    """
    unseal(path, store.open_envelope, place / "delivery.zip")
    archive = Archive(place / "delivery.zip", path.name)
    text = archive.read(MANIFEST)
    _require_domain(peek(text, DeliveryManifest, path.name), keys)
    manifest = open_manifest(text, DeliveryManifest, keys, path.name)
    _require_expected(manifest, keys, source)
    _require_sender(text, archive.read(SIGNATURE), store, keys, source)
    archive.require([MANIFEST, SIGNATURE, *manifest.files])
    quarantine = Quarantine(_quarantine(archive, manifest, keys))
    if not _is_of_source(manifest, quarantine, source):
        raise Damaged(path.name)
    return Delivery(manifest, quarantine, archive, keys, Shape(source, keys))


def _quarantine(archive: Archive, manifest: DeliveryManifest, keys: DomainKeys) -> pl.DataFrame:
    content = _member(archive, QUARANTINE_FILE, manifest)
    return Vault(keys, QUARANTINE).from_bytes(content, _context(manifest.source, manifest.delivery))


def _member(archive: Archive, name: str, manifest: DeliveryManifest) -> bytes:
    content = archive.read(name)
    if digest(content) != manifest.files.get(name):
        raise Damaged(f"the delivery of {manifest.source}")
    return content


def _filled(table: pl.DataFrame) -> Mapping[str, int]:
    return {name: table.height - empty for name, empty in table.null_count().row(0, named=True).items()}


def _is_of_source(manifest: DeliveryManifest, quarantine: Quarantine, source: Source) -> bool:
    """Whether all that is said beside counts and digests is what `source` declares, and the counts add up."""
    kinds = {field.name: field.kind for field in linkage_fields(source)}
    described = (manifest.entity, manifest.once, manifest.fields) == (source.entity, source.once, kinds)
    numbers = range(1, len(manifest.parts) + 1)
    files = {QUARANTINE_FILE, *(file_of(name, number) for name in SHELVES for number in numbers)}
    whole = manifest.files.keys() == files and manifest.rows_in == manifest.rows + len(quarantine.rows)
    last = manifest.rows_in if manifest.supplements is None else LARGEST
    return described and whole and is_of_source(manifest.quality, quarantine.entries, manifest.rows_in, source, last)


def _require_sender(text: bytes, signature: bytes, store: KeyStore, keys: DomainKeys, source: Source) -> None:
    """All parties hold the domain's key; the signature over the manifest says which of them delivers."""
    sender = store.sender(keys.signed.domain.id, keys.signed.domain.version, source.owner)
    if sender is None:
        raise UnknownSender(source)
    verify_signature(sender, CONTEXT + text, signature, what=f"the delivery of {source.id} by {source.owner}")


def _require_domain(manifest: DeliveryManifest, keys: DomainKeys) -> None:
    domain = keys.signed.domain
    if (manifest.domain, manifest.version, manifest.key_id) != (domain.id, domain.version, keys.key_id):
        raise OtherDomain(manifest, keys)


def _require_expected(manifest: DeliveryManifest, keys: DomainKeys, source: Source) -> None:
    """`manifest` is the word of somebody with the domain's key, so that a message may repeat it."""
    domain = keys.signed.domain
    if manifest.source != source.id:
        raise OtherSource(manifest.source, source.id)
    if manifest.hardening != domain.hardening:
        raise OtherHardening(manifest.hardening, domain.hardening)
    if manifest.source_digest != source.digest:
        raise OtherDeclaration(source.id)


def _context(source: str, delivery: str) -> str:
    return f"delivery/{source}/{delivery}"


class OtherSource(Refusal):
    def __init__(self, said: str, wanted: str) -> None:
        super().__init__(
            f"this is a delivery of {said}, not of {wanted}",
            remedy=f"Receive it as {said}, or ask for the delivery of {wanted}.",
        )


class OtherDomain(Refusal):
    """Made under a key that is not the room's: another domain, another version of it, or a copy of something else.

    Anybody may have written it, so the name it gives is not repeated."""

    def __init__(self, manifest: DeliveryManifest, keys: DomainKeys) -> None:
        domain = keys.signed.domain
        said = f"version {manifest.version} of that name" if manifest.domain == domain.id else "another domain"
        super().__init__(
            f"this delivery was made under another key, of {said}; "
            f"the room works with {domain.id} version {domain.version} and its key",
            remedy="Give the partner the current key of the domain and ask for a new delivery.",
        )


class OtherHardening(Refusal):
    """Names of two partners, coarsened in two ways, would never be equal."""

    def __init__(self, said: str, wanted: str) -> None:
        super().__init__(
            f"this delivery was hardened as {said}, the domain asks {wanted}",
            remedy="Give the partner the current key of the domain, with its declaration, and ask for a new delivery.",
        )


class OtherDeclaration(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"this delivery was made by another declaration of {source} than the room's",
            remedy="Bring both declarations into line and deliver again.",
        )


class UnknownSender(Refusal):
    def __init__(self, source: Source) -> None:
        super().__init__(
            f"no copy of the domain's key was made for {source.owner}, so nothing tells that {source.id} comes from it",
            remedy=f"Make one with `koppelkamer key export --partner {source.owner}` and let it deliver with that.",
        )
