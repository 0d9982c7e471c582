"""Before linking: a model proposed from the files, and how large its blocks are."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from declare import Refusal, WrongInput, load, write_atomically
from koppelkamer.cli.screen import Screen, columns, percent, progress

if TYPE_CHECKING:
    from linkage import Model
    from linkage.propose import Proposal

Files = tuple[Path, ...]

_OF_LINKS: Final = ("fitted", "labels", "classifier", "truth", "by")
"""Options that say something of links."""


def check_call(call: argparse.Namespace) -> None:
    """Raise `WrongInput` unless the call names one model, given or to be proposed, and where the results go."""
    if (call.model is None) == (call.propose is None):
        raise WrongInput(
            "a linkage needs one model", remedy="Give --model M.toml, or have one proposed with --propose M.toml."
        )
    if call.out is None and call.propose is None and not call.blocks:
        raise WrongInput("there is no folder for the results", remedy="Give --out DIR, or --blocks to look only.")
    if (call.out is None or call.blocks) and (idle := [f"--{name}" for name in _OF_LINKS if getattr(call, name)]):
        raise WrongInput(
            f"{', '.join(idle)} would do nothing, for no links are made",
            remedy="Give --out DIR and no --blocks, or leave it out.",
        )


class NoKey(Refusal):
    """Links by a block that nobody proposes would look like a result."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"no key was found on which matches meet, so nothing was linked; {path} is written, with a block that is "
            "no proposal",
            remedy=f"Write blocks that you know matches share into {path}, and give it with --model.",
        )


def propose_model(call: argparse.Namespace, files: Files) -> Screen:
    """Write the proposed model to the file named. Raises `WrongInput` when that is there already, and `NoKey` when it
    was to be used and has no block."""
    from linkage.propose import propose

    path: Path = call.propose
    if path.exists():
        raise WrongInput(
            f"{path.name} is there already, and somebody may have corrected it",
            remedy="Name another file, or use it with --model.",
        )
    progress("proposing a model")
    found = propose(*files)
    write_atomically(path, found.text.encode())
    if not found.blocks.blocks and call.out is not None and not call.blocks:
        raise NoKey(path)
    return Screen({"proposal": _facts(found, path)}, _lines(found, path))


def block_sizes(model: "Model", files: Files) -> Screen:
    """How many pairs each block would give; nothing is compared."""
    from linkage.files import read_records
    from linkage.pairing import pair_up
    from linkage.propose import block_report

    same = model.for_one_file() if len(files) == 1 else model
    left = read_records(files[0], same, "left").comparable
    right = left if same.dedupe else read_records(files[-1], same, "right").comparable
    pairing = pair_up(left, right, same)
    sizes = block_report(pairing)
    total = sum(size.pairs for size in sizes)
    facts = {"blocks": [asdict(size) for size in sizes], "pairs": total, "possible": pairing.possible}
    rows = [
        (size.pairs, " + ".join(size.on), f"{size.oversized:,} values capped" if size.oversized else "")
        for size in sizes
    ]
    limit = f"; more than candidate_limit ({same.candidate_limit:,})" if total > same.candidate_limit else ""
    return Screen(
        facts, [f"{total:,} candidate pairs of {pairing.possible:,}, repeats included{limit}", *columns(rows)]
    )


def used(call: argparse.Namespace) -> "Model":
    """The model of the call, as it stands in its file."""
    from linkage import Model

    return load(call.propose or call.model, Model)


def _facts(found: "Proposal", path: Path) -> dict[str, Any]:
    return {
        "model": str(path),
        "fields": [comparison.field for comparison in found.model.comparisons],
        "blocks": [asdict(one) for one in found.blocks.blocks],
        "key found": bool(found.blocks.blocks),
        "pairs": found.blocks.pairs,
        "recall": found.blocks.recall,
        "matches": found.rough.expected,
        "warnings": list(found.warnings),
    }


def _lines(found: "Proposal", path: Path) -> list[str]:
    blocks, fields = found.blocks, len(found.model.comparisons)
    lines = [
        f"{path} proposes {fields} fields and {len(blocks.blocks)} blocks of {blocks.pairs:,} candidate pairs",
        f"  about {found.rough.expected:,.0f} matches are expected, of which the blocks find {percent(blocks.recall)}",
    ]
    if not blocks.blocks:
        lines.append("  no key was found on which matches meet: the block in it is no proposal, do not link by it")
    if found.warnings:
        lines += ["  do not trust it before a sample of its links has been reviewed:"]
        lines += [f"  - {warning}" for warning in found.warnings]
    return [*lines, "  every choice stands in the file with its reason: read it, and correct what is wrong"]
