"""`koppelkamer encode`: at the partner's own site, with the base install alone and no network."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from declare import Signer, WrongInput, load
from intake import Source
from intake.corrections import read_delivery
from intake.period import check_period
from intake.spool import spooled
from koppelkamer.cli.screen import Screen, progress, quarantined, warned

if TYPE_CHECKING:
    from expectations.validated import ValidatedExtract
    from intake import Extract
    from pseudonymise.delivery import DeliveryManifest
    from pseudonymise.domain import Domain
    from pseudonymise.keys import DomainKeys


def encode(call: argparse.Namespace) -> Screen:
    """A sealed delivery, made with the partner's copy of the domain's key.

    What would refuse it is looked at before the file is read: the key, the canary records, the declaration.
    """
    from pseudonymise.canary import require_canaries
    from pseudonymise.delivery import encode_delivery

    source = load(call.source, Source)
    check_period(source, call.period, datetime.now(UTC).date())
    keys = _keys(call.keys, call.passphrase_file)
    if call.sign_with:
        keys.signer = _own(call.sign_with, call.own_passphrase_file)
    progress("trying the canary records")
    require_canaries()
    progress(f"reading and checking {source.id}")
    with spooled(call.out) as spool:
        validated = _validated(read_delivery(source, call.file, call.supplements, spool))
        returned = _returned(validated, call.file, call.out)
        progress(f"protecting and sealing {validated.height:,} rows")
        about = {"period": call.period, "restricts": call.restriction}
        manifest = encode_delivery(validated, keys, keys.signed.recipient, call.out, **about)
    leaving = _leaving(manifest, source)
    facts = {
        "source": source.id, "delivery": manifest.delivery, "period": manifest.period, "file": str(call.out),
        "rows in": manifest.rows_in, "rows kept": manifest.rows,
        "quarantine": validated.quarantine.counts().to_dicts(), "leaves": leaving,
        "contract": manifest.contract.model_dump(),
    }  # fmt: skip
    facts |= {"supplements": manifest.supplements, "steward": str(returned) if returned else None}
    lines = [*_lines(manifest, leaving, call.out), *quarantined(validated.quarantine), *warned(validated.quality)]
    return Screen(facts, [*lines, f"  sealed for your data steward in {returned}"] if returned else lines)


def _validated(extract: "Extract") -> "ValidatedExtract":
    """Raises as `validate`, and says where the reasons are to be had."""
    from expectations import validate
    from expectations.stopped import Stopped

    try:
        return validate(extract)
    except Stopped as refusal:
        refusal.remedy += " `koppelkamer check` of the same file by the same declaration writes a report of it."
        raise


def _returned(validated: "ValidatedExtract", file: Path, out: Path) -> Path | None:
    """Beside the delivery what was set apart of it, sealed for the steward that the source names."""
    from expectations.sent_back import sent_back
    from pseudonymise.steward import seal_to_steward

    if (steward := validated.source.steward) is None:
        return None
    progress("sealing what was set apart for the data steward")
    sealed = out.with_suffix(".quarantine.age")
    seal_to_steward(sent_back(validated, file), steward, sealed)
    return sealed


def _keys(folder: Path, passphrase_file: Path | None) -> "DomainKeys":
    """Of the copy the room gave. Raises `NotActive` for keys that make nothing any more."""
    from koppelkamer.passphrase import opened
    from pseudonymise.keys import FileKeyStore

    store = opened(lambda typed: FileKeyStore.open(folder, typed), passphrase_file)
    domain = _only_domain([status.domain for status in store.status()])
    keys = store.master(domain.id, domain.version)
    keys.require_active()
    return keys


def _own(folder: Path, passphrase_file: Path | None) -> Signer:
    """The key pair that the partner made itself, by `koppelkamer key request`."""
    from koppelkamer.passphrase import opened
    from pseudonymise.keys import FileKeyStore

    return opened(lambda typed: FileKeyStore.open(folder, typed), passphrase_file).signer()


def _only_domain(domains: Sequence["Domain"]) -> "Domain":
    """The domain of a partner's copy. Raises `WrongInput` when the store holds none or several."""
    if len(domains) != 1:
        raise WrongInput("this key store does not hold exactly one domain", remedy="Use the copy the room gave you.")
    return domains[0]


def _leaving(manifest: "DeliveryManifest", source: Source) -> dict[str, Any]:
    """Filled cells of what goes to the room, by kind and name."""
    from pseudonymise.protected import PAYLOAD, bits
    from pseudonymise.standardise import parts

    filled = manifest.filled
    tokens = {name: filled[name] for field, kind in manifest.fields.items() for name in parts(field, kind)}
    aside = [*(column.name for column in source.with_role("aside"))]
    aside += [each.name for each in source.derived if each.role == "aside"]
    return {
        "tokens": tokens,
        "encodings": {name: filled[bits(name)[0]] for name in tokens if bits(name)[0] in filled},
        "payload": {name.removeprefix(PAYLOAD): n for name, n in filled.items() if name.startswith(PAYLOAD)},
        "aside": aside,
    }


def _lines(manifest: "DeliveryManifest", leaving: dict[str, Any], out: Path) -> list[str]:
    from pseudonymise.standardise import parts

    contract = manifest.contract
    kept = f"{manifest.rows:,} of {manifest.rows_in:,} rows of {manifest.source}"
    shown = {**leaving, "tokens": [f"{field} ({len(parts(field, kind))})" for field, kind in manifest.fields.items()]}
    leaves = [f"  {kind}: {', '.join(names) or 'none'}" for kind, names in shown.items()]
    return [
        f"sealed {kept} in {out}; only the room can open it",
        "what leaves, and nothing else:",
        *leaves,
        f"contract: standardisation {contract.standardisation}, token {contract.token}, encoding {contract.encoding}; "
        "the canary records held",
    ]
