"""Labels: what people said of pairs, as a CSV file and in the annotation format of recordlinkage.

    id_l,id_r,label,stratum,inclusion
    rec-7-org,rec-7-dup-0,match,p 0.5-0.9,0.25
    rec-8-org,rec-9-dup-0,other,p 0.1-0.5,0.04
    rec-8-org,rec-3-dup-0,unsure,p 0.1-0.5,0.04

`label` is `match`, `other` or `unsure`. `inclusion` is the chance, above 0 and at most 1, with which the pair was drawn
from its stratum, so that it stands for 1/inclusion pairs (Horvitz and Thompson 1952). The last two columns may be left
out: such labels can train, but estimate nothing. Where ids are row numbers, a column `files` ties them to their files
(`linkage.rows`).
"""

import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from declare import WrongInput, replacing, write_atomically
from linkage.rows import MARK, of_these

MATCH: Final = "match"
OTHER: Final = "other"
UNSURE: Final = "unsure"

SCHEMA: Final = pl.Schema(
    {
        "id_l": pl.String, "id_r": pl.String, "label": pl.String, "stratum": pl.String, "inclusion": pl.Float64,
        "files": pl.String,
    }
)  # fmt: skip

_ANNOTATED: Final = {MATCH: 1, OTHER: 0, UNSURE: None}
"""Numbers of recordlinkage; a pair nobody is sure of has none."""
_LABELS: Final = {number: label for label, number in _ANNOTATED.items()}
_ANNOTATION_VERSION: Final = 1


class Contradicted(WrongInput):
    """Pairs that were given different labels: which one holds, people say."""

    def __init__(self, pairs: int) -> None:
        super().__init__(
            f"{pairs:,} labelled pairs have two different labels",
            remedy="Keep one label of each: the one that holds, or unsure.",
        )


def read_labels(path: Path, files: str | None = None) -> pl.DataFrame:
    """Columns as `SCHEMA`, in the order of the file; a file ending in .json is one of recordlinkage's annotator.

    `files` is the digest of the files they are used with, where ids are row numbers (`linkage.rows`). Raises
    `WrongInput` with the row number of the first fault, `Contradicted` and `OtherFiles`.
    """
    labels = read_annotations(path) if path.suffix.lower() == ".json" else _read_csv(path)
    of_these(path.name, labels["files"], files)
    return labels


def _read_csv(path: Path) -> pl.DataFrame:
    try:
        table = pl.read_csv(path, infer_schema=False)
        header = pl.read_csv(path, infer_schema=False, has_header=False, n_rows=1).row(0)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WrongInput(
            f"{path.name} cannot be read as labels ({type(error).__name__})",
            remedy="Give a CSV file in UTF-8 with columns id_l, id_r and label.",
        ) from None
    if missing := [name for name in ("id_l", "id_r", "label") if name not in table.columns]:
        raise WrongInput(f"{path.name} has no column {missing[0]}", remedy="Give columns id_l, id_r and label.")
    if twice := [name for name in SCHEMA if sum(name == str(each).strip() for each in header) > 1]:
        raise WrongInput(f"{path.name} has the column {twice[0]} twice", remedy="Keep the one that holds.")
    known = table.select(
        pl.col(name) if name in table.columns else pl.lit(None, pl.String).alias(name) for name in SCHEMA
    )
    number = pl.col("inclusion").str.strip_chars().cast(pl.Float64, strict=False)
    return checked(known.with_columns(number.fill_null(pl.when(pl.col("inclusion").is_not_null()).then(float("nan")))))


def write_labels(path: Path, labels: pl.DataFrame) -> None:
    """Write columns of `SCHEMA`, whole or not at all. Raises `WrongInput`, `Fault`."""
    table = checked(labels)
    kept = table if table["files"].count() else table.drop("files")
    with replacing(path) as temporary:
        kept.write_csv(temporary)


def checked(labels: pl.DataFrame) -> pl.DataFrame:
    """Labels as `SCHEMA`, each pair once. Raises `WrongInput` (an unknown label, no chance) and `Contradicted`."""
    table = labels.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    faults = {
        "has no id": pl.any_horizontal(pl.col("id_l", "id_r").is_null()),
        f"has a label other than {MATCH}, {OTHER} or {UNSURE}": ~pl.col("label")
        .is_in([MATCH, OTHER, UNSURE])
        .fill_null(value=False),
        "has an inclusion that is no chance above 0 and at most 1": ~pl.col("inclusion").is_between(
            0, 1, closed="right"
        ),
    }
    for fault, wrong in faults.items():
        rows = table.select(wrong.fill_null(value=False).arg_true()).to_series()
        if rows.len():
            raise WrongInput(f"row {rows[0] + 1} of the labels {fault}", remedy="Mend that row.")
    return once(table, "id_l", "id_r")


