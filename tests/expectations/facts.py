"""Quality facts of made-up deliveries: sets of rows in, exact counts out, as `expectations.validate` would count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake import Source
from tests.intake.sources import source, text_column

REQUIRED, LOOSE, PLACE = "key", "note", "postcode"


def declared() -> Source:
    """A column that is required, one of which it is enough that most cells are right, and one with two rules of its
    type."""
    match = {"expectation": "expect_column_values_to_match_regex", "severity": "warn"}
    return source(
        text_column(REQUIRED, required=True, checks=[match | {"arguments": {"regex": "^a"}}]),
        text_column(LOOSE, checks=[match | {"arguments": {"regex": "^a", "mostly": 0.9}}]),
        text_column(PLACE, type="postcode"),
        key=[REQUIRED],
    )


@dataclass(frozen=True)
class Delivery:
    """Rows by number, 1 and up, in which something is wrong; what is missing cannot be wrong too."""

    rows: int
    short: frozenset[int] = frozenset()
    """Too few fields."""
    long: frozenset[int] = frozenset()
    missing: Mapping[str, frozenset[int]] = field(default_factory=dict)
    shape: frozenset[int] = frozenset()
    """Of the postcode, as also `issued`."""
    issued: frozenset[int] = frozenset()
    unlike: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Cells that do not begin with an a."""

    def facts(self) -> dict[str, Any]:
        unread = self.short | self.long
        gone = {name: self.missing.get(name, frozenset()) - unread for name in (REQUIRED, LOOSE, PLACE)}
        apart = unread | gone[REQUIRED]
        shape, issued = (rows - unread - gone[PLACE] for rows in (self.shape, self.issued))
        unlike = {name: self.unlike.get(name, frozenset()) - unread - gone[name] for name in (REQUIRED, LOOSE)}
        filled = {name: self.rows - len(apart | gone[name]) for name in gone}
        filled[PLACE] = self.rows - len(apart | gone[PLACE] | shape | issued)
        read = self.rows - len(unread)

        def asked(column: str, rule: str, failed: int, *, all_rows: bool = False) -> dict[str, Any]:
            evaluated = read if all_rows else read - len(gone[column])
            met = failed == 0 or (column == LOOSE and failed <= 0.1 * evaluated)
            return {
                "expectation": "-", "column": column, "rule": rule, "consequence": "-", "evaluated": evaluated,
                "unexpected": failed, "outcome": "met" if met else "failed",
            }  # fmt: skip

        reasons = [
            ("row", None, "too-few-fields", self.short), ("row", None, "too-many-fields", self.long - self.short),
            ("row", REQUIRED, "required", gone[REQUIRED]), ("cell", PLACE, "postcode-shape", shape),
            ("cell", PLACE, "postcode-never-issued", issued),
        ]  # fmt: skip
        checks = [
            asked(REQUIRED, "required", len(gone[REQUIRED]), all_rows=True),
            asked(REQUIRED, "values-to-match-regex", len(unlike[REQUIRED])),
            asked(LOOSE, "values-to-match-regex", len(unlike[LOOSE])),
            asked(PLACE, "postcode-shape", len(shape)), asked(PLACE, "postcode-never-issued", len(issued)),
        ]  # fmt: skip
        costs = {"required": "row", "values-to-match-regex": "warn"}
        return {
            "source": "people", "title": "People", "owner": "town", "delivery": "0" * 64, "period": None,
            "form": "checked", "on": "2026-11-22", "suite": "1" * 64, "stopped": None, "corrects": None,
            "supplements": None, "earlier": [],
            "rows": {"in": self.rows, "kept": self.rows - len(apart), "set_apart": len(apart)},
            "emptied": len(shape | issued), "filled": filled,
            "quarantine": [
                {"scope": scope, "column": column, "rule": rule, "count": len(rows)}
                for scope, column, rule, rows in reasons if rows
            ],
            "checks": [{**each, "consequence": costs.get(each["rule"], "cell")} for each in checks],
        }  # fmt: skip
