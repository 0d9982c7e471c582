"""Keys: the codes on which records of both sides meet in a block."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.block.lsh import bands
from linkage.block.runs import Entries, Records
from linkage.dictionary import codes, numbers, together, wide
from linkage.expression import evaluated
from linkage.model import Block
from linkage.pairing import Pairing

Sides = list[pl.Series]
"""A column by position for the left and for the right: codes (UInt32), or lists of codes."""


def entries(pairing: Pairing, declared: Block) -> tuple[Entries, Entries]:
    """Entries of both sides, without order; a record whose evidence is a list has one for each member."""
    parts = [_part(pairing, part) for part in declared.on]
    if declared.alike:
        parts.append(_lists(bands(pairing, declared)))
    if declared.sorted_by:
        parts.append(_sortable(pairing, declared.sorted_by))
    tables = [_exploded([part[side] for part in parts], pairing.model.candidate_limit) for side in (0, 1)]
    keys = together([[numbers(table[str(number)]) for number in range(len(parts))] for table in tables])
    left, right = (Entries(numbers(table["record"]), key) for table, key in zip(tables, keys, strict=True))
    return left, right


def order(pairing: Pairing, columns: tuple[str, ...]) -> tuple[Records, Records]:
    """Rank of each record of both sides by the evidence columns, the first column first."""
    parts = [_part(pairing, column) for column in columns]
    every = [np.concatenate([numbers(side) for side in sides]) for sides in parts]
    ranks = every[0]
    for part in every[1:]:
        ranks = np.unique(wide(ranks + np.uint32(1), part + np.uint32(1)), return_inverse=True)[1].astype(np.uint32)
    height = parts[0][0].len()
    return ranks[:height], ranks[height:]


def scalar(pairing: Pairing, declared: Block) -> bool:
    """Whether every record has one key at most, and all records of one key meet."""
    lists = any(part[0].dtype == pl.List for part in (_part(pairing, part) for part in declared.on))
    return not (lists or declared.alike or declared.sorted_by)


def _sortable(pairing: Pairing, columns: tuple[str, ...]) -> Sides:
    """One code for every record that has any of the evidence by which records are sorted."""
    parts = [_part(pairing, column) for column in columns]
    if any(part[0].dtype == pl.List for part in parts):
        raise WrongInput("records cannot be sorted by a list", remedy="Mend sorted_by in the model's blocks.")
    present = pl.any_horizontal(pl.all().is_not_null())
    return [
        pl.DataFrame([part[side].alias(str(number)) for number, part in enumerate(parts)])
        .select(pl.when(present).then(pl.lit(1, dtype=pl.UInt32)))
        .to_series()
        for side in (0, 1)
    ]


def _part(pairing: Pairing, part: str) -> Sides:
    """Codes of an evidence column, or of an expression over the evidence of one field."""
    if part in pairing.left_codes:
        return [pairing.left_codes[part], pairing.right_codes[part]]
    sides = (pairing.left, pairing.right)
    found = [evaluated(side, part) for side in sides]
    values = [value for _, value in found]
    coded = _lists(values) if values[0].dtype == pl.List else codes(values)
    return [side.evidence[name].each(code) for side, (name, _), code in zip(sides, found, coded, strict=True)]


def _lists(values: Sides) -> Sides:
    """Lists of codes from lists of values; empty lists and nulls give null."""
    flat = [
        value.alias("value").to_frame().with_row_index("at").explode("value").drop_nulls() for value in values
    ]  # fmt: skip
    coded = codes([table["value"] for table in flat])
    return [
        pl.DataFrame({"at": pl.int_range(value.len(), dtype=pl.UInt32, eager=True)}).join(
            table.with_columns(code.alias("value")).group_by("at").agg(pl.col("value").unique().sort()),
            on="at",
            how="left",
            maintain_order="left",
        )["value"]
        for value, table, code in zip(values, flat, coded, strict=True)
    ]


def _exploded(parts: Sequence[pl.Series], limit: int) -> pl.DataFrame:
    """Columns `record` and `0`, `1` …: a row for each way to choose a member of every list. Raises `WrongInput` when
    these are more than the limit."""
    table = pl.DataFrame([part.alias(str(number)) for number, part in enumerate(parts)]).with_row_index("record")
    lists = [name for name, kind in table.schema.items() if kind == pl.List]
    if len(lists) > 1:
        ways = table.select(pl.reduce(lambda one, two: one * two, [_members(name) for name in lists]).sum()).item()
        if ways > limit:
            raise WrongInput(
                f"the lists of a block can be combined in {ways:,.0f} ways, more than {limit:,}",
                remedy="Block on one list at a time, or on rarer members.",
            )
    for name in lists:
        table = table.explode(name)
    return table


def _members(name: str) -> pl.Expr:
    return pl.col(name).list.len().fill_null(1).cast(pl.Float64)
