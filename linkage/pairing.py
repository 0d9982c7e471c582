"""Two sides made ready for comparison under one model: values become numbers, equal where values are equal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from linkage.comparable import Comparable, check_blocks, kinds_of
from linkage.compare.level import LIBRARY, PRESENCE, Level, whole
from linkage.model import Model
from pseudonymise.standardise import token_group


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """A compared field with its levels, best first; level numbers run from 1, 0 is missing, the last is other."""

    name: str
    kind: str
    levels: tuple[Level, ...]
    term_frequency: bool

    @property
    def other(self) -> int:
        return len(self.levels) + 1

    @property
    def column(self) -> str:
        """Name of the column of level numbers in a table of pairs."""
        return f"level {self.name}"

    @property
    def whole(self) -> int:
        """How many levels, from the first, hold only where the whole values are equal."""
        return whole(self.levels)

    @property
    def presence(self) -> tuple[str, ...]:
        """Evidence of which some must be present on both sides."""
        return (self.name, *(self.name + ending for ending in PRESENCE.get(self.kind, ())))

    @property
    def evidence(self) -> frozenset[str]:
        """All evidence that is compared for equality."""
        endings = frozenset().union(*(level.endings for level in self.levels))
        return frozenset(self.name + ending for ending in endings) | frozenset(self.presence)


@dataclass(frozen=True, slots=True, repr=False)
class Pairing:
    """Codes (UInt32, null where missing) of the evidence the model reads, by position on each side.

    Codes follow the order of the values, so the same records in another order get the same codes.
    """

    left: Comparable
    right: Comparable
    model: Model
    fields: tuple[Field, ...]
    left_codes: pl.DataFrame
    right_codes: pl.DataFrame

    @property
    def possible(self) -> int:
        """Pairs there are in all."""
        if self.model.dedupe:
            return self.left_codes.height * (self.left_codes.height - 1) // 2
        return self.left_codes.height * self.right_codes.height

    @property
    def clear(self) -> bool:
        return self.left.clear


def pair_up(left: Comparable, right: Comparable, model: Model) -> Pairing:
    """Raises `WrongInput` when a side lacks what the model reads."""
    kinds = kinds_of(left, right, model)
    check_blocks(left, right, model)
    fields = fields_of_model(model, kinds)
    wanted = {part for block in model.blocks for part in block.on}.union(*(field.evidence for field in fields))
    left_codes, right_codes = codes(left.table, right.table, sorted(wanted))
    return Pairing(left, right, model, fields, left_codes, right_codes)


def fields_of_model(model: Model, kinds: Mapping[str, str]) -> tuple[Field, ...]:
    """Levels and term frequency as declared, or the kind's own."""
    named = ((comparison, kinds[comparison.field]) for comparison in model.comparisons)
    return tuple(
        Field(
            name=comparison.field,
            kind=kind,
            levels=comparison.levels or LIBRARY[kind],
            term_frequency=kind in ("surname", "given_name")
            if comparison.term_frequency is None
            else comparison.term_frequency,
        )
        for comparison, kind in named
    )


def codes(left: pl.DataFrame, right: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Columns as UInt32 codes, equal where values are equal; columns that may be compared share one dictionary."""
    found: tuple[list[pl.Series], list[pl.Series]] = ([], [])
    for group in dict.fromkeys(map(token_group, columns)):
        members = [column for column in columns if token_group(column) == group]
        coded = iter(_dictionary([side[column] for side in (left, right) for column in members]))
        for side in found:
            side.extend(next(coded).alias(column) for column in members)
    return pl.DataFrame(found[0]).select(columns), pl.DataFrame(found[1]).select(columns)


def _dictionary(series: Sequence[pl.Series]) -> Iterable[pl.Series]:
    """Ranks of the values over all series together. Only distinct values are sorted: values repeat."""
    every = pl.concat([one.alias("value") for one in series]).to_frame()
    ranked = every.drop_nulls().unique().sort("value").with_row_index("rank", offset=1)
    ranks = every.join(ranked, on="value", how="left", maintain_order="left")["rank"]
    start = 0
    for one in series:
        yield ranks.slice(start, one.len())
        start += one.len()
