"""A sealed delivery: what a partner sends to the room.

One age file (age-encryption.org/v1) holding a ZIP archive: two Parquet files encrypted under the domain's keys, the
manifest with their digests and an HMAC under those keys, and the sender's signature over the manifest. No identifiers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
import pyrage

from declare import Refusal, WrongInput, digest, verify_signature, write_atomically
from expectations.validated import ValidatedExtract
from intake.quarantine import ENTRIES, Quarantine
from intake.source import Source
from pseudonymise.archive import pack, unpack
from pseudonymise.aside import Protected
from pseudonymise.keys import DomainKeys, KeyStore
from pseudonymise.manifest import Count, Damaged, Digest, Manifest, Name, open_manifest, peek, sealed_manifest
from pseudonymise.protect import linkage_fields, protect
from pseudonymise.quality import Quality, SetApart, is_of_source
from pseudonymise.store import MANIFEST, SHELVES, aside_table, protected_table, tables
from pseudonymise.vault import Vault

SIGNATURE: Final = "manifest.sig"
MEMBERS: Final = (MANIFEST, SIGNATURE, *SHELVES)
CONTEXT: Final = b"koppelkamer delivery v1\n"
"""Signed in front of the manifest, so that no signature made for something else holds here."""
LARGEST: Final = 16 * 2**30
"""Bytes; what the population of a country takes."""
_AGE: Final = b"age-encryption.org/"


class DeliveryManifest(Manifest):
    """What the partner says about the delivery, beside the tables. `quality` and `quarantine` hold no values."""

    source_digest: Digest
    """Digest of the source's declaration the delivery was made by."""
    domain: Name
    version: Count
    rows_in: Count
    quality: Quality
    quarantine: SetApart


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """An opened delivery. Tokens are still under the domain's keys: `rekey` them before storing."""

    protected: Protected
    manifest: DeliveryManifest

    @property
    def quarantine(self) -> Quarantine:
        return Quarantine(pl.DataFrame(self.manifest.quarantine, schema=ENTRIES, orient="row"))

    def __repr__(self) -> str:
        return f"Delivery({self.manifest.source}, {self.manifest.rows} of {self.manifest.rows_in} rows)"


def encode_delivery(validated: ValidatedExtract, keys: DomainKeys, recipient: str, out: Path) -> DeliveryManifest:
    """Protect the rows and seal them to `recipient` (an age address, usually `keys.signed.recipient`) in one file.

    Raises `WrongInput` for an address that is none, `Refusal` for retired keys, `Fault` for the disk.
    """
    address = _address(recipient)
    protected = protect(validated, keys)
    context = _context(validated.source.id, validated.delivery)
    files = {name: Vault(keys, SHELVES[name]).to_bytes(table, context) for name, table in tables(protected).items()}
    manifest = _manifest(validated, protected, {name: digest(content) for name, content in files.items()}, keys)
    text = sealed_manifest(manifest, keys)
    archive = pack({MANIFEST: text, SIGNATURE: keys.signer.sign(CONTEXT + text), **files})
    write_atomically(out, pyrage.encrypt(archive, [address]), mode=0o600)
    return manifest


def open_delivery(path: Path, store: KeyStore, keys: DomainKeys, source: Source) -> Delivery:
    """The delivery of `source` under `keys`, sealed to `store`.

    Raises `WrongInput` when it is no delivery, `Damaged` when it was changed, `BadSignature` when another partner than
    the source's owner made it, and `Refusal` when it is meant for another room, source, domain or version, or the
    owner has no copy of the key in its name.
    """
    files = unpack(_unseal(path, store), MEMBERS, path.name)
    _require_expected(peek(files[MANIFEST], DeliveryManifest, path.name), keys, source)
    _require_sender(files, store, keys, source)
    manifest = open_manifest(files[MANIFEST], DeliveryManifest, keys, path.name)
    if not _is_of_source(manifest, source) or {name: digest(files[name]) for name in SHELVES} != manifest.files:
        raise Damaged(path.name)
    delivery = Delivery(_protected(files, manifest, keys), manifest)
    if manifest.rows_in != manifest.rows + len(delivery.quarantine.rows):
        raise Damaged(path.name)
    return delivery


