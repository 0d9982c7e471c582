"""The workbench: linkage of plain files, for tuning, evaluation and a partner's own use. No later room accepts it."""

import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

import polars as pl

from declare import WrongInput, replacing, write_atomically
from linkage.assign import assign
from linkage.block import Blocks, block, chunks
from linkage.cluster import ClusterReport, Rules, clusters
from linkage.evaluation import evaluate, read_truth
from linkage.files import Records, read_records
from linkage.fitted import FittedModel
from linkage.labels import read_labels, said
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from linkage.quality import LinkQuality, link_quality
from linkage.report import Findings, findings, render
from linkage.score import Scorer, scored, scorer
from linkage.side_by_side import SideBySide
from linkage.train import fit
from linkage.unfinished import Unfinished, sweep
from pseudonymise.standardise import VERSION

LONG = 20_000_000
"""Candidate pairs from which a run keeps what it has finished, so that it can be broken off and started again."""

LOG = logging.getLogger(__name__)
"""Says how far a run is, in counts only."""


@dataclass(frozen=True, slots=True, repr=False)
class WorkbenchLinks:
    """Clear-text links. `pairs` and `links` have `id_l`, `id_r`, `match_weight` (log2), `match_probability`; `clusters`
    has `id`, `cluster` for one file, and `side`, `id`, `cluster` for two. `truth` is how well it did, where asked, and
    `report` what the page of it says."""

    pairs: pl.DataFrame
    links: pl.DataFrame
    clusters: pl.DataFrame
    fitted: FittedModel
    quality: LinkQuality
    report: Findings
    warnings: tuple[str, ...]
    """Of the files and of the model."""
    truth: dict[str, Any] | None

    def __repr__(self) -> str:
        return f"WorkbenchLinks({self.links.height} links)"


class Extras(TypedDict, total=False):
    """What may come with the files."""

    truth: Path | None
    """True pairs (`id_l`, `id_r`), read after everything else: they only add `truth` to the quality."""
    fitted: FittedModel | None
    """Used as it is; without one the model is trained on the files."""
    labels: Path | None
    """What people said of pairs (`linkage.labels`): trained on too, and where they were drawn also calibrated by."""
    show_values: bool
    """Whether the report holds values of a few records; then it is for a partner's own premises only."""
    program: str
    """Version of the program: what a long run of another version left unfinished is not gone on with."""


def link_files(left: Path, right: Path, model: Model, out: Path, **extras: Unpack[Extras]) -> WorkbenchLinks:
    """Link two files and write pairs, links, clusters, model, quality and report into folder `out`.

    A long run that was broken off goes on where it was, when it is called again with the same files, model and folder.
    Raises `WrongInput`.
    """
    if model.dedupe:
        raise WrongInput(f"model {model.id} has one source on both sides", remedy="Use dedupe, or name two sources.")
    _checked(model, out, extras)
    sides = (read_records(left, model, "left"), read_records(right, model, "right"))
    shown = SideBySide.read(left, right, model) if extras.get("show_values") else None
    work = _Work.of(out, (left, right), extras)
    return _written(_run(*sides, model, shown, work), out, extras.get("truth"), dedupe=False)


def dedupe_files(file: Path, model: Model, out: Path, **extras: Unpack[Extras]) -> WorkbenchLinks:
    """Find records of one entity in one file; as `link_files`, with `left` and `right` of the model taken as equal."""
    same = model.for_one_file()
    _checked(same, out, extras)
    records = read_records(file, same, "left")
    shown = SideBySide.read(file, None, same) if extras.get("show_values") else None
    work = _Work.of(out, (file,), extras)
    return _written(_run(records, records, same, shown, work), out, extras.get("truth"), dedupe=True)


@dataclass(frozen=True, slots=True)
class _Work:
    """Where a run keeps what it has finished, and all it reads."""

    out: Path
    files: tuple[Path, ...]
    given: FittedModel | None
    labels: Path | None
    program: str

    @classmethod
    def of(cls, out: Path, files: tuple[Path, ...], extras: Extras) -> Self:
        return cls(out, files, extras.get("fitted"), extras.get("labels"), extras.get("program", ""))

    def model_and_pairs(
        self, pairing: Pairing, blocks: Blocks, train: Callable[[], FittedModel]
    ) -> tuple[FittedModel, pl.DataFrame]:
        """The model used and what is scored under it, kept on the way where that is long."""
        count = sum(size.pairs for size in blocks.sizes)
        LOG.info("%s candidate pairs from %s blocks", f"{count:,}", len(blocks.sizes))
        for size in blocks.sizes:
            LOG.info("  %s", size)
        if count <= LONG:
            used = self.given or train()
            return used, scored(pairing, blocks, used)
        declared = pairing.model.model_dump_json()
        as_given = self.given.to_json().decode() if self.given else ""
        inputs = (*self.files, *([self.labels] if self.labels else []))
        kept = Unfinished.of_run(self.out, inputs, declared, as_given, VERSION, self.program)
        if kept.finished:
            LOG.info("going on from %s finished shards", kept.finished)
        used = self.given or kept.fitted(train)
        return used, _in_steps(kept, scorer(pairing, used), blocks)


