"""Contradictions: what two sources say otherwise of records that are probably of one entity.

Some links are wrong, and strangers differ in nearly everything. How many of the differences are owed to wrong links is
estimated from the chances of the links, so that errors of linkage are not told as errors of a source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from declare import Declaration, WrongInput
from linkage.assign import assign
from linkage.block import block
from linkage.comparable import comparable
from linkage.exclusive import beside_rivals
from linkage.fitted import FittedModel
from linkage.interval import wilson
from linkage.pairing import pair_up
from linkage.score import scored
from pseudonymise.protected import PAYLOAD, ProtectedTable, shared_key


class Agreed(Declaration):
    """What linked records should agree on: a linkage field, or a payload column of each side."""

    field: str | None = None
    evidence: tuple[str, ...] = ()
    """Tokens of the field that must all be equal; by default the one of the whole value."""
    level: str | None = None
    """Last level of the model's comparison of the field at which values still agree, instead of equal tokens."""
    left: str | None = None
    right: str | None = None
    """Payload columns, such as years."""
    most_apart: float = Field(default=0.0, ge=0)
    """By how much numbers may differ."""
    fails_from: float = Field(gt=0, le=1)
    """Share of the pairs that differ, beyond what wrong links explain, from which the check fails."""
    reason: str = Field(min_length=3)
    """Why from there."""

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        columns = (self.left is not None, self.right is not None)
        if columns not in ((True, True), (False, False)) or (self.field is None) != columns[0]:
            raise ValueError("name either a field, or a payload column left and right")
        if self.field is None and (self.evidence or self.level):
            raise ValueError("evidence and level belong to a field")
        if self.evidence and self.level:
            raise ValueError("values agree by equal evidence or by a level, not by both")
        if self.field is not None and self.most_apart:
            raise ValueError("most_apart is for payload columns: tokens have no distance")
        if strange := [one for one in self.evidence if one.split(".")[0] != self.field]:
            raise ValueError(f"evidence of another field: {', '.join(strange)}")
        return self

    @property
    def name(self) -> str:
        """As reports call it."""
        return self.field or f"{self.left} / {self.right}"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What links say of one thing: pairs in which both sides have it, and those that differ."""

    name: str
    filled: int
    differ: int
    expected: float
    """Of those that differ, how many are expected to be wrong links."""
    interval: tuple[float, float]
    """Of the share that differs: Wilson's, 95 percent, as if pairs were independent."""
    fails_from: float
    reason: str

    @property
    def share(self) -> float:
        return self.differ / self.filled if self.filled else 0.0

    @property
    def expected_share(self) -> float:
        """Share that wrong links explain."""
        return self.expected / self.filled if self.filled else 0.0

    @property
    def failed(self) -> bool:
        return self.filled > 0 and self.share - self.expected_share >= self.fails_from

    @property
    def facts(self) -> Mapping[str, Any]:
        """Plain JSON data."""
        low, high = self.interval
        return {
            "field": self.name, "filled": self.filled, "differ": self.differ, "share": self.share, "low": low,
            "high": high, "expected": self.expected_share, "threshold": self.fails_from, "reason": self.reason,
            "outcome": "failed" if self.failed else "met",
        }  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Contradictions:
    """Of two sources. `differing` is for tests with a known truth: rows would tell one source what another says."""

    links: int
    precision: float | None
    """Expected share of the links that are right; None without links."""
    found: tuple[Contradiction, ...]
    differing: Mapping[str, pl.DataFrame]
    """Name → `row_l`, `row_r` of the pairs that differ."""


def contradictions(
    left: ProtectedTable, right: ProtectedTable, fitted: FittedModel, agreed: Sequence[Agreed]
) -> Contradictions:
    """What the records that `fitted` links say otherwise of `agreed`.

    Raises `WrongInput` when a side lacks what is named, and `Refusal` when the two were made under different keys.
    """
    shared_key((left, right))
    links = _links(left, right, fitted)
    pairs = _Pairs(left.table, right.table, fitted, links)
    found = [(one, pairs.values(one)) for one in agreed]
    rows = links.select(row_l=left.table["row"].gather(links["l"]), row_r=right.table["row"].gather(links["r"]))
    return Contradictions(
        links=links.height,
        precision=float(links["chance"].to_numpy().mean()) if links.height else None,
        found=tuple(_contradiction(one, pairs, values) for one, values in found),
        differing={one.name: rows.filter(values["differ"]) for one, values in found},
    )


def _links(left: ProtectedTable, right: ProtectedTable, fitted: FittedModel) -> pl.DataFrame:
    """Links with their levels and the `chance` of each to be right."""
    pairing = pair_up(comparable(left), comparable(right), fitted.model)
    pairs = scored(pairing, block(pairing), fitted)
    pairs = pairs.with_columns(chance=beside_rivals(pairs, fitted.assignment))
    model = fitted.model
    links = assign(pairs, fitted.assignment, model.threshold, model.matching).select("l", "r")
    return pairs.join(links, on=["l", "r"], how="semi").sort("l", "r")


