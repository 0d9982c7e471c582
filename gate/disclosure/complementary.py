"""What the auditor found, as findings."""

from dataclasses import dataclass
from typing import ClassVar

from gate.case import Case
from gate.finding import NONE, Finding, Outcome


@dataclass(frozen=True, slots=True)
class Recalculation:
    """Nobody calculates a hidden cell from the published ones, exactly or too closely."""

    id: ClassVar = "D06"
    source: ClassVar = "Handbook on Statistical Disclosure Control, 4.2; the width of counts is the policy owner's"
    outcomes: ClassVar = "further cells are hidden; FAIL if a hidden cell can still be calculated"
    remedy: ClassVar = "Combine categories, so that fewer cells need hiding."
    count_interval_width: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.table is None:
            return (Finding(self.id, Outcome.PASS, "table", None, None, "No table is published.", NONE),)
        found = case.audit
        narrowest = None if found.narrowest is None else round(found.narrowest)
        open_cells = found.exact + found.narrow + found.near
        if open_cells:
            message = (
                f"Of {found.hidden} hidden cells {found.exact} can be calculated exactly, {found.narrow} counts and "
                f"{found.near} amounts too closely."
            )
            return (
                Finding(self.id, Outcome.FAIL, "table", narrowest, self.count_interval_width, message, self.remedy),
            )
        return (Finding(self.id, Outcome.PASS, "table", narrowest, self.count_interval_width, self._fine(case), NONE),)

    def _fine(self, case: Case) -> str:
        table = case.table
        if table is None or not table.hidden.any():
            return "No cell is hidden."
        extra = int((table.hidden & ~table.primary).sum())
        return f"{extra} further cells are hidden, and no hidden cell can be calculated from the published ones."


@dataclass(frozen=True, slots=True)
class LonePersons:
    """Nobody who is alone in a hidden cell calculates another unsafe cell from it."""

    id: ClassVar = "D07"
    source: ClassVar = "Handbook on Statistical Disclosure Control, 4.2 (singletons); sdcTable"
    outcomes: ClassVar = "further cells are hidden; FAIL if an unsafe cell can still be calculated"
    remedy: ClassVar = "Combine categories, so that nobody is alone in one."

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.table is None:
            return (Finding(self.id, Outcome.PASS, "table", None, None, "No table is published.", NONE),)
        found = case.audit.known_to_lone
        outcome = Outcome.FAIL if found else Outcome.PASS
        message = f"{found} hidden cells can be calculated by somebody who is alone in another."
        return (Finding(self.id, outcome, "table", found, 0, message, self.remedy if found else NONE),)
