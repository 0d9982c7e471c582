"""What a run leaves for people to decide on, written and read back: report, findings, the table that may leave."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from declare import Refusal, canonical, digest, write_atomically
from flows.deliveries import context_of
from flows.keyring import Keyring
from gate import Verdict
from koppelkamer.room import Room
from release.report import ReportFacts, from_json, render, to_json
from release.series import Last

if TYPE_CHECKING:
    from register.models import Release

_FACTS: Final = "facts.json"
_FINDINGS: Final = "findings.json"


class ChangedSinceRun(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            f"the report of {release} is not the one that people decided on",
            remedy="Restore the room's reports folder, or run the request again and decide anew.",
        )


def write(room: Room, keyring: Keyring, release: str, facts: ReportFacts, verdict: Verdict) -> Path:
    """The report's folder: both languages, its facts, the findings; the table that may leave is kept encrypted."""
    folder = room.reports / release
    write_pages(folder, facts)
    write_atomically(folder / _FACTS, to_json(facts))
    write_atomically(folder / _FINDINGS, canonical(verdict.to_json()))
    if verdict.safe is not None:
        path = _table(room, release)
        keyring.vault("runs").write(verdict.safe, path, context_of(room, path))
    return folder


def write_pages(folder: Path, facts: ReportFacts) -> None:
    """report.nl.html and report.en.html."""
    for language in ("nl", "en"):
        write_atomically(folder / f"report.{language}.html", render(facts, language).encode())


def read_verdict(room: Room, keyring: Keyring, release: "Release") -> Verdict:
    """As the run left it; the permit holds its digest against the register's."""
    content = json.loads((room.reports / release.id / _FINDINGS).read_bytes())
    return Verdict.from_json(content, _read_table(room, keyring, release))


def read_facts(room: Room, release: "Release") -> ReportFacts:
    """What the report said when people decided. Raises `ChangedSinceRun`."""
    content = (room.reports / release.id / _FACTS).read_bytes()
    if digest(content) != release.output_digest:
        raise ChangedSinceRun(release.id)
    return from_json(content)


def last_of(room: Room, keyring: Keyring, request_id: str) -> Last | None:
    """The latest of the releases of a request that left and were not revoked. Raises `ChangedSinceRun`."""
    from register.models import Release
    from register.workflow import ReleaseState

    left = Release.objects.filter(request=request_id, state=ReleaseState.RELEASED.value)
    release = left.exclude(manifest_digest="").order_by("examined_at").last()
    table = _read_table(room, keyring, release) if release else None
    return None if release is None or table is None else Last(read_facts(room, release), table)


def _read_table(room: Room, keyring: Keyring, release: "Release") -> pl.DataFrame | None:
    path = _table(room, release.id)
    return keyring.vault("runs").read(path, context_of(room, path)) if path.is_file() else None


def _table(room: Room, release: str) -> Path:
    return room.store / "runs" / release / "safe.parquet"
