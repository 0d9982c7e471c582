"""Commands on plain files, without a room: for tuning, evaluation, and partners at their own site."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from declare import Refusal, WrongInput, load
from koppelkamer.cli.accuracy import by_subgroup, learned
from koppelkamer.cli.explain import read_fitted
from koppelkamer.cli.propose import Files, block_sizes, check_call, propose_model, used
from koppelkamer.cli.screen import Screen, columns, language, percent, progress, read_key
from koppelkamer.version import code_version

if TYPE_CHECKING:
    from gate import SignedPolicy, Verdict
    from gate.microdata.declared import Microdata
    from linkage import Model, WorkbenchLinks
    from linkage.extras import Extras


def link(call: argparse.Namespace) -> Screen:
    """Link two plain files."""

    def run(model: "Model") -> "WorkbenchLinks":
        from linkage import link_files

        progress("linking", of="linkage")
        return link_files(call.left, call.right, model, call.out, **_extras(call))

    return _asked(call, (call.left, call.right), run)


def dedupe(call: argparse.Namespace) -> Screen:
    """Find the records of one entity in a plain file."""

    def run(model: "Model") -> "WorkbenchLinks":
        from linkage import dedupe_files

        progress("looking for double records", of="linkage")
        return dedupe_files(call.file, model, call.out, **_extras(call))

    return _asked(call, (call.file,), run)


def _extras(call: argparse.Namespace) -> "Extras":
    from linkage.extras import Extras, check_labels

    check_labels(call.classifier, call.labels, fitted=call.fitted is not None)
    fitted = read_fitted(call.fitted) if call.fitted else None
    return Extras(
        truth=call.truth, fitted=fitted, labels=call.labels, classifier=call.classifier, by=call.by,
        show_values=call.show_values, language=call.language or language(), program=code_version(),
    )  # fmt: skip


def _asked(call: argparse.Namespace, files: Files, run: Callable[["Model"], "WorkbenchLinks"]) -> Screen:
    """What the call asks for, in order: a proposed model, the sizes of its blocks, the links."""
    check_call(call)
    screens = [propose_model(call, files)] if call.propose else []
    if call.blocks:
        screens.append(block_sizes(used(call), files))
    elif call.out is not None:
        screens.append(_linked(run(used(call)), call.out))
    facts = {name: fact for screen in screens for name, fact in screen.facts.items()}
    return Screen(facts, [line for screen in screens for line in screen.lines])


def gate(call: argparse.Namespace) -> Screen:
    """Examine a table of cells, or rows of persons. Raises `NotPassed` unless the verdict is PASS."""
    from gate import verify_policy
    from gate.file import gate_file
    from gate.microdata.declared import Microdata
    from gate.table import Table

    policy = verify_policy(call.policy, call.policy.with_suffix(".sig"), read_key(call.key))
    declared = load(call.microdata, Microdata) if call.microdata else None
    if declared:
        _only_cells(call)
        verdict = _rows(call, declared, policy)
    else:
        table = load(call.table, Table) if call.table else None
        verdict = gate_file(
            call.file, policy, call.out, declared=table, linked=call.linked, against=call.against,
            dictionary=_concepts(call),
        )  # fmt: skip
    if verdict.outcome != "PASS":
        raise NotPassed(verdict, call.out)
    return Screen(verdict.to_json(), [f"PASS; {_cost(verdict)}; findings and safe table are in {call.out}"])


def _concepts(call: argparse.Namespace) -> tuple[str, ...]:
    """The words of the dictionary that was given."""
    from expectations.dictionary import Dictionary

    return tuple(each.id for each in load(call.dictionary, Dictionary).concepts) if call.dictionary else ()


def _only_cells(call: argparse.Namespace) -> None:
    """Raises `WrongInput` where an option speaks of a table of cells and the file holds rows."""
    if call.table or call.linked or call.against:
        raise WrongInput(
            "--table, --linked and --against speak of a table of cells, --microdata of rows",
            remedy="Examine rows and tables in two calls.",
        )


def _rows(call: argparse.Namespace, declared: "Microdata", policy: "SignedPolicy") -> "Verdict":
    from gate.file import gate_extract, gate_rows

    if (terms := declared.extract) is None:
        return gate_rows(call.file, declared, policy, call.out, _concepts(call))
    from pseudonymise.envelope import recipient_of, seal_pieces

    if terms.until < datetime.now(UTC).date():
        raise Refusal(f"the extract ended on {terms.until}; nothing was made", remedy="Agree on another day.")
    if terms.address is None:
        raise WrongInput("the extract has no address to be sealed to", remedy="Give the recipient's, as `address`.")
    recipient = recipient_of(terms.address)
    return gate_extract(
        call.file, declared, policy, call.out, lambda content, out: seal_pieces(iter([content]), recipient, out),
        _concepts(call),
    )  # fmt: skip


def _cost(verdict: "Verdict") -> str:
    rows = verdict.rows
    if rows is None:
        return f"{verdict.hidden} cells hidden"
    if "stay" in rows:
        return f"{rows['stay']:,} of {rows['rows']:,} rows and {rows['leave']} of {rows['columns']} columns, sealed"
    return (
        f"{rows['left_out']:,} of {rows['rows']:,} rows left out, {percent(rows['loss'])} of what columns tell is lost"
    )


class NotPassed(Refusal):
    """The verdict is anything but PASS; findings.json says all of it."""

    def __init__(self, verdict: "Verdict", out: Path) -> None:
        open_ones = [finding for finding in verdict.findings if finding.outcome != "PASS"]
        said = " ".join(f"{finding.rule} {finding.outcome}: {finding.message}" for finding in open_ones)
        super().__init__(f"{verdict.outcome}. {said}", remedy=f"See {out / 'findings.json'}; {open_ones[0].remedy}")


def _linked(found: "WorkbenchLinks", out: Path) -> Screen:
    quality = found.quality
    facts = {
        **asdict(quality), "warnings": found.warnings, "truth": found.truth, "out": str(out),
        "classifier": found.learned and found.learned.facts, "subgroups": [one.facts for one in found.subgroups],
    }  # fmt: skip
    lines = [
        f"{quality.links:,} links of {quality.candidates:,} candidate pairs, from probability {quality.threshold}",
        f"  precision {percent(quality.precision)}, recall {percent(quality.recall)} (estimated); {quality.note}",
        *(f"  warning: {warning}" for warning in found.warnings),
    ]
    if found.truth is not None:
        lines += columns(
            [(name, f"{value:.4f}" if isinstance(value, float) else value) for name, value in found.truth.items()]
        )
    lines += learned(found.learned) if found.learned else []
    lines += [line for errors in found.subgroups for line in by_subgroup(errors)]
    return Screen(facts, [*lines, f"  results are in {out}; report.html opens offline"])