@dataclass(frozen=True, slots=True, repr=False)
class _Pairs:
    """Linked records of two tables."""

    left: pl.DataFrame
    right: pl.DataFrame
    fitted: FittedModel
    links: pl.DataFrame

    def values(self, one: Agreed) -> pl.DataFrame:
        """`filled` and `differ` of each link; what is not filled does not differ."""
        if one.level is not None:
            number = self._number(one)
            return _by_level(self.links[f"level {one.field}"], number)
        return self._beside(one, self.links["l"], self.links["r"])

    def strangers(self, one: Agreed) -> float:
        """Share of records taken at random that differ: each left one beside the right one of a link far away."""
        turned = self.links["r"].gather((np.arange(self.links.height) + self.links.height // 2) % self.links.height)
        seen = self._beside(one, self.links["l"], turned).filter("filled")
        return float(seen["differ"].to_numpy().mean()) if seen.height else 1.0

    def weighed(self, one: Agreed) -> bool:
        """Whether the model has weighed the differences already."""
        return any(field.field == one.field for field in self.fitted.fields)

    def _number(self, one: Agreed) -> int:
        found = [field.names for field in self.fitted.fields if field.field == one.field]
        if not found or one.level not in found[0][1:-1]:
            known = ", ".join(found[0][1:-1]) if found else "none, for it does not compare the field"
            raise WrongInput(
                f"model {self.fitted.model.id} has no level {one.level} of {one.field}",
                remedy=f"Its levels are: {known}.",
            )
        return found[0].index(one.level)

    def _beside(self, one: Agreed, left: pl.Series, right: pl.Series) -> pl.DataFrame:
        """`filled` and `differ` of records side by side: all columns are filled, and some differ."""
        seen = [
            _laid(self.left[mine].gather(left), self.right[other].gather(right), one)
            for mine, other in self._columns(one)
        ]
        filled = pl.DataFrame([each["filled"].alias(str(n)) for n, each in enumerate(seen)])
        differ = pl.DataFrame([each["differ"].alias(str(n)) for n, each in enumerate(seen)])
        every, some = (part.select(of(pl.all())).to_series() for part, of in (
            (filled, pl.all_horizontal), (differ, pl.any_horizontal)
        ))  # fmt: skip
        return pl.DataFrame({"filled": every, "differ": every & some})

    def _columns(self, one: Agreed) -> Iterator[tuple[str, str]]:
        """Columns laid side by side. Raises `WrongInput` when a table lacks one."""
        of_field = [(name, name) for name in one.evidence or (one.field or "",)]
        for mine, other in [(f"{PAYLOAD}{one.left}", f"{PAYLOAD}{one.right}")] if one.field is None else of_field:
            for name, table in ((mine, self.left), (other, self.right)):
                if name not in table.columns:
                    raise WrongInput(
                        f"a source has no {name.removeprefix(PAYLOAD)} to be held beside the other",
                        remedy="Name evidence of a linkage field that both have, or payload columns.",
                    )
            yield mine, other


def _laid(left: pl.Series, right: pl.Series, one: Agreed) -> pl.DataFrame:
    """`filled` and `differ` of two columns. Where values may lie apart, only numbers are values."""
    if one.field is None and one.most_apart:
        left, right = (side.cast(pl.Float64, strict=False) for side in (left, right))
        apart = (left - right).abs() > one.most_apart
    else:
        apart = left != right
    return pl.DataFrame({"filled": left.is_not_null() & right.is_not_null(), "differ": apart.fill_null(value=False)})


def _by_level(levels: pl.Series, number: int) -> pl.DataFrame:
    """Level 0 is a missing value; those behind `number` are worse."""
    return pl.DataFrame({"filled": levels > 0, "differ": levels > number})


def _contradiction(one: Agreed, pairs: _Pairs, values: pl.DataFrame) -> Contradiction:
    filled, differ = int(values["filled"].sum()), int(values["differ"].sum())
    low, high = wilson(np.array(differ / filled if filled else 0.0), np.array(filled))
    return Contradiction(
        name=one.name,
        filled=filled,
        differ=differ,
        expected=_expected(one, pairs, values),
        interval=(float(low), float(high)),
        fails_from=one.fails_from,
        reason=one.reason,
    )


def _expected(one: Agreed, pairs: _Pairs, values: pl.DataFrame) -> float:
    """How many of the differences are wrong links.

    Where the model compares the field, the chance of a link was lowered by the difference, and is what counts.
    Elsewhere a link knows nothing of it: wrong ones differ as often as strangers do.
    """
    wrong = 1.0 - pairs.links["chance"]
    if pairs.weighed(one):
        return float(wrong.filter(values["differ"]).sum())
    doubtful = float(wrong.filter(values["filled"]).sum())
    return doubtful * pairs.strangers(one) if doubtful else 0.0
