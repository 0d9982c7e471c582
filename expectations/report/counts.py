"""The counts of one delivery, this one or an earlier one, as they may be told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from expectations.contract import Asked, Consequence
from expectations.report.masking import Masking, Told, share

Place = tuple[str | None, str]
"""Column (None: the row as a whole) and rule."""


@dataclass(frozen=True)
class Counts:
    """`found` holds `rows`, `quarantine` and `checks`, as the facts do."""

    found: Mapping[str, Any]
    asked: tuple[Asked, ...]
    masking: Masking
    beside: int | None = None
    """Of an earlier delivery: rows of the one that it is shown with."""

    @cached_property
    def rows(self) -> Told:
        count = self.found["rows"]["in"]
        return self.masking.rows(count) if self.beside is None else self.masking.beside(count, self.beside)

    @cached_property
    def apart(self) -> dict[Place, tuple[str, Told]]:
        """Scope and count of each reason in quarantine."""
        return {
            (each["column"], each["rule"]): (each["scope"], self._told((each["column"], each["rule"]), each["count"]))
            for each in self.found["quarantine"]
        }

    @cached_property
    def set_apart(self) -> Told:
        if self.found["stopped"]:
            return self.rows
        parts = [told for scope, told in self.apart.values() if scope == "row"]
        return self.masking.total([parts], self.found["rows"]["set_apart"], self.rows).within(self.rows.at_most)

    @cached_property
    def kept(self) -> Told:
        if self.found["stopped"]:
            return Told(0, 0)
        return _without(self.rows, self.set_apart)

    @cached_property
    def emptied(self) -> Told:
        columns: dict[str | None, list[Told]] = {}
        for (column, _), (scope, told) in self.apart.items():
            if scope == "cell":
                columns.setdefault(column, []).append(told)
        return self.masking.total(columns.values(), self.found["emptied"])

    def check(self, check: Mapping[str, Any]) -> Told | None:
        """How many failed; None where a column was judged as a whole. In quarantine the same number stands, but for
        required cells that another check emptied."""
        place = (check["column"], check["rule"])
        if place in self.apart and self._names[place] == 1:
            return self.apart[place][1]
        if check["outcome"] == "failed" and not check["unexpected"]:
            return None
        return self._told(place, check["unexpected"])

    def evaluated(self, check: Mapping[str, Any] | None) -> Told:
        """Filled cells that a check judged; all rows where no check counted them."""
        if check is None:
            return self.rows
        rows = self.found["rows"]["in"]
        return _without(self.rows, self.masking.coarse(rows - check["evaluated"], rows))

    def of(self, place: Place) -> tuple[Told | None, tuple[float, float] | None] | None:
        """Count and share at a place; None where this delivery was not asked."""
        check = self.checks.get(place)
        if place in self.apart:
            told: Told | None = self.apart[place][1]
        elif check is not None:
            told = self.check(check)
        elif place[0] is None:
            told = Told(0, 0)
        else:
            return None
        return told, None if told is None else share(told, self.evaluated(check))

    @cached_property
    def checks(self) -> dict[Place, Mapping[str, Any]]:
        """By place; of checks with one name the one that most failed."""
        ordered = sorted(self.found["checks"], key=lambda each: int(each["unexpected"]))
        return {(each["column"], each["rule"]): each for each in ordered}

    @cached_property
    def _names(self) -> Counter[Place]:
        return Counter((each["column"], each["rule"]) for each in self.found["checks"])

    @cached_property
    def _judged(self) -> set[Place]:
        return {(each.column, each.rule) for each in self.asked if each.arguments.get("mostly", 1) != 1}

    def _told(self, place: Place, count: int) -> Told:
        whole = self.evaluated(self.checks.get(place))
        return self.masking.judged(count, whole) if place in self._judged else self.masking.part(count, whole)


def _without(whole: Told, part: Told) -> Told:
    return Told(max(whole.at_least - part.at_most, 0), max(whole.at_most - part.at_least, 0))


COSTS: tuple[Consequence | str, ...] = ("stop", "row", "refused", "cell", "warn", "masked")
"""What a finding costs, dearest first."""
