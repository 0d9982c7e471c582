"""What a linkage of plain files comes to, and the files it is written into."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from declare import replacing, write_atomically
from linkage.fitted import FittedModel
from linkage.quality import LinkQuality
from linkage.report import Findings, render
from linkage.rows import write_pairs
from linkage.subgroup import SubgroupErrors
from linkage.supervised import Learned
from linkage.words import Language


@dataclass(frozen=True, slots=True, repr=False)
class WorkbenchLinks:
    """Clear-text links. `pairs` and `links` have `id_l`, `id_r`, `match_weight` (log2), `match_probability`, and the
    `learned_probability` of a classifier that chose the links; `pairs` has `level <field>` too (0 missing, 1 the best,
    the last *other*). `clusters` has `id`, `cluster` for one file, and `side`, `id`, `cluster` for two."""

    pairs: pl.DataFrame
    links: pl.DataFrame
    clusters: pl.DataFrame
    fitted: FittedModel
    quality: LinkQuality
    report: Findings
    """What the page says."""
    warnings: tuple[str, ...]
    """Of the blocks, the files, the model, the labels and the truth."""
    learned: Learned | None = None
    """The classifier that chose the links, where one was asked for."""
    truth: dict[str, Any] | None = None
    """How well it did, where a truth was given."""
    subgroups: tuple[SubgroupErrors, ...] = ()
    """Whom it missed and whom it linked wrongly, by attributes given aside."""

    def __repr__(self) -> str:
        return f"WorkbenchLinks({self.links.height} links)"

    def warned(self, more: tuple[str, ...]) -> "WorkbenchLinks":
        """With more warnings, on the page too."""
        warnings = (*self.warnings, *more)
        told = self.report.fitted.model_copy(update={"warnings": warnings})
        return replace(self, warnings=warnings, report=replace(self.report, fitted=told))

    def write(self, out: Path, files: str | None, language: Language = "en") -> None:
        """Into folder `out`; `files` ties row numbers to the files (`linkage.rows`), `language` is that of the page."""
        texts = {
            "model.json": self.fitted.to_json(),
            "quality.json": json.dumps(self._measured(), indent=2, sort_keys=True, ensure_ascii=False).encode(),
            "report.html": render(self.report, self.truth, language, self.subgroups).encode(),
        }
        write_pairs(out / "pairs.parquet", self.pairs, files)
        write_pairs(out / "links.parquet", self.links, files)
        with replacing(out / "clusters.parquet") as path:
            self.clusters.write_parquet(path)
        for name, text in texts.items():
            write_atomically(out / name, text)

    def _measured(self) -> dict[str, Any]:
        found = asdict(self.quality) | {"warnings": self.warnings}
        more = {
            "truth": self.truth,
            "classifier": self.learned and self.learned.facts,
            "subgroups": [errors.facts for errors in self.subgroups],
        }
        return found | {name: fact for name, fact in more.items() if fact}
