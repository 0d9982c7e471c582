"""The state of a review: the sample, the labels given so far, and the file that holds them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.active import select
from linkage.clerical import ClericalEstimate, draw, estimate
from linkage.files import read_ids
from linkage.labels import SCHEMA, at_positions, read_labels, write_labels
from linkage.model import Model
from linkage.rows import files_digest, read_pairs
from linkage.side_by_side import SideBySide, Values


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """One pair as it is shown: nothing but its values, one record on either side by chance."""

    number: int
    """From 1."""
    values: Values
    label: str | None


@dataclass(slots=True, repr=False)
class Review:
    """A sample of pairs in the order of the draw. Each label is written at once; a review can go on later.

    `sample` has the columns of `linkage.labels.SCHEMA`, labels null where not given yet; row k belongs to row k of each
    side in `shown`.
    """

    sample: pl.DataFrame
    shown: SideBySide
    turned: tuple[bool, ...]
    out: Path
    _pairs: pl.DataFrame
    _links: pl.DataFrame
    _labels: dict[int, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def open(
        cls,
        pairs: Path,
        left: Path,
        right: Path | None,
        model: Model,
        out: Path,
        size: int,
        near: Sequence[Path] | None = None,
    ) -> Self:
        """Draw the sample from `pairs` (pairs.parquet of a linkage, links.parquet beside it); go on where `out` ends.

        With `near` it is drawn near the threshold, to learn from (`linkage.active`), and without the pairs labelled in
        those files. Without `right` the pairs are of one file. Raises `WrongInput` when the files do not belong
        together.
        """
        one_file = model.model_copy(update={"right": model.left}) if right is None else model
        digest = files_digest(model, left, *([right] if right else []))
        tables = _candidates(pairs, digest), _table(pairs.with_name("links.parquet"), digest)
        chosen = draw if near is None else partial(select, labelled=_labelled(near, digest))
        drawn = chosen(*tables, size, threshold=model.threshold, seed=model.seed)
        empty = {"label": pl.lit(None, pl.String), "files": pl.lit(digest, pl.String)}
        sample = drawn.with_columns(**empty).select(SCHEMA.names())
        turned = np.random.default_rng(model.seed).random(sample.height) < 0.5
        found = cls(sample, _records(sample, left, right, one_file), tuple(turned.tolist()), out, *tables)
        if out.exists():
            found._labels = _earlier(sample, read_labels(out, digest), out)
        return found

    @property
    def size(self) -> int:
        return self.sample.height

    @property
    def labelled(self) -> int:
        return len(self._labels)

    @property
    def labels(self) -> pl.DataFrame:
        """What was labelled so far, in the order of the draw."""
        return self._table(self._labels)

    def _table(self, labels: dict[int, str]) -> pl.DataFrame:
        given = pl.Series("label", [labels.get(number) for number in range(1, self.size + 1)], dtype=pl.String)
        return self.sample.with_columns(given).filter(pl.col("label").is_not_null())

    def question(self, number: int) -> Question:
        """Pair `number`, from 1."""
        values = self.shown.of(number - 1, number - 1)
        if self.turned[number - 1]:
            values = tuple((name, right, left) for name, left, right in values)
        return Question(number, values, self._labels.get(number))

    def label(self, number: int, label: str) -> None:
        """Keep a label, in the file too. Raises `WrongInput` for an unknown label, `Fault` when it cannot be kept."""
        with self._lock:
            labels = {**self._labels, number: label}
            write_labels(self.out, self._table(labels))
            self._labels = labels

    def estimate(self) -> ClericalEstimate:
        """What the labels given so far say of the links. Raises `WrongInput` without labels."""
        return estimate(self.labels, self._pairs, self._links, threshold=self.shown.model.threshold)

    def next_after(self, number: int) -> int | None:
        """The first pair without a label after this one, else the first of all; None when all are labelled."""
        open_ones = [n for n in range(1, self.size + 1) if n not in self._labels]
        return next((n for n in open_ones if n > number), open_ones[0] if open_ones else None)


def _candidates(path: Path, digest: str | None) -> pl.DataFrame:
    """All pairs scored; links alone, which have no levels, would leave nothing to be missed."""
    pairs = _table(path, digest)
    if not any(name.startswith("level ") for name in pairs.columns):
        raise WrongInput(
            f"{path.name} holds links, not all pairs scored",
            remedy="Name pairs.parquet in the folder that link or dedupe wrote; links.parquet belongs beside it.",
        )
    return pairs


def _table(path: Path, digest: str | None) -> pl.DataFrame:
    """Pairs with the chance by which they became links or not."""
    pairs = read_pairs(path, digest)
    chance = "learned_probability" if "learned_probability" in pairs.columns else "match_probability"
    return pairs.select("id_l", "id_r", pl.col("^level .*$"), match_probability=chance)


def _labelled(paths: Sequence[Path], digest: str | None) -> pl.DataFrame:
    """Pairs that have a label already, either way round."""
    found = pl.concat([pl.DataFrame(schema=SCHEMA), *(read_labels(path, digest) for path in paths)])
    pairs = found.select("id_l", "id_r")
    return pl.concat([pairs, pairs.select(id_l="id_r", id_r="id_l")])


def _records(sample: pl.DataFrame, left: Path, right: Path | None, model: Model) -> SideBySide:
    """The records of the sample only, row by row."""
    shown = SideBySide.read(left, right, model)
    ids = [read_ids(path, model, side.height) for path, side in ((left, shown.left), (right or left, shown.right))]
    places = at_positions(sample.with_columns(label=pl.lit("")), ids[0], ids[1], dedupe=right is None)
    return SideBySide(model, shown.left[places["l"]], shown.right[places["r"]])


def _earlier(sample: pl.DataFrame, labels: pl.DataFrame, out: Path) -> dict[int, str]:
    """Labels by number. Raises `WrongInput` unless they are of this very sample."""
    keys = ["id_l", "id_r", "stratum", "inclusion"]
    found = labels.join(sample.with_row_index("number", offset=1).drop("label"), on=keys, how="inner")
    if found.height < labels.height:
        raise WrongInput(
            f"{out.name} holds labels of another sample",
            remedy="Give the pairs, model and size it was begun with, or another file for the labels.",
        )
    return dict(found.select("number", "label").iter_rows())
