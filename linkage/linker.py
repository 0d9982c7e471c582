"""A linkage of plain files step by step: read, look at the blocks, train, score, link, explain a pair."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import polars as pl

from declare import WrongInput
from linkage.assign import assign
from linkage.block import Blocks, block
from linkage.explain import Explanation, explain
from linkage.files import Records, read_records
from linkage.fitted import FittedModel
from linkage.labels import said
from linkage.levels import with_levels
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from linkage.rows import files_digest, of_these
from linkage.score import scored, scorer
from linkage.train import fit


@dataclass(frozen=True, repr=False)
class Linker:
    """Two files, or one with itself, read under a model.

    Tables of pairs have `id_l`, `id_r`, `level <field>` (0 missing, 1 the best, the last *other*), `match_weight` (log2
    Bayes factor, without the prior) and `match_probability`.
    """

    left: Records
    right: Records
    pairing: Pairing
    files: str | None = None
    """What ties row numbers to the files (`linkage.rows`)."""

    def __repr__(self) -> str:
        return f"Linker({self.left.ids.len()} and {self.right.ids.len()} records)"

    @classmethod
    def of_files(cls, left: Path, right: Path | None, model: Model) -> Self:
        """Without `right`, `left` is searched for double records. Raises `WrongInput` as `read_records` does, and when
        a model of one source is given two files."""
        if right is not None and model.dedupe:
            raise WrongInput(f"model {model.id} has one source on both sides", remedy="Give one file, not two.")
        declared = model.for_one_file() if right is None else model
        first = read_records(left, declared, "left")
        second = first if right is None else read_records(right, declared, "right")
        digest = files_digest(declared, *(path for path in (left, right) if path is not None))
        return cls(first, second, pair_up(first.comparable, second.comparable, declared), digest)

    @cached_property
    def blocks(self) -> Blocks:
        """Raises `WrongInput` when there would be too many candidates."""
        return block(self.pairing)

    def block_report(self) -> pl.DataFrame:
        """`block`, `pairs` (repeats between blocks included), `oversized` values and pairs `left_out` because of them;
        nothing is paired yet."""
        rows = [(" + ".join(size.on), size.pairs, size.oversized, size.left_out) for size in self.blocks.sizes]
        return pl.DataFrame(rows, schema=["block", "pairs", "oversized", "left_out"], orient="row")

    def train(self, labels: pl.DataFrame | None = None) -> FittedModel:
        """The model fitted to the files, and to `labels` where `linkage.labels.read_labels` has read some."""
        if labels is None:
            return fit(self.pairing, self.blocks)
        _refuse_missing(labels, ("id_l", "id_r", "label", "stratum", "inclusion"))
        of_these("the table of labels", labels["files"] if "files" in labels.columns else (), self.files)
        sure = said(labels, self.left.ids, self.right.ids, dedupe=self.pairing.model.dedupe)
        return fit(self.pairing, self.blocks, sure)

    def score(self, fitted: FittedModel) -> pl.DataFrame:
        """All candidates that are not less likely than the model's floor."""
        self._refuse_other(fitted)
        return self._named(scored(self.pairing, self.blocks, fitted))

    def link(self, fitted: FittedModel) -> pl.DataFrame:
        """Pairs from the model's threshold on, each record with one partner at most where the model says so."""
        self._refuse_other(fitted)
        model, pairs = fitted.model, scored(self.pairing, self.blocks, fitted)
        return self._named(assign(pairs, fitted.assignment, model.threshold, model.matching).sort("l", "r"))

    def compare(self, fitted: FittedModel, pairs: pl.DataFrame) -> pl.DataFrame:
        """`pairs` (`id_l`, `id_r`) scored, whether blocks bring them or not. Raises `WrongInput` for an unknown id, and
        for a record beside itself."""
        self._refuse_other(fitted)
        _refuse_missing(pairs, ("id_l", "id_r"))
        placed = self._placed(pairs["id_l"], pairs["id_r"])
        return self._named(scorer(self.pairing, fitted).score(with_levels(placed, self.pairing)))

    def explain(self, fitted: FittedModel, id_l: object, id_r: object) -> Explanation:
        """Why two records got their weight. Raises `WrongInput` as `compare` does."""
        self._refuse_other(fitted)
        left, right = self._placed(pl.Series([str(id_l)]), pl.Series([str(id_r)])).row(0)
        return explain(self.pairing, fitted, left, right)

    def _refuse_other(self, fitted: FittedModel) -> None:
        """A model of two files says nothing of one, nor the other way round."""
        if fitted.model.dedupe != self.pairing.model.dedupe:
            files = "one file" if fitted.model.dedupe else "two files"
            raise WrongInput(
                f"the fitted model is of {files}",
                remedy="Give the files it was fitted on, the left one first.",
            )

    def _placed(self, ids_l: pl.Series, ids_r: pl.Series) -> pl.DataFrame:
        """`l` and `r`: positions of both ids."""
        found = pl.DataFrame({"l": self._positions(self.left, ids_l), "r": self._positions(self.right, ids_r)})
        if self.pairing.model.dedupe and (found["l"] == found["r"]).any():
            raise WrongInput("a record is not compared with itself", remedy="Give the ids of two records.")
        return found

    def _positions(self, records: Records, ids: pl.Series) -> pl.Series:
        known = pl.DataFrame({"id": records.ids.cast(pl.String)}).with_row_index("place")
        found = ids.cast(pl.String).alias("id").to_frame().join(known, on="id", how="left", maintain_order="left")
        if found["place"].null_count():
            raise WrongInput(
                "a file has no record of the id given", remedy="Give ids as in links.parquet, the left one first."
            )
        return found["place"]

    def _named(self, pairs: pl.DataFrame) -> pl.DataFrame:
        return pairs.select(
            self.left.ids.gather(pairs["l"]).alias("id_l"),
            self.right.ids.gather(pairs["r"]).alias("id_r"),
            *(column for column in pairs.columns if column.startswith("level ")),
            "match_weight",
            "match_probability",
        )


def _refuse_missing(table: pl.DataFrame, names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in table.columns]:
        raise WrongInput(f"the table has no column {missing[0]}", remedy=f"Give columns {', '.join(names)}.")
