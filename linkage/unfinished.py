"""A long run that was broken off goes on from the shards it had finished, and comes to the same result."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from declare import replacing

FOLDER = "unfinished"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Finished shards of one run in a folder of their own; those of another run in the same place are thrown away."""

    folder: Path

    @classmethod
    def of_run(cls, out: Path, inputs: Sequence[Path], *parts: str) -> "Unfinished":
        """`inputs` and `parts` are all that the result depends on."""
        digest = hashlib.sha256()
        for path in inputs:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        for part in parts:
            digest.update(hashlib.sha256(part.encode()).digest())
        mine = out / FOLDER / digest.hexdigest()[:32]
        for other in (out / FOLDER).glob("*"):
            if other != mine:
                shutil.rmtree(other)
        mine.mkdir(parents=True, exist_ok=True)
        return cls(mine)

    def shard(self, number: int, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The shard as it was finished before, or made and kept now."""
        path = self.folder / f"{number:06}.parquet"
        if not path.exists():
            with replacing(path) as written:
                make().write_parquet(written)
        return pl.read_parquet(path)

    def finish(self) -> None:
        """The result is written: nothing is kept."""
        shutil.rmtree(self.folder.parent)
