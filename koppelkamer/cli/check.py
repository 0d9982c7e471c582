"""`koppelkamer check`: a file against its source declaration, or a declaration proposed from the file."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from declare import WrongInput, canonical, load, write_atomically
from koppelkamer.cli.screen import Screen, columns, progress, quarantined

if TYPE_CHECKING:
    from expectations.validated import ValidatedExtract
    from intake import Extract


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
    return hold(call)


def hold(call: argparse.Namespace) -> Screen:
    """Contract and expectations on one file: quality.json, quality.md and quarantine.csv in DIR."""
    from expectations import validate
    from intake import Source, read_extract
    from intake.spool import spooled

    source = load(call.source, Source)
    progress(f"reading and checking {source.id}")
    with spooled(call.out) as spool:
        extract = read_extract(source, call.file, spool)
        held = _written(validate(extract), call.out)
        if call.against is None:
            return held
        progress("comparing it with the earlier delivery")
        return beside(read_extract(source, call.against, spool), extract, held, call.out)


def _written(validated: "ValidatedExtract", out: Path) -> Screen:
    from expectations.quality import page, summary
    from expectations.reasons import with_reasons

    source = validated.source
    quality = {"source": source.id, "delivery": validated.delivery, "checks": list(validated.quality)}
    write_atomically(out / "quality.json", canonical(quality) + b"\n")
    write_atomically(out / "quality.md", page(summary(validated)).encode())
    write_atomically(out / "quarantine.csv", with_reasons(validated.quarantine).write_csv().encode())
    facts = {"source": source.id, "rows in": validated.rows_in, "rows kept": validated.height, "out": str(out)}
    apart = len(validated.quarantine.rows)
    lines = [f"{source.id}: {validated.rows_in:,} rows, {validated.height:,} kept, {apart:,} in quarantine"]
    return Screen(facts, [*lines, *quarantined(validated.quarantine), f"  row numbers and rules are in {out}"])


def beside(before: "Extract", after: "Extract", held: Screen, out: Path) -> Screen:
    """What was found of the later delivery, and difference.json in the folder: what changed, in counts."""
    from intake.difference import difference

    if before.delivery == after.delivery:
        return Screen({**held.facts, "difference": None}, [*held.lines, "the same file as the earlier delivery"])
    facts = difference(before, after).facts
    write_atomically(out / "difference.json", canonical(facts) + b"\n")
    lines = [f"beside the earlier delivery: {facts['added']:,} rows added, {facts['gone']:,} gone, "
             f"{facts['changed']:,} changed, {facts['same']:,} the same"]  # fmt: skip
    lines += columns([(count, f"cells of {name} changed") for name, count in facts["columns"].items() if count])
    if any(facts["unmatched"].values()):
        lines.append(
            f"  without a key of their own: {facts['unmatched']['before']:,} and {facts['unmatched']['after']:,}"
        )
    return Screen({**held.facts, "difference": facts}, [*held.lines, *lines])


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
