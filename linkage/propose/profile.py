"""Profile: what the values of one column look like, each distinct value counted once or by how often it comes."""

import re
from dataclasses import dataclass

import polars as pl

_NOT_A_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """`values` are distinct, trimmed and in order; `counts` say how often each comes; `listed` that the file itself
    has lists in the column."""

    name: str
    values: pl.Series
    counts: pl.Series
    height: int
    listed: bool = False

    @classmethod
    def of(cls, column: pl.Series, *, listed: bool = False) -> "Profile":
        text = column.cast(pl.String).str.strip_chars()
        counted = text.filter(text != "").value_counts(name="count").sort(column.name)
        return cls(column.name, counted[column.name], counted["count"], column.len(), listed)

    @property
    def words_of_name(self) -> str:
        """The name in small letters with an underscore between its words: `dateOfBirth` is `date_of_birth`."""
        split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()
        return _NOT_A_LETTER_OR_DIGIT.sub("_", split).strip("_")

    @property
    def filled(self) -> int:
        return int(self.counts.sum())

    @property
    def distinct(self) -> int:
        return self.values.len()

    @property
    def unique(self) -> bool:
        """Whether every record has a value of its own."""
        return self.distinct == self.height > 0

    def share(self, pattern: str) -> float:
        """Share of filled cells that match."""
        return self.share_where(self.values.str.contains(pattern))

    def share_where(self, holds: pl.Series) -> float:
        """Share of filled cells whose values hold."""
        return float((self.counts * holds.fill_null(value=False)).sum()) / max(self.filled, 1)

    def between(self, least: float, most: float) -> bool:
        """Whether nearly all values are numbers from `least` to `most`."""
        numbers = self.values.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        return self.distinct > 0 and self.share_where(numbers.is_between(least, most)) >= 0.98

    @property
    def numbers_records(self) -> bool:
        """Whether whole numbers count something off: nearly all between the least and the largest are used."""
        numbers = self.values.cast(pl.Int64, strict=False)
        if self.distinct < 50 or numbers.null_count():
            return False
        ends = numbers.sort().to_numpy()[[0, -1]]
        return bool(self.distinct >= 0.9 * (ends[1] - ends[0] + 1))

    @property
    def eleven_proof(self) -> pl.Series:
        """Whether each value passes the eleven test of the BSN: 9a + 8b + … + 2h - i is a multiple of 11."""
        digits = self.values.str.zfill(9)
        total = pl.repeat(0, self.distinct, dtype=pl.Int32, eager=True)
        for place, weight in enumerate((9, 8, 7, 6, 5, 4, 3, 2, -1)):
            total += digits.str.slice(place, 1).cast(pl.Int32, strict=False) * weight
        return total % 11 == 0
