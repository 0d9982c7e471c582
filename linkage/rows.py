"""Row numbers name records only in the files they were counted in: a digest ties pairs and labels to these."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput, canonical, digest, digest_file, replacing
from linkage.model import Model

MARK: Final = "sha256:"
_KEY: Final = "files"


class OtherFiles(WrongInput):
    """Row numbers of other files would be taken for theirs."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was not made from these files as they are now, or under another [file] id: row numbers would be "
            "taken for those of other records",
            remedy="Give the files it was made from, in that order, or link and label these anew; with [file] id in "
            "the model, records have names that last.",
        )


def files_digest(model: Model, *files: Path) -> str | None:
    """What pairs and labels of these files carry; None where the model declares an id, which names a record anywhere.

    Raises `WrongInput` when a file cannot be read.
    """
    if model.file.id is not None:
        return None
    try:
        return MARK + digest(canonical([digest_file(file) for file in files]))[:32]
    except OSError as error:
        raise WrongInput(f"{error.filename} cannot be read", remedy="Check its name.") from None


def of_these(name: str, found: Iterable[str | None], expected: str | None) -> None:
    """Raise `OtherFiles` unless every digest found is the one expected; None is a label that does not say."""
    if set(found) - {None, expected}:
        raise OtherFiles(name)


def write_pairs(path: Path, pairs: pl.DataFrame, files: str | None) -> None:
    """Pairs by id, whole or not at all; `files` goes with them. Raises `Fault`."""
    with replacing(path) as written:
        pairs.write_parquet(written, metadata={_KEY: files or ""})


def read_pairs(path: Path, files: str | None) -> pl.DataFrame:
    """What a linkage wrote, ids as text. Raises `WrongInput` when it is no such table, and `OtherFiles`."""
    try:
        table = pl.read_parquet(path)
        pairs = table.with_columns(pl.col("id_l", "id_r").cast(pl.String), pl.col("match_probability"))
        said = pl.read_parquet_metadata(path).get(_KEY)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WrongInput(
            f"{path.name} is no table of pairs ({type(error).__name__})",
            remedy="Name pairs.parquet in the folder that link or dedupe wrote; links.parquet belongs beside it.",
        ) from None
    if said != (files or ""):
        raise OtherFiles(path.name)
    return pairs
