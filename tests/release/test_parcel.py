"""A parcel appears whole or not at all, and nobody changes it unseen."""

import errno
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pyrage
import pytest

from audit import Inclusion
from declare import BadSignature, Fault, Refusal, canonical, digest
from release.dataset import as_csv
from release.manifest import CONTEXT, INCLUSION, MANIFEST, SIGNATURE, ParcelChanged, verify_parcel
from release.parcel import Papers, ParcelExists, write_parcel
from release.permit import NotPermitted, permit
from release.report import ReportFacts, render
from release.sealed import SEALED
from release.site.entry import NotForEverybody, read_entry
from tests.audit.signing import TestSigner, decision
from tests.release.example import DOMINATED, FACTS, WARNED
from tests.release.test_permit import WARNED as VERDICT
from tests.release.test_permit import papers, verdict_of

SIGNER = TestSigner()


def facts_of(given: dict[str, Any]) -> ReportFacts:
    examined = given["examined"]
    return replace(
        FACTS,
        release=examined.release,
        draft_digest=examined.draft,
        verdict_digest=examined.verdict,
        policy_digest=examined.policy,
        findings=(WARNED, DOMINATED),
    )


def write(folder: Path, signer: TestSigner = SIGNER) -> Path:
    given = papers(VERDICT)
    facts = facts_of(given)
    reports = {"nl": render(facts, "nl"), "en": render(facts, "en")}
    return write_parcel(permit(**given), VERDICT, Papers(facts, reports, decision_of(given, signer)), folder, signer)


@cache
def _decision(signer: TestSigner, release: str, decided: str) -> Inclusion:
    """The same one each time: a head says when it was signed."""
    return decision(signer, id=release, digest=decided)


def decision_of(given: dict[str, Any], signer: TestSigner = SIGNER) -> Inclusion:
    return _decision(signer, given["examined"].release, given["examined"].digest)


@pytest.fixture(scope="module")
def parcel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("parcels") / "r-1")


def test_a_parcel_holds_what_its_manifest_says(parcel: Path) -> None:
    manifest = verify_parcel(parcel, SIGNER.public_key)
    assert [file.name for file in manifest.files] == [
        "README.txt", "dataset.jsonld", "decision.json", "findings.json", "report.en.html", "report.nl.html",
        "table.csv", "table.csv-metadata.json", "table.parquet",
    ]  # fmt: skip
    assert (manifest.release, manifest.verdict, manifest.key_id) == ("r-1", VERDICT.digest, "room-1")
    assert (parcel / MANIFEST).read_bytes() == manifest.to_bytes()
    assert [path.name for path in parcel.parent.iterdir()] == ["r-1"]
    assert VERDICT.safe is not None
    assert pl.read_parquet(parcel / "table.parquet").equals(VERDICT.safe)


