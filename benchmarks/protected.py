"""The way a partner's file goes in earnest: declared source, checks, tokens and encodings under a throw-away key."""

import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from expectations import validate
from intake import Source, read_extract
from linkage.files import Side, read_dated
from linkage.model import Model
from pseudonymise.domain import Domain, HardeningName
from pseudonymise.keys import DomainKeys, FileKeyStore, Work
from pseudonymise.protect import protect
from pseudonymise.protected import ProtectedTable


def protected_side(path: Path, model: Model, side: Side, hardening: HardeningName = "standard") -> ProtectedTable:
    """One file of a model, with its rows in the order of the file."""
    table = read_dated(path, model, side)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "delivery.csv"
        table.write_csv(written)
        protected = protect(validate(read_extract(source_of(model, side), written)), throw_away_keys(hardening)).table
    if protected.table["row"].to_list() != list(range(1, table.height + 1)):
        raise ValueError("rows were set apart, so row numbers no longer name records")
    return protected


def source_of(model: Model, side: Side) -> Source:
    """The declaration of a source with the model's fields and nothing else."""
    return Source.model_validate(
        {
            "id": side,
            "title": side,
            "owner": "nobody",
            "file": {"unknown_date_parts": True},
            "columns": [_column(field.of(side), field.type, field.field) for field in model.fields if field.of(side)],
        }
    )


@cache
def throw_away_keys(hardening: HardeningName = "standard") -> DomainKeys:
    """Keys of a domain that nobody keeps; made cheaply, for they protect nothing."""
    today = date.today()  # noqa: DTZ011 - a domain lasts by the calendar of this machine
    domain = Domain.model_validate(
        {
            "id": "benchmark",
            "title": "-",
            "purpose": "-",
            "grounds": ["-"],
            "parties": {"-": ["supplier", "linkage-unit"]},
            "from": today,
            "until": today,
            "hardening": hardening,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        store = FileKeyStore.create(Path(folder) / "keys", "thrown away at once", work=Work(memory_kib=1024, passes=1))
        store.add_domain(domain)
        return store.master("benchmark")


def _column(name: str | None, kind: str, field: str) -> dict[str, Any]:
    # The checks of a Dutch sex code do not fit these files; a category compares alike.
    return {"name": name, "type": "category" if kind == "sex" else kind, "role": "identify", "field": field}
