"""What an extract under pseudonyms must keep to."""

from dataclasses import dataclass
from typing import ClassVar

from gate.case import Case
from gate.finding import NONE, Finding, Outcome


@dataclass(frozen=True, slots=True)
class Necessity:
    """Of every column of an extract it is said why its recipient needs it, and something was left out or coarsened."""

    id: ClassVar = "D20"
    source: ClassVar = "GDPR art. 5(1)(c), data minimisation; art. 6(1) on necessity"
    outcomes: ClassVar = "FAIL for a column without a reason; WARN if nothing at all was left out or coarsened"
    remedy: ClassVar = (
        "State why each column is needed, drop the others, keep fewer rows, or let a column leave coarser."
    )

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.extract is None:
            return (Finding(self.id, Outcome.PASS, "output", None, None, "The output is no extract.", NONE),)
        declared, facts = case.extract.rows.declared, case.extract.facts
        leaving = ((name, column) for name, column in declared.columns.items() if column.role != "drop")
        bare = [name for name, column in leaving if not (column.necessity and column.necessity.strip())]
        if bare:
            message = f"Nobody says why these are needed: {', '.join(bare)}."
            return (Finding(self.id, Outcome.FAIL, ", ".join(bare), len(bare), 0, message, self.remedy),)
        coarser = sum(level > 0 for level, _ in facts["levels"].values())
        message = (
            f"{facts['stay']} of {facts['rows']} rows and {facts['leave']} of {facts['columns']} columns leave, "
            f"{coarser} of them coarsened; the smallest group that looks alike has {facts['smallest_class']} rows. "
            "They are personal data."
        )
        less = coarser or facts["stay"] < facts["rows"] or facts["leave"] < facts["columns"]
        outcome, remedy = (Outcome.PASS, NONE) if less else (Outcome.WARN, self.remedy)
        return (Finding(self.id, outcome, "output", facts["leave"], None, message, remedy),)
