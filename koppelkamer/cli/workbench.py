"""Commands on plain files, without a room: for tuning, evaluation, and partners at their own site."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from declare import WrongInput, canonical, load, write_atomically
from intake import Source, read_extract
from koppelkamer.cli.screen import Screen, progress, quarantined

if TYPE_CHECKING:
    from pseudonymise.domain import Domain


def encode(call: argparse.Namespace) -> Screen:
    """A sealed delivery, made at the partner's own site with its copy of the domain's key."""
    from expectations import validate
    from koppelkamer.passphrase import passphrase
    from pseudonymise.delivery import encode_delivery
    from pseudonymise.keys import FileKeyStore

    source = load(call.source, Source)
    store = FileKeyStore.open(call.keys, passphrase(call.passphrase_file))
    domain = _only_domain([status.domain for status in store.status()])
    progress(f"reading and checking {source.id}")
    validated = validate(read_extract(source, call.file))
    keys = store.master(domain.id, domain.version)
    encode_delivery(validated, keys, keys.signed.recipient, call.out)
    facts = {
        "source": source.id, "delivery": validated.delivery, "file": str(call.out), "rows in": validated.rows_in,
        "rows kept": validated.table.height, "quarantine": validated.quarantine.counts().to_dicts(),
    }  # fmt: skip
    kept = f"{validated.table.height:,} of {validated.rows_in:,} rows of {source.id}"
    return Screen(facts, [f"sealed {kept} in {call.out}", *quarantined(validated.quarantine)])


def check(call: argparse.Namespace) -> Screen:
    """Contract and expectations on one file: quality.json and quarantine.csv in DIR."""
    from expectations import validate

    source = load(call.source, Source)
    progress(f"reading and checking {source.id}")
    validated = validate(read_extract(source, call.file))
    quality = {"source": source.id, "delivery": validated.delivery, "checks": list(validated.quality)}
    write_atomically(call.out / "quality.json", canonical(quality) + b"\n")
    entries = validated.quarantine.entries.sort("row", "column", "rule")
    write_atomically(call.out / "quarantine.csv", entries.write_csv().encode())
    out = len(validated.quarantine.rows)
    facts = {
        "source": source.id,
        "rows in": validated.rows_in,
        "rows kept": validated.table.height,
        "out": str(call.out),
    }
    lines = [f"{source.id}: {validated.rows_in:,} rows, {validated.table.height:,} kept, {out:,} in quarantine"]
    return Screen(facts, [*lines, *quarantined(validated.quarantine), f"  row numbers and rules are in {call.out}"])


def _only_domain(domains: Sequence["Domain"]) -> "Domain":
    """The domain of a partner's copy. Raises `WrongInput` when the store holds none or several."""
    if len(domains) != 1:
        raise WrongInput("this key store does not hold exactly one domain", remedy="Use the copy the room gave you.")
    return domains[0]
