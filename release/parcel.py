"""What leaves: one folder with the table or the rows, the report, what the gate found, and a signed list of it all."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from audit import Inclusion
from declare import Fault, Refusal, Signer, canonical, digest, digest_frame
from gate.spreadsheet import steady
from gate.verdict import Verdict
from register.output import EXTRACT
from release.dataset import as_csv, as_parquet, csvw, described, readme, tables_of
from release.manifest import CONTEXT, INCLUSION, MANIFEST, SIGNATURE, File, Manifest, verify_parcel
from release.permit import NotPermitted, Permit
from release.report.facts import ReportFacts, plain
from release.report.public import public_copy
from release.sealed import SEALED, seal

__all__ = ["Papers", "ParcelExists", "verify_parcel", "write_parcel"]


class ParcelExists(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            f"the parcel of release {release} exists already", remedy="A parcel is written once; use it, or run anew."
        )


@dataclass(frozen=True, slots=True)
class Papers:
    """What goes with the table. `reports`: language → HTML page; `decision`: the officer's, in the audit log;
    `public`: everybody is among the recipients."""

    facts: ReportFacts
    reports: Mapping[str, str]
    decision: Inclusion
    public: bool = False


def write_parcel(
    permit: Permit, verdict: Verdict, papers: Papers, folder: Path, signer: Signer, seal_to: Sequence[str] = ()
) -> Path:
    """`folder`, with every file or not there at all.

    `seal_to`: addresses of its recipients; with none the files lie open, which an extract's never do. Raises
    `NotPermitted`, also when verdict or facts are not those of the permit, `ParcelExists`, and `Fault` when the folder
    cannot be written.
    """
    table = _permitted(permit, verdict, papers.facts)
    if folder.exists():
        raise ParcelExists(permit.examined.release)
    if papers.facts.leaves.kind == EXTRACT and not seal_to:
        raise NotPermitted("rows about persons leave sealed only", remedy="Give the address of their recipient.")
    content = _files(table, verdict, papers)
    decision = {INCLUSION: papers.decision.to_bytes()}
    outside = {SEALED: seal(content, seal_to)} if seal_to else content
    manifest = _manifest(permit, content | decision, outside.get(SEALED), signer).to_bytes()
    signature = signer.sign(CONTEXT + manifest)
    try:
        _write_whole(folder, {**outside, **decision, MANIFEST: manifest, SIGNATURE: signature})
    except OSError as error:
        raise Fault(
            f"the parcel could not be written ({os.strerror(error.errno or 0)})",
            remedy="Make room on the disk, check that the folder may be written, and run again.",
        ) from error
    return folder


def _permitted(permit: Permit, verdict: Verdict, facts: ReportFacts) -> pl.DataFrame:
    examined = permit.examined
    shown = (facts.release, facts.draft_digest, facts.verdict_digest, facts.policy_digest)
    if verdict.digest != examined.verdict or verdict.safe is None:
        raise NotPermitted("the permit is for another verdict", remedy="Use the verdict that people decided on.")
    if shown != (examined.release, examined.draft, examined.verdict, examined.policy):
        raise NotPermitted("the report is about something else", remedy="Use the report that people decided on.")
    return verdict.safe


def _files(table: pl.DataFrame, verdict: Verdict, papers: Papers) -> dict[str, bytes]:
    facts = papers.facts
    annex = {"verdict": _public(verdict), "report": plain(public_copy(facts))}
    tables = tables_of(facts, table)
    files = {"findings.json": canonical(annex), "README.txt": readme(facts, tables, public=papers.public).encode()}
    for stem, each in tables.items():
        files |= {
            f"{stem}.parquet": as_parquet(each),
            f"{stem}.csv": as_csv(each),
            f"{stem}.csv-metadata.json": steady(
                json.dumps(csvw(facts, stem, each), ensure_ascii=False, indent=2)
            ).encode(),
        }
    files |= {f"report.{language}.html": steady(page).encode() for language, page in sorted(papers.reports.items())}
    listed = {name: (len(content), digest(content)) for name, content in files.items()}
    entry = json.dumps(described(facts, listed, public=papers.public), ensure_ascii=False, indent=2, sort_keys=True)
    return files | {"dataset.jsonld": steady(entry).encode()}


def _public(verdict: Verdict) -> dict[str, Any]:
    """The verdict without its findings, which stand in the report's facts without concentration parameters, and without
    the subject's digest, so that nobody can try what was found until it has the verdict's."""
    content = verdict.to_json()
    del content["findings"], content["subject"]
    return content | {"digest": verdict.digest, "table": None if verdict.safe is None else digest_frame(verdict.safe)}


def _manifest(permit: Permit, files: Mapping[str, bytes], sealed: bytes | None, signer: Signer) -> Manifest:
    examined = permit.examined
    return Manifest(
        format="koppelkamer parcel 1",
        release=examined.release,
        request=examined.request,
        draft=examined.draft,
        verdict=examined.verdict,
        policy=examined.policy,
        decided=examined.digest,
        key_id=signer.key_id,
        files=tuple(_listed(name, content) for name, content in sorted(files.items())),
        sealed=None if sealed is None else _listed(SEALED, sealed),
    )


def _listed(name: str, content: bytes) -> File:
    return File(name=name, size=len(content), sha256=digest(content))


def _write_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Under a temporary name beside the target, synced, then renamed: the folder appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        for name, content in files.items():
            with (temporary / name).open("wb") as file:
                file.write(content)
                os.fsync(file.fileno())
        temporary.chmod(0o755)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
