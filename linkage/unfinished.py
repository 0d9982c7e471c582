"""A long run that was broken off goes on from the shards it had finished, and comes to the same result."""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from declare import WrongInput, replacing, write_atomically
from linkage.fitted import FittedModel

FOLDER = ".koppelkamer-unfinished"
"""A name that nobody gives to a folder of results: what is in it is taken away."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The fitted model and the finished shards of one run, in a folder of their own under its results."""

    folder: Path

    @classmethod
    def of_run(cls, out: Path, inputs: Sequence[Path], *parts: str) -> "Unfinished":
        """`inputs` and `parts` are all that the result depends on; what another run left in this place is removed."""
        digest = hashlib.sha256()
        for path in inputs:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        for part in parts:
            digest.update(hashlib.sha256(part.encode()).digest())
        mine = out / FOLDER / digest.hexdigest()[:32]
        for other in _runs(out):
            if other != mine:
                shutil.rmtree(other, ignore_errors=True)
        return cls(mine)

    @property
    def finished(self) -> int:
        """Shards that are there already."""
        return len(list(self.folder.glob("*.parquet")))

    def fitted(self, make: Callable[[], FittedModel]) -> FittedModel:
        """The model as it was fitted before, or fitted and kept now."""
        path = self.folder / "model.json"
        try:
            return FittedModel.from_json(path.read_bytes())
        except (OSError, WrongInput):
            made = make()
            write_atomically(path, made.to_json())
            return made

    def shard(self, rows: tuple[int, int], make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The shard of left records `rows` as it was finished before, or made and kept now; so too when it cannot be
        read. Raises `Fault` when the disk is full."""
        path = self.folder / f"{rows[0]}-{rows[1]}.parquet"
        try:
            return pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError):
            made = make()
            with replacing(path) as written:
                made.write_parquet(written)
            return made


def sweep(out: Path) -> None:
    """Remove what unfinished runs left: the result is written. What this program did not make stays."""
    for run in _runs(out):
        shutil.rmtree(run, ignore_errors=True)
    with contextlib.suppress(OSError):  # not there, or not empty
        (out / FOLDER).rmdir()


def _runs(out: Path) -> Iterator[Path]:
    """Folders of runs under `out`, known by their names."""
    return (path for path in (out / FOLDER).glob("*") if re.fullmatch("[0-9a-f]{32}", path.name))
