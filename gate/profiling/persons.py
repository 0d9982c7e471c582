"""A list of people is not a statistic: who is on it will be treated differently."""

from dataclasses import dataclass
from typing import ClassVar, Final

from gate.bias.concepts import SCORES, among
from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.subject import OutputColumn, Subject

_POINTING: Final = ("ranking", "identity")
_NAMED_BY_NOBODY: Final = (
    "The rows name, score and rank nobody, but each is about a person under a pseudonym: who knows enough of somebody "
    "finds the row. The DPO weighs whether a table of groups would do."
)
_HARMLESS: Final = {
    "table": "The output is about groups.",
    "microdata": "The rows name, score and rank nobody.",
}


@dataclass(frozen=True, slots=True)
class PersonLists:
    """No score, rank or list of persons leaves without a case decision, a named human decision on each and a DPIA."""

    id: ClassVar = "B13"
    source: ClassVar = "GDPR art. 22; UAVG art. 40, whose exception leaves out profiling (Algoritmekader)"
    outcomes: ClassVar = "FAIL without all three; WARN with all three"
    remedy: ClassVar = "Ask for a table of groups, or record case decision, DPIA and who decides on each person."

    def check(self, case: Case) -> tuple[Finding, ...]:
        subject = case.subject
        leaving = [column for column in subject.columns if column.use != "evidence"]
        pointing = [column.name for column in leaving if column.use in _POINTING or _ranks(column)]
        if subject.kind == "extract" and not pointing:
            return (Finding(self.id, Outcome.WARN, "output", subject.kind, None, _NAMED_BY_NOBODY, self.remedy),)
        if subject.kind != "persons" and not pointing:
            return (Finding(self.id, Outcome.PASS, "output", subject.kind, None, _HARMLESS[subject.kind], NONE),)
        ranks = any(_ranks(column) for column in leaving)
        what = "ranks people" if ranks else "names people one by one"
        lacking = _lacking(subject)
        message = (
            f"The output {what}. Whoever is on it may be visited, checked or refused something because a computer put "
            f"them there; {_lack(lacking)}."
        )
        outcome = Outcome.FAIL if lacking else Outcome.WARN
        about = ", ".join(pointing) or "output"
        return (Finding(self.id, outcome, about, subject.kind, "two decisions and a DPIA", message, self.remedy),)


def _ranks(column: OutputColumn) -> bool:
    return column.use == "ranking" or among(column.concept, SCORES)


def _lacking(subject: Subject) -> list[str]:
    known = {
        "a decision that this is a case": subject.case_decision,
        "a named person who decides": subject.human_decision,
        "a DPIA": subject.dpia,
    }
    return [name for name, value in known.items() if not (value and value.strip())]


def _lack(lacking: list[str]) -> str:
    if lacking:
        return f"that takes {' and '.join(lacking)}, and the request has none"
    return "case decision, deciding person and DPIA are on record, and the DPO weighs whether that is enough"
