"""`koppelkamer check`: a file against its source declaration, or a declaration proposed from the file."""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from declare import WrongInput, load, write_atomically
from koppelkamer.cli.doubles import doubles
from koppelkamer.cli.screen import Screen, columns, language, progress, quarantined, warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from expectations.sent_back import Member
    from intake import Extract, Source
    from intake.changes import SuddenChange
    from intake.spool import Spool


def check(call: argparse.Namespace) -> Screen:
    """Hold the file against `--source`; with `--propose` only propose one. Raises `WrongInput` for neither or both."""
    if (call.propose is None) == (call.source is None):
        raise WrongInput(
            "a file is checked against a declaration, or gets one proposed",
            remedy="Give --source S.toml and --out DIR, or --propose alone.",
        )
    if call.propose is not None:
        return propose(call)
    if call.out is None:
        raise WrongInput("there is no folder for the results", remedy="Give --out DIR.")
    if call.supplements is not None and call.against is not None:
        raise WrongInput("corrected rows are no whole delivery to hold beside another", remedy="Leave --against out.")
    return hold(call)


def hold(call: argparse.Namespace) -> Screen:
    """Contract and expectations on one file: report.nl.html, report.en.html, quality.json and quarantine.csv in DIR, or
    quarantine.age where the source names a steward.

    Raises as `expectations.validate`; a check that stops the delivery leaves its report all the same.
    """
    from intake import Source
    from intake.corrections import read_delivery
    from intake.period import check_period
    from intake.spool import spooled

    source = load(call.source, Source)
    if call.period is not None:
        check_period(source, call.period, datetime.now(UTC).date())
    progress(f"reading and checking {source.id}")
    with spooled(call.out) as spool:
        extract = read_delivery(source, call.file, call.supplements, spool)
        before = _before(source, call.against, spool) if call.against is not None else None
        return _held(extract, before, call)


def _before(source: "Source", file: Path, spool: "Spool") -> "Extract":
    from intake import read_extract

    progress("reading the earlier delivery")
    return read_extract(source, file, spool)


def _held(extract: "Extract", before: "Extract | None", call: argparse.Namespace) -> Screen:
    from expectations.quality import stopped, summary
    from expectations.sent_back import entries, sent_back
    from expectations.stopped import Stopped
    from expectations.validate import validate

    source, out, spoken = extract.source, call.out, call.language or language()
    try:
        validated = validate(extract)
    except Stopped as broken:
        _reported({**stopped(broken), "period": call.period}, source, out)
        _returned(iter([entries(broken.quarantine)]), source, out)
        progress(f"stopped; the report is {out / f'report.{spoken}.html'}")
        raise
    facts = {**summary(validated), "period": call.period}
    told = _compared(facts, before, extract) if before is not None else []
    told += doubles(facts, validated, call.doubles, out) if call.doubles is not None else []
    refusal = _stop(facts, source)
    verdict = _reported(facts, source, out)
    returned = _returned(sent_back(validated, call.file), source, out)
    if refusal is not None:
        raise refusal
    kept, apart = facts["rows"]["kept"], facts["rows"]["set_apart"]
    lines = [f"{source.id}: {_VERDICTS[verdict]}; {extract.rows_in:,} rows, {kept:,} kept, {apart:,} in quarantine"]
    lines += [*quarantined(validated.quarantine), *warned(facts["checks"]), *told]
    lines += [f"  report: {out / f'report.{spoken}.html'}", f"  row numbers and rules: {returned}"]
    return Screen({**facts, "verdict": verdict, "out": str(out)}, lines)