def _manifest(
    validated: ValidatedExtract, protected: Protected, files: dict[str, str], keys: DomainKeys
) -> DeliveryManifest:
    domain = keys.signed.domain
    return DeliveryManifest.of(
        protected, files, source_digest=validated.source.digest, domain=domain.id, version=domain.version,
        rows_in=validated.rows_in, quality=validated.quality, quarantine=validated.quarantine.entries.rows(),
    )  # fmt: skip


def _protected(files: dict[str, bytes], manifest: DeliveryManifest, keys: DomainKeys) -> Protected:
    context = _context(manifest.source, manifest.delivery)
    opened = {name: Vault(keys, shelf).from_bytes(files[name], context) for name, shelf in SHELVES.items()}
    return Protected(
        protected_table(manifest, opened["protected.parquet"]), aside_table(manifest, opened["aside.parquet"])
    )


def _require_sender(files: dict[str, bytes], store: KeyStore, keys: DomainKeys, source: Source) -> None:
    """All parties hold the domain's key; the signature says which of them delivers.

    Raises `BadSignature`, and `Refusal` when the owner has no copy in its name.
    """
    sender = store.sender(keys.signed.domain.id, keys.signed.domain.version, source.owner)
    if sender is None:
        raise Refusal(
            f"no copy of the domain's key was made for {source.owner}, so nothing tells that {source.id} comes from it",
            remedy=f"Make one with `koppelkamer key export --partner {source.owner}` and let it deliver with that.",
        )
    what = f"the delivery of {source.id} by {source.owner}"
    verify_signature(sender, CONTEXT + files[MANIFEST], files[SIGNATURE], what=what)


def _require_expected(manifest: DeliveryManifest, keys: DomainKeys, source: Source) -> None:
    domain = keys.signed.domain
    if manifest.source != source.id:
        raise Refusal(
            f"this is a delivery of {manifest.source}, not of {source.id}",
            remedy=f"Receive it as {manifest.source}, or ask for the delivery of {source.id}.",
        )
    if (manifest.domain, manifest.version, manifest.key_id) != (domain.id, domain.version, keys.key_id):
        raise Refusal(
            f"this delivery was made under domain {manifest.domain} version {manifest.version}; "
            f"the room works with {domain.id} version {domain.version} and its key",
            remedy="Give the partner the current key of the domain and ask for a new delivery.",
        )
    if manifest.source_digest != source.digest:
        raise Refusal(
            f"this delivery was made by another declaration of {source.id} than the room's",
            remedy="Bring both declarations into line and deliver again.",
        )


def _is_of_source(manifest: DeliveryManifest, source: Source) -> bool:
    """Whether all that is said beside counts and digests is what `source` declares."""
    kinds = {field.name: field.kind for field in linkage_fields(source)}
    described = (manifest.entity, manifest.once, manifest.fields) == (source.entity, source.once, kinds)
    return described and is_of_source(manifest.quality, manifest.quarantine, manifest.rows_in, source)


def _context(source: str, delivery: str) -> str:
    return f"delivery/{source}/{delivery}"


def _address(recipient: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise WrongInput("the recipient is not an age address", remedy="Copy the room's address, age1….") from None


def _unseal(path: Path, store: KeyStore) -> bytes:
    try:
        _require_size(path)
        sealed = path.read_bytes()
    except FileNotFoundError:
        raise WrongInput(f"{path} does not exist", remedy="Check the name of the delivery.") from None
    if not sealed.startswith(_AGE):
        raise WrongInput(f"{path.name} is not a sealed delivery", remedy="Make one with `koppelkamer encode`.")
    try:
        return store.open_envelope(sealed)
    except pyrage.DecryptError as error:
        raise _sealed_wrongly(path.name, error) from None


def _require_size(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise WrongInput(
            f"{path.name} is larger than {LARGEST // 2**30} GiB", remedy="Let the partner deliver in smaller parts."
        )


def _sealed_wrongly(name: str, error: Exception) -> Refusal:
    if "No matching keys" not in str(error):
        return Damaged(name)
    return Refusal(
        f"{name} is sealed for another room, or its first lines were changed",
        remedy="Ask the partner to seal it to this room's address.",
    )
