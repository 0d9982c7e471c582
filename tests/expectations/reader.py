"""A reader who wants to know a masked number: all that a report tells, and how such numbers hang together, in integers.

It knows what each number is (which rows can be in which count) and asks an integer programme for the least and the most
that a number can be.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.expectations.facts import LOOSE, PLACE, REQUIRED

_SLACK = 1e-9
NAMES = (
    "in", "kept", "apart", "emptied", "few", "many", "required", "shape", "issued", "unlike key", "unlike note",
    "missing key", "missing note", "missing postcode", "filled key", "filled note", "filled postcode",
)  # fmt: skip
PLACES = {
    (None, "too-few-fields"): "few", (None, "too-many-fields"): "many", (REQUIRED, "required"): "required",
    (PLACE, "postcode-shape"): "shape", (PLACE, "postcode-never-issued"): "issued",
    (REQUIRED, "values-to-match-regex"): "unlike key", (LOOSE, "values-to-match-regex"): "unlike note",
}  # fmt: skip


class Reader:
    """Of one report, as its JSON tells it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._rows: list[np.ndarray] = []
        self._least: list[float] = []
        self._most: list[float] = []
        self._report(told)
        self._knowledge()

    def of(self, name: str) -> tuple[int, int]:
        """The least and the most that a number can be."""
        return self._solve(name, 1), self._solve(name, -1)

    def _report(self, told: Mapping[str, Any]) -> None:
        totals = {"in": "in", "kept": "kept", "set_apart": "apart"}
        for name, ours in totals.items():
            self._count(ours, told["rows"][name])
        self._count("emptied", told["emptied"])
        named = {(each["column"], each["rule"]) for each in told["findings"]}
        for place in PLACES.keys() - named - {(LOOSE, "values-to-match-regex")}:
            self._rule({PLACES[place]: 1}, 0, 0)
        for each in [*told["findings"], *told["checks"]]:
            self._finding(each)
        for column in told["columns"]:
            self._rule({f"filled {column['name']}": 1, "kept": -column["filled"][0]}, -_SLACK, np.inf)
            self._rule({f"filled {column['name']}": 1, "kept": -column["filled"][1]}, -np.inf, _SLACK)

    def _finding(self, each: Mapping[str, Any]) -> None:
        name = PLACES[each["column"], each["rule"]]
        self._count(name, each["count"])
        whole = self._evaluated(each)
        if "evaluated" in each:
            self._rule(whole, each["evaluated"]["at_least"], each["evaluated"]["at_most"])
        if each["share"] is not None:
            self._beside(name, whole, each["share"])
        if name == "unlike note" and "outcome" in each:
            tenth = {"unlike note": 10.0, **{other: -weight for other, weight in whole.items()}}
            self._rule(tenth, *((-np.inf, 0) if each["outcome"] == "met" else (1, np.inf)))

    def _evaluated(self, each: Mapping[str, Any]) -> dict[str, float]:
        if each["column"] is None:
            return {"in": 1}
        read = {"in": 1.0, "few": -1.0, "many": -1.0}
        return read if each["rule"] == "required" else {**read, f"missing {each['column']}": -1.0}

    def _beside(self, name: str, whole: Mapping[str, float], share: list[float]) -> None:
        least, most = ({other: -bound * weight for other, weight in whole.items()} for bound in share)
        self._rule({**least, name: least.get(name, 0) + 1}, -_SLACK, np.inf)
        if share[1] < 1:  # a share is told as 1 at most, whatever its bounds make of it
            self._rule({**most, name: most.get(name, 0) + 1}, -np.inf, _SLACK)

    def _knowledge(self) -> None:
        """How the numbers of such a source hang together."""
        read = {"in": 1.0, "few": -1.0, "many": -1.0}
        self._rule({"kept": 1, "apart": 1, "in": -1}, 0, 0)
        self._rule({"apart": 1, "few": -1, "many": -1, "required": -1}, 0, 0)
        self._rule({"required": 1, "missing key": -1}, 0, 0)
        self._rule({"filled key": 1, "kept": -1}, 0, 0)
        self._rule({"emptied": 1, "shape": -1, "issued": -1}, -np.inf, 0)
        for part in ("shape", "issued"):
            self._rule({"emptied": 1, part: -1}, 0, np.inf)
        for column, wrong in ((REQUIRED, "unlike key"), (LOOSE, "unlike note"), (PLACE, "emptied")):
            self._rule({**read, f"missing {column}": -1, wrong: -1}, 0, np.inf)
        for column, wrong in ((LOOSE, ()), (PLACE, ("emptied",))):
            lost = {f"missing {column}": 1.0, **dict.fromkeys(wrong, 1.0)}
            self._rule({f"filled {column}": 1, "kept": -1, **lost}, 0, np.inf)
            self._rule({f"filled {column}": -1, **read, **dict.fromkeys(lost, -1.0)}, 0, np.inf)
            self._rule({f"filled {column}": 1, "kept": -1}, -np.inf, 0)

    def _count(self, name: str, told: Mapping[str, int]) -> None:
        self._rule({name: 1}, told["at_least"], told["at_most"])

    def _rule(self, weights: Mapping[str, float], least: float, most: float) -> None:
        self._rows.append(np.array([weights.get(name, 0.0) for name in NAMES]))
        self._least.append(least)
        self._most.append(most)

    def _solve(self, name: str, sign: int) -> int:
        wanted = np.array([sign * (each == name) for each in NAMES], dtype=float)
        found = milp(
            wanted,
            constraints=LinearConstraint(np.array(self._rows), self._least, self._most),
            integrality=np.ones(len(NAMES)),
            bounds=Bounds(0, np.inf),
        )
        assert found.status == 0, "the truth is possible, and no count is beyond the rows of the file"
        return round(sign * found.fun)
