"""A release as the site shows it, read from its parcel and from nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from declare import Refusal, canonical
from register.output import ROWS
from release.manifest import MANIFEST, SIGNATURE, verify_parcel
from release.report import ReportFacts, from_json
from release.tables import joined


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """`folder` is the parcel's; a release that was called back is named, and none of its files or figures are given."""

    folder: Path
    facts: ReportFacts
    table: pl.DataFrame | None
    """None for rows, of which nothing is drawn."""
    files: tuple[tuple[str, int, str], ...]
    """Name, bytes, SHA-256."""
    revoked: bool = False
    municipalities: frozenset[str] = frozenset()
    """Dimensions whose column is declared to be a municipality."""

    def __repr__(self) -> str:
        return f"Entry({self.facts.release})"


class NotForEverybody(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            f"parcel {release} is sealed to its recipients and cannot be shown to everybody",
            remedy="Let a request that names the public as recipient be decided anew.",
        )


def read_entry(folder: Path, public_key: bytes, *, revoked: bool = False) -> Entry:
    """Raises `ParcelChanged` or `BadSignature` for a parcel that is not as the room signed it."""
    manifest = verify_parcel(folder, public_key)
    if manifest.sealed is not None:
        raise NotForEverybody(manifest.release)
    annex = json.loads((folder / "findings.json").read_bytes())
    listed = [(file.name, file.size, file.sha256) for file in manifest.files]
    listed += [(name, (folder / name).stat().st_size, "") for name in (MANIFEST, SIGNATURE)]
    facts = from_json(canonical(annex["report"]))
    return Entry(folder, facts, read_table(folder, facts), tuple(listed), revoked)


def read_table(folder: Path, facts: ReportFacts) -> pl.DataFrame | None:
    """The table of a parcel, or several in one frame; None for rows."""
    if facts.leaves.kind in ROWS:
        return None
    if not facts.leaves.tables:
        return pl.read_parquet(folder / "table.parquet")
    return joined({each.dimensions: pl.read_parquet(folder / f"{each.stem}.parquet") for each in facts.leaves.tables})