def once(labels: pl.DataFrame, *pair: str) -> pl.DataFrame:
    """Every `pair` (columns) once: who says the same again adds nothing, and of two rows the one that was drawn stays.

    Raises `Contradicted`.
    """
    answers = labels.group_by(pair).agg(pl.col("label").n_unique())
    if contradicted := int((answers["label"] > 1).sum()):
        raise Contradicted(contradicted)
    drawn_first = pl.col("inclusion").is_null().cast(pl.UInt8).rank("ordinal").over(pair)
    return labels.filter(drawn_first == 1)


def placed(pairs: pl.DataFrame, left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`pairs` (`id_l`, `id_r`, text) with `l`, `r` (UInt32 positions) among the ids of both sides; null for others."""
    for side, ids in (("l", left), ("r", right)):
        numbered = ids.cast(pl.String).alias(f"id_{side}").to_frame().with_row_index(side)
        pairs = pairs.join(numbered, on=f"id_{side}", how="left", maintain_order="left")
    return pairs


def at_positions(labels: pl.DataFrame, left: pl.Series, right: pl.Series, *, dedupe: bool) -> pl.DataFrame:
    """Labels with `l`, `r` (UInt32 positions) for the ids; `left` and `right` are the ids of the records by position.

    When `dedupe`, the two ids of a pair may come in either order, and l < r. Raises `WrongInput` when an id is of no
    record, and `Contradicted`.
    """
    found = placed(labels, left, right)
    if strangers := found.filter(pl.any_horizontal(pl.col("l", "r").is_null())).height:
        raise WrongInput(
            f"{strangers} labelled pairs name a record that is not there",
            remedy="Give the labels that belong to these files.",
        )
    if dedupe:
        found = found.with_columns(l=pl.min_horizontal("l", "r"), r=pl.max_horizontal("l", "r"))
    return once(found, "l", "r").select("l", "r", "label", "stratum", "inclusion", "^files$")


def said(labels: pl.DataFrame, left: pl.Series, right: pl.Series, *, dedupe: bool) -> pl.DataFrame:
    """As `at_positions`, of the labels that are sure, with `match` (bool): what a model can be trained on.

    Raises `WrongInput` when none is.
    """
    placed = at_positions(labels, left, right, dedupe=dedupe)
    sure = placed.filter(pl.col("label") != UNSURE)
    if sure.is_empty():
        raise WrongInput("no label is sure, so there is nothing to learn from", remedy="Label pairs, or leave it out.")
    return sure.with_columns(match=pl.col("label") == MATCH)


def read_annotations(path: Path) -> pl.DataFrame:
    """Labels of a file of recordlinkage's annotator; a pair without a label there is `unsure`. Raises `WrongInput`."""
    try:
        content = json.loads(path.read_bytes())
        rows = [_row(pair) for pair in content["pairs"]]
        known = content["version"] == _ANNOTATION_VERSION
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongInput(
            f"{path.name} is no annotation file of recordlinkage ({type(error).__name__})",
            remedy="Give the JSON file as the annotator saved it.",
        ) from None
    if not known:
        raise WrongInput(
            f"{path.name} is an annotation file of another version than {_ANNOTATION_VERSION}",
            remedy="Save it with the annotator of today, or give the labels as CSV.",
        )
    return checked(pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def write_annotations(
    path: Path, labels: pl.DataFrame, left: pl.DataFrame | None = None, right: pl.DataFrame | None = None
) -> None:
    """Write labels in recordlinkage's annotation format, whole or not at all.

    With `left` and `right` (`id` and the columns to show) the file holds the values of the records *in clear*, as the
    annotator needs; without them it holds ids and labels only.
    """
    shown = [_records(side) for side in (left, right)] if left is not None and right is not None else None
    pairs = [_annotation(row, shown) for row in checked(labels).iter_rows(named=True)]
    content = {"version": _ANNOTATION_VERSION, "pairs": pairs}
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False).encode())


def _row(pair: dict[str, Any]) -> tuple[str, str, str, None, None, str | None]:
    one, two = (str(pair["identifiers"][side]["record"]) for side in ("a", "b"))
    files = pair["identifiers"]["a"].get("dataset")
    # any other name is the annotator's own
    return one, two, _LABELS[pair.get("label")], None, None, files if str(files).startswith(MARK) else None


def _records(side: pl.DataFrame) -> dict[str, dict[str, Any]]:
    texts = side.select(pl.all().cast(pl.String))
    return {row["id"]: row for row in texts.iter_rows(named=True)}


def _annotation(row: dict[str, Any], shown: list[dict[str, dict[str, Any]]] | None) -> dict[str, Any]:
    ids = {"a": row["id_l"], "b": row["id_r"]}
    fields = _fields(*(records[key] for records, key in zip(shown, ids.values(), strict=True))) if shown else []
    return {
        "identifiers": {side: {"dataset": row["files"], "record": key} for side, key in ids.items()},
        "fields": fields,
        "label": _ANNOTATED[row["label"]],
    }


def _fields(one: dict[str, Any], two: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {side: {"name": name, "value": values[name], "type": "String"} for side, values in (("a", one), ("b", two))}
        | {"similarity": None}
        for name in one
        if name != "id" and name in two
    ]
