"""Two sides made ready for comparison under one model: values become numbers, equal where values are equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from linkage.comparable import Comparable, kinds_of
from linkage.compare.level import Level, whole
from linkage.compare.library import LIBRARY, PRESENCE, check_levels
from linkage.dictionary import codes, numbers
from linkage.expression import evaluated
from linkage.model import Model
from pseudonymise.standardise import token_group

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


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


@dataclass(frozen=True, repr=False, eq=False)
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
    left_distinct: Mapping[str, pl.Series]
    """Codes of the distinct values of each evidence column."""
    right_distinct: Mapping[str, pl.Series]

    @cached_property
    def by_value(self) -> tuple[Indices, Indices]:
        """Positions of both sides in an order that depends on the values of the records alone; records with equal
        values lie together."""
        return _by_value(self.left_codes, self.model.seed), _by_value(self.right_codes, self.model.seed)

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
    fields = fields_of_model(model, kinds)
    blocked = {part for block in model.blocks for part in (*block.on, *block.sorted_by)}
    computed = {part for part in blocked if not _is_evidence(left, right, part)}
    wanted = (blocked - computed).union(*(field.evidence for field in fields))
    for part in sorted(computed):
        evaluated(left, part)
    distinct = _coded(left, right, sorted(wanted))
    left_codes, right_codes = (
        pl.DataFrame([found.each(coded[column]).alias(column) for column, found in side.by_column if column in coded])
        for side, coded in zip((left, right), distinct, strict=True)
    )
    return Pairing(left, right, model, fields, left_codes, right_codes, *distinct)


def _by_value(codes: pl.DataFrame, seed: int) -> Indices:
    mixed = np.zeros(codes.height, dtype=np.uint64)
    factors = np.random.default_rng(seed).integers(1 << 62, 1 << 63, size=codes.width, dtype=np.uint64)
    for column, factor in zip(codes.get_columns(), factors | np.uint64(1), strict=True):
        mixed = (mixed ^ numbers(column)) * factor
        mixed ^= mixed >> np.uint64(31)
    return np.argsort(mixed)


def _is_evidence(left: Comparable, right: Comparable, part: str) -> bool:
    return all(part in dict(side.by_column) for side in (left, right))


def fields_of_model(model: Model, kinds: Mapping[str, str]) -> tuple[Field, ...]:
    """Levels and term frequency as declared, or the kind's own."""
    named = [(comparison, kinds[comparison.field]) for comparison in model.comparisons]
    for comparison, kind in named:
        check_levels(comparison.field, kind, comparison.levels)
    return tuple(
        Field(
            name=comparison.field,
            kind=kind,
            levels=comparison.levels or LIBRARY[kind],
            term_frequency=kind in ("surname", "given_name", "full_name")
            if comparison.term_frequency is None
            else comparison.term_frequency,
        )
        for comparison, kind in named
    )


def _coded(
    left: Comparable, right: Comparable, columns: Sequence[str]
) -> tuple[dict[str, pl.Series], dict[str, pl.Series]]:
    """Codes of evidence columns; columns that may be compared share one dictionary. Only distinct values are coded."""
    found: tuple[dict[str, pl.Series], dict[str, pl.Series]] = ({}, {})
    owners = [
        (side, evidence, column) for side, both in enumerate((left, right)) for column, evidence in both.by_column
    ]
    for group in dict.fromkeys(map(token_group, columns)):
        members = [owner for owner in owners if owner[2] in columns and token_group(owner[2]) == group]
        coded = codes([evidence.distinct[column] for _, evidence, column in members])
        for (side, _, column), code in zip(members, coded, strict=True):
            found[side][column] = code
    return found
