"""Canary records: made-up people under a published key, whose tokens and encodings everybody knows.

An installation that makes other tokens of them standardises, hashes or encodes otherwise than its contract says, and
what it delivers would link to nothing, or to strangers. They are tried before anything is protected.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache, reduce
from pathlib import Path
from typing import Final

import polars as pl

from declare import Refusal, digest_file, load
from intake import Source, read_extract
from pseudonymise.domain import Domain, SignedDomain
from pseudonymise.encode import encodings
from pseudonymise.harden import HARDENINGS, harden
from pseudonymise.keys.handle import DomainKeys, SigningKey, StoredMaster
from pseudonymise.protected import bits
from pseudonymise.standardise import Field, encoded, evidence, fields_of
from pseudonymise.token import tokens

FOLDER: Final = Path(__file__).parent
RECORDS: Final = FOLDER / "records.csv"
EXPECTED: Final = FOLDER / "expected.csv"
EXPECTED_DIGEST: Final = digest_file(EXPECTED)
MASTER: Final = bytes(range(32))
"""Published: of no use for anything else."""
_STEPS: Final = {
    "text": "standardisation", "standard": "hardening", "strict": "hardening", "token": "token", "encoding": "encoding",
}  # fmt: skip
"""Column of what is expected → the step that makes it, in order."""


class CanaryFailed(Refusal):
    """This installation does not do what its contract says."""

    def __init__(self, step: str, row: int, name: str) -> None:
        super().__init__(
            f"the {step} of this installation is another than its contract says: canary record {row}, {name}; "
            "nothing was made",
            remedy="Install the version of Koppelkamer that the room uses, with the packages it names, and try again.",
        )


@cache
def require_canaries() -> None:
    """Raise `CanaryFailed` unless the canary records give what is published. Tried once in a process."""
    expected = pl.read_csv(EXPECTED, schema_overrides={"row": pl.UInt32}, infer_schema=False)
    compare(made(canary_keys()), expected)


def compare(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Raise `CanaryFailed` for the first value that differs, and for the step at which it does."""
    both = found.join(expected, on=["row", "evidence"], how="full", suffix="_expected", coalesce=True)
    for column, step in _STEPS.items():
        wrong = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_expected"))).sort("row", "evidence")
        if wrong.height:
            raise CanaryFailed(step, wrong["row"][0], wrong["evidence"][0])


def made(keys: DomainKeys) -> pl.DataFrame:
    """Of every value of the canary records: `row`, `evidence`, `text`, `token` and `encoding` (hexadecimal), and
    `standard` and `strict`, the text that is left under these hardenings."""
    source = load(FOLDER / "source.toml", Source)
    table = read_extract(source, RECORDS).table
    fields = fields_of((column.name, column.type, column.field or "") for column in source.with_role("identify"))
    found = evidence(table, fields)
    dates = frozenset(field.name for field in fields if field.kind == "date")
    rows = table.get_column("row")
    wide = {
        "text": found,
        "token": tokens(found, keys).with_columns(pl.all().bin.encode("hex")),
        "encoding": _hexadecimal(encodings(found.select(encoded(fields)), dates, keys), fields),
        "standard": harden(found, fields, keys, HARDENINGS["standard"]),
        "strict": harden(found, fields, keys, HARDENINGS["strict"]),
    }
    long = [_long(rows, table, name) for name, table in wide.items()]
    whole = reduce(lambda one, two: one.join(two, on=["row", "evidence"], how="left", maintain_order="left"), long)
    return whole.drop_nulls("text").sort("row", maintain_order=True)


def canary_keys() -> DomainKeys:
    """Keys of the domain `canary`, version 1, under the published master."""
    agreed = Domain.model_validate(
        {
            "id": "canary", "title": "Canary records", "purpose": "To try an installation", "grounds": ["none needed"],
            "parties": {"everybody": ["supplier", "linkage-unit"]},
            "from": date(2000, 1, 1), "until": date(2999, 12, 31),
        }
    )  # fmt: skip
    signed = SignedDomain(domain=agreed, recipient="", issuer="", signature="")
    return DomainKeys(StoredMaster(MASTER), signed, signer=SigningKey(MASTER))


def _long(rows: pl.Series, wide: pl.DataFrame, name: str) -> pl.DataFrame:
    numbered = pl.concat([rows.to_frame(), wide], how="horizontal")
    return numbered.unpivot(index="row", variable_name="evidence", value_name=name)


def _hexadecimal(filters: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """Per encoded evidence its eight words, 16 hexadecimal digits each."""
    words = {name: filters.select(bits(name)).rows() for name in encoded(fields)}
    return pl.DataFrame(
        {
            name: [None if row[0] is None else "".join(f"{word:016x}" for word in row) for row in found]
            for name, found in words.items()
        },
        schema=dict.fromkeys(words, pl.String),
    )