def _compared(facts: dict[str, Any], before: "Extract", after: "Extract") -> list[str]:
    """Lines on what changed since the earlier delivery; `facts` gets it, and how that delivery did."""
    from expectations.quality import earlier, stopped, summary
    from expectations.stopped import Stopped
    from expectations.validate import validate
    from intake.difference import difference
    from koppelkamer.cli.beside import of_difference

    if before.delivery == after.delivery:
        return ["the same file as the earlier delivery"]
    progress("comparing it with the earlier delivery")
    try:
        then = summary(validate(before))
    except Stopped as broken:
        then = stopped(broken)
    facts["earlier"] = [earlier(then)]
    lines = _sudden(facts, before, after)
    if not after.source.key:
        facts["difference_why"] = "no-key"
        return [*lines, "no row is held beside an earlier one: the source declares no key"]
    found = difference(before, after)
    facts["difference"] = found.facts
    return [*lines, *of_difference(found)]


def _stop(facts: dict[str, Any], source: "Source") -> "SuddenChange | None":
    """What the room would say of sudden changes that stop a delivery; `facts` says so too."""
    from expectations.quality import SUDDEN
    from intake.changes import Change, SuddenChange, failed

    sudden = failed([Change(**each) for each in facts.get("changes", ())])
    if not sudden or source.changes is None or source.changes.severity != "stop":
        return None
    facts["stopped"] = {"column": None, "rule": SUDDEN}
    return SuddenChange(source.id, sudden)


def _sudden(facts: dict[str, Any], before: "Extract", after: "Extract") -> list[str]:
    """Lines on sudden changes; `facts` gets all that was measured."""
    from intake.changes import changes, measured_as
    from koppelkamer.cli.beside import of_changes

    limits = after.source.changes
    if limits is None:
        facts["changes_why"] = "no-thresholds"
        return ["no sudden change is judged: the source declares no thresholds"]
    found = changes(before.frame, after.frame, measured_as(after.source), limits)
    facts["changes"] = [each.facts for each in found]
    return of_changes(found)


_VERDICTS: Final = {"fine": "fine", "action": "usable, with points to mend", "stopped": "stopped"}


def _reported(facts: dict[str, Any], source: "Source", out: Path) -> str:
    """The verdict. The report is masked as the gate's strict profile has it, for it may go to others than the
    supplier."""
    from expectations.report import Masking, write_report
    from gate import Policy, profile

    minimum = load(profile("nl-streng"), Policy).thresholds.minimum_people.value
    return write_report(facts, source, Masking(int(minimum)), out)


def _returned(members: "Iterator[Member]", source: "Source", out: Path) -> Path:
    """All of it sealed for the steward that the source names; without one row numbers and rules, which hold no value.

    Either is for the supplier.
    """
    from pseudonymise.steward import seal_to_steward

    if source.steward is not None:
        seal_to_steward(members, source.steward, out / "quarantine.age")
        return out / "quarantine.age"
    name, pieces = next(members)
    write_atomically(out / name, b"".join(pieces))
    return out / name


def propose(call: argparse.Namespace) -> Screen:
    """The proposal on the screen, or in the file named, which must not be there yet."""
    from intake.propose import propose_source
    from intake.spool import spooled

    out: Path | None = call.propose if call.propose != Path() else None
    if out is not None and out.exists():
        raise WrongInput(
            f"{out.name} is there already, and somebody may have corrected it", remedy="Name another file."
        )
    progress("reading the file as it seems to be written")
    # Rows that do not fit in memory wait where a proposal may be written, encrypted.
    with spooled(out or Path(tempfile.gettempdir()) / "proposal") as spool:
        found = propose_source(call.file, spool)
    facts = {"rows": found.rows, "marks": found.marks, "remarks": found.remarks}
    if out is None:
        return Screen({**facts, "proposal": found.text}, found.text.splitlines())
    write_atomically(out, found.text.encode())
    return Screen({**facts, "file": str(out)}, _lines(found.rows, found.marks, found.remarks, out))


def _lines(rows: int, marks: dict[str, str], remarks: list[str], out: Path) -> list[str]:
    lines = [f"{out} is proposed from {rows:,} rows; read and correct it before it is used"]
    lines += [f"  - {remark}" for remark in remarks]
    return [*lines, *columns(list(marks.items()))]
