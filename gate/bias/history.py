"""A table of those who were looked at before repeats who was looked at before."""

from dataclasses import dataclass
from typing import ClassVar

from gate.bias.concepts import among
from gate.bias.gap import unknown
from gate.case import Case
from gate.finding import NONE, Finding, Outcome


@dataclass(frozen=True, slots=True)
class HistoricSelection:
    """Records that exist because somebody chose whom to look at are declared as such."""

    id: ClassVar = "B12"
    source: ClassVar = "Rekenkamer Rotterdam 2021, as reported, on models made of earlier investigations only"
    outcomes: ClassVar = (
        "WARN where the request declares it; FAIL where the records are of such a kind and nothing is declared; NOT "
        "ASSESSABLE where nobody knows what the records are"
    )
    remedy: ClassVar = "Declare in the request (output.history) how these people came into the records, or widen them."
    selecting: tuple[str, ...]

    def check(self, case: Case) -> tuple[Finding, ...]:
        history = case.subject.history
        if history is None or not (history.concepts or history.declared):
            message = "Nobody can say whether the records hold only people who were looked at before."
            return (unknown(self.id, "records", message, "Give the columns of the counted source their concepts."),)
        told = sorted({concept for concept in history.concepts if among(concept, self.selecting)})
        if history.declared and history.declared.strip():
            message = f"The records hold only people who were chosen before: {history.declared.strip()}"
            return (Finding(self.id, Outcome.WARN, "records", ", ".join(told) or None, None, message, self.remedy),)
        if told:
            message = (
                f"The records exist because somebody was looked at ({', '.join(told)}), and nothing is said of it."
            )
            return (Finding(self.id, Outcome.FAIL, "records", ", ".join(told), None, message, self.remedy),)
        message = "By their concepts the records do not come from earlier investigations."
        return (Finding(self.id, Outcome.PASS, "records", None, None, message, NONE),)
