"""The workbench: linkage of plain files, for tuning, evaluation and a partner's own use. No later room accepts it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Unpack

import polars as pl

from declare import WrongInput
from linkage.aside import Aside
from linkage.assign import assign
from linkage.block import Blocks, block, capped, chunks
from linkage.evaluation import evaluate, read_truth, true_pairs
from linkage.exclusive import beside_rivals
from linkage.extras import Extras, check
from linkage.files import Records, read_records
from linkage.fitted import FittedModel
from linkage.grouping import file_clusters
from linkage.labels import placed, read_labels, said
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from linkage.quality import link_quality
from linkage.report import findings
from linkage.results import WorkbenchLinks
from linkage.rows import files_digest
from linkage.score import Scorer, scored, scorer, start_of
from linkage.side_by_side import SideBySide
from linkage.supervised import Learned, Method, learn
from linkage.train import fit
from linkage.unfinished import Unfinished, sweep
from linkage.words import Language, say
from pseudonymise.standardise import VERSION

LONG = 20_000_000
"""Candidate pairs from which a run keeps what it has finished, so that it can be broken off and started again."""

LOG = logging.getLogger(__name__)
"""Says how far a run is, in counts only."""


def link_files(left: Path, right: Path, model: Model, out: Path, **extras: Unpack[Extras]) -> WorkbenchLinks:
    """Link two files and write pairs, links, clusters, model, quality and report into folder `out`.

    A long run that was broken off goes on where it was, when it is called again with the same files, model and folder.
    Raises `WrongInput`.
    """
    if model.dedupe:
        raise WrongInput(f"model {model.id} has one source on both sides", remedy="Use dedupe, or name two sources.")
    check(model, out, extras)
    sides = (read_records(left, model, "left"), read_records(right, model, "right"))
    shown = SideBySide.read(left, right, model) if extras.get("show_values") else None
    work = _Work(out, (left, right), files_digest(model, left, right), **extras)
    return _written(_run(*sides, model, shown, work), work)


def dedupe_files(file: Path, model: Model, out: Path, **extras: Unpack[Extras]) -> WorkbenchLinks:
    """Find records of one entity in one file; as `link_files`, with `left` and `right` of the model taken as equal."""
    same = model.for_one_file()
    check(same, out, extras)
    records = read_records(file, same, "left")
    shown = SideBySide.read(file, None, same) if extras.get("show_values") else None
    work = _Work(out, (file,), files_digest(same, file), **extras)
    return _written(_run(records, records, same, shown, work), work)


@dataclass(frozen=True, slots=True)
class _Work:
    """Where a run keeps what it has finished, and all it reads."""

    out: Path
    files: tuple[Path, ...]
    digest: str | None
    """Ties row numbers to the files."""
    fitted: FittedModel | None = None
    labels: Sequence[Path] = ()
    classifier: Method | None = None
    truth: Path | None = None
    by: Sequence[str] = ()
    show_values: bool = False
    language: Language = "en"
    program: str = ""

    @property
    def trains(self) -> bool:
        """Whether the model learns from the labels; what a classifier learns from must be new to the model."""
        return self.classifier is None

    def labels_of(self, left: Records, right: Records) -> pl.DataFrame | None:
        """All labels that are sure, by position. Raises `WrongInput`."""
        if not self.labels:
            return None
        every = pl.concat([read_labels(path, self.digest) for path in self.labels])
        return said(every, left.ids, right.ids, dedupe=len(self.files) == 1)

    def warnings(self, given: pl.DataFrame | None, learned: Learned | None) -> Iterator[str]:
        """On the labels, and on what was learnt from them."""
        if given is not None and self.digest is not None and given["files"].null_count():
            yield say("row_numbers")
        if learned is not None:
            yield from learned.said

    def model_and_pairs(
        self, pairing: Pairing, blocks: Blocks, train: Callable[[], FittedModel]
    ) -> tuple[FittedModel, pl.DataFrame]:
        """The model used and what is scored under it, kept on the way where that is long."""
        count = sum(size.pairs for size in blocks.sizes)
        LOG.info("%s candidate pairs from %s blocks", f"{count:,}", len(blocks.sizes))
        for size in blocks.sizes:
            LOG.info("  %s", size)
        if count <= LONG:
            used = self.fitted or train()
            return used, scored(pairing, blocks, used)
        declared = pairing.model.model_dump_json()
        as_given = self.fitted.to_json().decode() if self.fitted else ""
        inputs = (*self.files, *(self.labels if self.trains else ()))
        kept = Unfinished.of_run(self.out, inputs, declared, as_given, VERSION, self.program)
        if kept.finished:
            LOG.info("going on from %s finished shards", kept.finished)
        used = self.fitted or kept.fitted(train)
        return used, _in_steps(kept, scorer(pairing, used), blocks)


def _in_steps(kept: Unfinished, ready: Scorer, blocks: Blocks) -> pl.DataFrame:
    rows, found = list(chunks(ready.pairing, blocks)), []
    for number, some in enumerate(rows, start=1):
        found.append(kept.shard(some, partial(ready.shard, blocks, some)))
        LOG.info("%s of %s shards scored", number, len(rows))
    return pl.concat(found)


def _run(left: Records, right: Records, model: Model, shown: SideBySide | None, work: _Work) -> WorkbenchLinks:
    pairing = pair_up(left.comparable, right.comparable, model)
    blocks = block(pairing)
    given = work.labels_of(left, right)
    asides = [Aside.read(column, work.files, model) for column in work.by]
    used, scores = work.model_and_pairs(pairing, blocks, partial(fit, pairing, blocks, given if work.trains else None))
    learned = work.classifier and learn(scores, used, start_of(pairing, used), given, work.classifier)
    judged = learned.score(scores) if learned else scores
    links = assign(judged, used.assignment, model.threshold, model.matching)
    # the fitted numbers say nothing of a classifier's error, and are known by their levels
    estimated = judged.select(pl.exclude("^level .*$")) if learned else judged
    quality = link_quality(estimated, links, used, model.threshold, blocks.sizes)
    found, grouped = file_clusters(links, pairing, left, right)
    pairs = scores.with_columns(learned_probability=judged["match_probability"]) if learned else scores
    of_files = (*left.warnings, *right.warnings)
    said = (*capped(blocks.sizes), *of_files, *used.warnings, *work.warnings(given, learned))
    warnings = tuple(dict.fromkeys(said))
    told = used.model_copy(update={"warnings": warnings} | ({"calibration": None} if learned else {}))
    result = WorkbenchLinks(
        pairs=_named(pairs.select(pl.exclude("blocks")), left, right),
        links=_named(pairs.select(pl.exclude("blocks", "^level .*$")), left, right, links),
        clusters=grouped,
        fitted=used,
        quality=quality,
        report=findings(pairing, judged, links, found, told, quality, shown),
        warnings=warnings,
        learned=learned,
    )
    return _measured(result, judged, links, asides, (left, right), work.truth)


def _named(pairs: pl.DataFrame, left: Records, right: Records, links: pl.DataFrame | None = None) -> pl.DataFrame:
    """By id what is by position, in that order; only the links, where they are given."""
    if links is not None:
        pairs = pairs.join(links, on=["l", "r"], how="semi", maintain_order="left")
    return pairs.select(
        left.ids.gather(pairs["l"]).alias("id_l"), right.ids.gather(pairs["r"]).alias("id_r"), pl.exclude("l", "r")
    )


def _measured(
    found: WorkbenchLinks,
    judged: pl.DataFrame,
    links: pl.DataFrame,
    asides: Sequence[Aside],
    sides: tuple[Records, Records],
    truth: Path | None,
) -> WorkbenchLinks:
    """With what the truth says, read only now, and with errors by what stands aside."""
    dedupe = found.fitted.model.dedupe
    known = read_truth(truth) if truth else None
    if known is not None:
        found = replace(found, truth=evaluate(found.links, known, either_way=dedupe))
        found = found.warned(_strangers(known, *sides))
    if not asides:
        return found
    true = None if known is None else true_pairs(known, sides[0].ids, sides[1].ids, dedupe=dedupe)
    chances = judged.select("l", "r", chance=beside_rivals(judged, found.fitted.assignment))
    return replace(found, subgroups=tuple(aside.errors(chances, links, true) for aside in asides))


def _strangers(truth: pl.DataFrame, left: Records, right: Records) -> tuple[str, ...]:
    """A sentence on the pairs of the truth that are of no records, if there are any."""
    lost = placed(truth, left.ids, right.ids).filter(pl.any_horizontal(pl.col("l", "r").is_null())).height
    return (say("truth_strangers", number=f"{lost:,}", all=f"{truth.height:,}"),) if lost else ()


def _written(found: WorkbenchLinks, work: _Work) -> WorkbenchLinks:
    """Everything is worked out before the first file is written."""
    found.write(work.out, work.digest, work.language)
    sweep(work.out)
    return found