def positions(size: int) -> list[int]:
    """Every byte of a small file, and of a larger one first, last and some hundred between."""
    return sorted({*range(0, size, max(1, size // 100)), size - 1})


def test_any_byte_of_any_file_flipped_is_noticed(parcel: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(parcel, tmp_path / "copy")
    for path in sorted(copy.iterdir()):
        content = path.read_bytes()
        for place in positions(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :])
            with pytest.raises(Refusal) as refused:
                verify_parcel(copy, SIGNER.public_key)
            assert isinstance(refused.value, ParcelChanged | BadSignature), (path.name, place)
        path.write_bytes(content)
    verify_parcel(copy, SIGNER.public_key)


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


CHANGES: dict[str, Callable[[Path], object]] = {
    "table removed": remove("table.csv"),
    "report removed": remove("report.nl.html"),
    "manifest removed": remove(MANIFEST),
    "signature removed": remove(SIGNATURE),
    "file added": lambda folder: (folder / "extra.csv").write_text("more"),
    "hidden file added": lambda folder: (folder / ".hidden").write_text(""),
    "folder added": lambda folder: (folder / "more").mkdir(),
    "file renamed": lambda folder: (folder / "table.csv").rename(folder / "other.csv"),
    "two files exchanged": lambda folder: [
        (folder / "report.nl.html").rename(folder / "x"),
        (folder / "report.en.html").rename(folder / "report.nl.html"),
        (folder / "x").rename(folder / "report.en.html"),
    ],
    "file replaced by a link to an equal one": lambda folder: [
        (folder / "table.csv").rename(folder.parent / "table.csv"),
        (folder / "table.csv").symlink_to(folder.parent / "table.csv"),
    ],
    "file cut short": lambda folder: (folder / "table.csv").write_bytes(b""),
    "file made longer": lambda folder: (folder / "README.txt").open("a").write(" "),
    "signature cut short": lambda folder: (folder / SIGNATURE).write_bytes(b"\0" * 10),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_folder_is_noticed(parcel: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    copy = shutil.copytree(parcel, tmp_path / "copy")
    change(copy)
    with pytest.raises((ParcelChanged, BadSignature)):
        verify_parcel(copy, SIGNER.public_key)


DECISIONS: dict[str, dict[str, str]] = {
    "on another release": {"id": "r-2"},
    "on another draft of it": {"digest": "0" * 64},
    "to withhold it": {"action": "withhold"},
    "on the request": {"subject": "request"},
}


@pytest.mark.parametrize("other", DECISIONS.values(), ids=DECISIONS)
def test_another_decision_in_the_log_does_not_do(tmp_path: Path, other: dict[str, str]) -> None:
    given = papers(VERDICT)
    fields = {"id": given["examined"].release, "digest": given["examined"].digest, **other}
    papers_there = Papers(facts_of(given), {}, decision(SIGNER, **fields))
    folder = write_parcel(permit(**given), VERDICT, papers_there, tmp_path / "r-1", SIGNER)
    with pytest.raises(ParcelChanged, match="not the decision on this release"):
        verify_parcel(folder, SIGNER.public_key)


def test_another_key_does_not_fit(parcel: Path) -> None:
    with pytest.raises(BadSignature):
        verify_parcel(parcel, TestSigner().public_key)


def test_a_signature_over_a_manifest_for_another_use_does_not_fit(parcel: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(parcel, tmp_path / "copy")
    (copy / SIGNATURE).write_bytes(SIGNER.sign((copy / MANIFEST).read_bytes()))
    with pytest.raises(BadSignature):
        verify_parcel(copy, SIGNER.public_key)


@pytest.mark.parametrize("name", ["../table.csv", "/etc/hostname", ".hidden", "a/b"])
def test_a_manifest_never_leads_out_of_the_folder(parcel: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(parcel, tmp_path / "copy")
    content = json.loads((copy / MANIFEST).read_bytes())
    content["files"][0]["name"] = name
    (copy / MANIFEST).write_bytes(canonical(content))
    (copy / SIGNATURE).write_bytes(SIGNER.sign(CONTEXT + canonical(content)))
    with pytest.raises(ParcelChanged, match="cannot be in a parcel"):
        verify_parcel(copy, SIGNER.public_key)


def test_no_parcel_at_all(tmp_path: Path) -> None:
    with pytest.raises(ParcelChanged, match="missing"):
        verify_parcel(tmp_path / "nowhere", SIGNER.public_key)


def test_a_parcel_is_written_once(parcel: Path) -> None:
    before = {path.name: path.read_bytes() for path in parcel.iterdir()}
    with pytest.raises(ParcelExists):
        write(parcel)
    assert {path.name: path.read_bytes() for path in parcel.iterdir()} == before


def test_the_same_release_gives_the_same_files(parcel: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "r-1")
    assert {path.name: digest(path.read_bytes()) for path in again.iterdir()} == {
        path.name: digest(path.read_bytes()) for path in parcel.iterdir()
    }


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("release.parcel.os.fsync", full)
    with pytest.raises(Fault, match="could not be written"):
        write(tmp_path / "r-1")
    assert list(tmp_path.iterdir()) == []


def with_facts(**other: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda call: {"papers": replace(call["papers"], facts=replace(call["papers"].facts, **other))}


OTHERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another verdict": lambda call: {"verdict": verdict_of()},
    "a report on another draft": with_facts(draft_digest="0" * 64),
    "a report on another verdict": with_facts(verdict_digest="0" * 64),
    "a report on another release": with_facts(release="r-2"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_only_what_was_permitted_is_written(tmp_path: Path, other: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    given = papers(VERDICT)
    call: dict[str, Any] = {"permit": permit(**given), "verdict": VERDICT}
    call["papers"] = Papers(facts_of(given), {}, decision_of(given))
    with pytest.raises(NotPermitted):
        write_parcel(**(call | other(call)), folder=tmp_path / "r-1", signer=SIGNER)
    assert list(tmp_path.iterdir()) == []


RECIPIENTS = [pyrage.x25519.Identity.generate() for _ in range(2)]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `parcel`, sealed to two recipients."""
    given = papers(VERDICT)
    all_papers = Papers(facts_of(given), {"nl": "<p>"}, decision_of(given))
    folder = tmp_path_factory.mktemp("sealed") / "r-1"
    return write_parcel(
        permit(**given), VERDICT, all_papers, folder, SIGNER, [str(one.to_public()) for one in RECIPIENTS]
    )


def test_what_is_not_for_everybody_is_one_sealed_file(closed: Path) -> None:
    manifest = verify_parcel(closed, SIGNER.public_key)
    assert {path.name for path in closed.iterdir()} == {SEALED, INCLUSION, MANIFEST, SIGNATURE}
    assert manifest.sealed is not None
    assert "table.csv" in {file.name for file in manifest.files}
    assert b"table.csv" not in (closed / SEALED).read_bytes()
    with pytest.raises(NotForEverybody):
        read_entry(closed, SIGNER.public_key)


@pytest.mark.parametrize("recipient", RECIPIENTS, ids=["first", "second"])
def test_each_recipient_opens_it_and_finds_what_was_signed(closed: Path, tmp_path: Path, recipient: Any) -> None:
    copy = shutil.copytree(closed, tmp_path / "r-1")
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt((copy / SEALED).read_bytes(), [recipient]))) as archive:
        archive.extractall(copy)
    (copy / SEALED).unlink()
    verify_parcel(copy, SIGNER.public_key)
    (copy / "table.csv").write_text("other")
    with pytest.raises(ParcelChanged, match=r"table\.csv is not the file"):
        verify_parcel(copy, SIGNER.public_key)


CLOSED: dict[str, Callable[[Path], object]] = {
    "the sealed file changed": lambda folder: (folder / SEALED).write_bytes((folder / SEALED).read_bytes() + b"\0"),
    "the sealed file gone": remove(SEALED),
    "another file beside it": lambda folder: (folder / "table.csv").write_text("a"),
    "the decision gone": remove(INCLUSION),
}


@pytest.mark.parametrize("change", CLOSED.values(), ids=CLOSED)
def test_a_changed_sealed_parcel_is_noticed(closed: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    copy = shutil.copytree(closed, tmp_path / "r-1")
    change(copy)
    with pytest.raises(ParcelChanged):
        verify_parcel(copy, SIGNER.public_key)


def test_the_annex_has_nothing_to_try_hidden_cells_against(parcel: Path) -> None:
    annex = json.loads((parcel / "findings.json").read_bytes())
    assert "subject" not in annex["verdict"]
    assert FACTS.blind and annex["report"]["blind"] == ""


def test_the_annex_has_no_concentration_parameters(parcel: Path) -> None:
    annex = json.loads((parcel / "findings.json").read_bytes())
    lines = {line["rule"]: line for line in annex["report"]["findings"]}
    assert lines["B04"]["threshold"] == 0.05
    assert lines["D02"]["threshold"] is None
    assert "0.8123" not in json.dumps(annex)
    assert "0.4321" not in json.dumps(annex)


FORMULAS = {
    "equals": ("=1+1", "'=1+1"),
    "plus": ("+31", "'+31"),
    "minus": ("-5", "'-5"),
    "at": ("@sum", "'@sum"),
    "tab": ("\tx", "'\tx"),
    "plain": ("rent", "rent"),
    "total": ("*", "*"),
    "equals inside": ("a=b", "a=b"),
}


@pytest.mark.parametrize(("value", "written"), FORMULAS.values(), ids=FORMULAS)
def test_no_cell_of_the_csv_is_a_formula(value: str, written: str) -> None:
    read = pl.read_csv(as_csv(pl.DataFrame({"kind": [value], "people": [-3]})))
    assert read.rows() == [(written, -3)]


def test_a_hidden_cell_is_empty_and_zero_is_zero() -> None:
    table = pl.DataFrame({"kind": ["a", "b", "é"], "people": [None, 0, 12]})
    assert as_csv(table).decode() == "kind,people\na,\nb,0\né,12\n"