def _in_steps(kept: Unfinished, ready: Scorer, blocks: Blocks) -> pl.DataFrame:
    rows, found = list(chunks(ready.pairing, blocks)), []
    for number, some in enumerate(rows, start=1):
        found.append(kept.shard(some, partial(ready.shard, blocks, some)))
        LOG.info("%s of %s shards scored", number, len(rows))
    return pl.concat(found)


def _checked(model: Model, out: Path, extras: Extras) -> None:
    """Raise `WrongInput` for what would come to light only after the work, or make its result another than asked."""
    truth, fitted = extras.get("truth"), extras.get("fitted")
    if truth is not None:
        read_truth(truth)
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise WrongInput(f"nothing can be written into {out.name}", remedy="Name a folder of yours for the results.")
    if fitted is not None and _settings(fitted.model) != _settings(model):
        raise WrongInput(
            f"the fitted model was trained under other settings than model {model.id} has",
            remedy="Give the model it was trained with, unchanged, or train again without it.",
        )


def _settings(model: Model) -> dict[str, Any]:
    """All but how files are written and what they are called."""
    return model.model_dump(exclude={"id", "file", "fields"})


def _run(left: Records, right: Records, model: Model, shown: SideBySide | None, work: _Work) -> WorkbenchLinks:
    pairing = pair_up(left.comparable, right.comparable, model)
    blocks = block(pairing)
    labels = None if work.labels is None else said(read_labels(work.labels), left.ids, right.ids, dedupe=model.dedupe)
    used, pairs = work.model_and_pairs(pairing, blocks, partial(fit, pairing, blocks, labels))
    links = assign(pairs, used.assignment, model.threshold, model.matching)
    quality = link_quality(pairs, links, used, model.threshold, blocks.sizes)
    found, grouped = _clusters(links, pairing, left, right)
    warnings = tuple(dict.fromkeys((*left.warnings, *right.warnings, *used.warnings)))
    told = used.model_copy(update={"warnings": warnings})
    return WorkbenchLinks(
        pairs=_named(pairs, left, right),
        links=_named(links.sort("l", "r"), left, right),
        clusters=grouped,
        fitted=used,
        quality=quality,
        report=findings(pairing, pairs, links, found, told, quality, shown),
        warnings=warnings,
        truth=None,
    )


def _named(pairs: pl.DataFrame, left: Records, right: Records) -> pl.DataFrame:
    return pairs.select(
        left.ids.gather(pairs["l"]).alias("id_l"),
        right.ids.gather(pairs["r"]).alias("id_r"),
        "match_weight",
        "match_probability",
    )


def _clusters(
    links: pl.DataFrame, pairing: Pairing, left: Records, right: Records
) -> tuple[ClusterReport, pl.DataFrame]:
    if pairing.model.dedupe:
        found = clusters(left.ids.len(), links.select(one="l", two="r"), _rules(pairing, ["left"]))
        return found.report, pl.DataFrame([left.ids.alias("id"), found.numbers])
    start = left.ids.len()
    ties = links.select(one="l", two=pl.col("r") + start)
    found = clusters(start + right.ids.len(), ties, _rules(pairing, ["left", "right"]))
    sides = [
        pl.select(pl.repeat(name, side.ids.len()).alias("side")) for name, side in (("left", left), ("right", right))
    ]
    ids = pl.concat([left.ids.alias("id"), right.ids.alias("id")])
    return found.report, pl.concat(sides).with_columns(ids, found.numbers)


def _rules(pairing: Pairing, sides: Sequence[str]) -> Rules:
    """The model's rules for the records of one side, or of two that were compared with each other only."""
    codes = {"left": pairing.left_codes, "right": pairing.right_codes}
    declared = pairing.model.clusters
    return Rules(
        source=pl.concat(
            [pl.repeat(n, codes[side].height, dtype=pl.UInt32, eager=True) for n, side in enumerate(sides)]
        ),
        different=tuple(pl.concat([codes[side][field] for side in sides]) for field in declared.different),
        least_share=declared.least_share,
        compared=frozenset({(0, len(sides) - 1)}),
    )


def _written(found: WorkbenchLinks, out: Path, truth: Path | None, *, dedupe: bool) -> WorkbenchLinks:
    """Everything is worked out before the first file is written."""
    measured = evaluate(found.links, read_truth(truth), either_way=dedupe) if truth else None
    quality = asdict(found.quality) | {"warnings": found.warnings} | ({"truth": measured} if measured else {})
    texts = {
        "model.json": found.fitted.to_json(),
        "quality.json": json.dumps(quality, indent=2, sort_keys=True).encode(),
        "report.html": render(found.report, measured).encode(),
    }
    for name, table in (("pairs", found.pairs), ("links", found.links), ("clusters", found.clusters)):
        with replacing(out / f"{name}.parquet") as path:
            table.write_parquet(path)
    for name, text in texts.items():
        write_atomically(out / name, text)
    sweep(out)
    return replace(found, truth=measured)
