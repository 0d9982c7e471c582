"""A list of people is not a statistic: who is on it will be treated differently."""

from dataclasses import dataclass
from typing import ClassVar, Final

from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.subject import Subject

_POINTING: Final = ("ranking", "identity")


@dataclass(frozen=True, slots=True)
class PersonLists:
    """No score, rank or list of persons leaves without a case decision, a named human decision on each and a DPIA."""

    id: ClassVar = "B13"
    source: ClassVar = "GDPR art. 22; UAVG art. 40, whose exception leaves out profiling (Algoritmekader)"
    outcomes: ClassVar = "FAIL without all three; WARN with all three"
    remedy: ClassVar = "Ask for a table of groups, or record case decision, DPIA and who decides on each person."

    def check(self, case: Case) -> tuple[Finding, ...]:
        subject = case.subject
        pointing = [column.name for column in subject.columns if column.use in _POINTING]
        if subject.kind != "persons" and not pointing:
            return (Finding(self.id, Outcome.PASS, "output", "table", None, "The output is about groups.", NONE),)
        ranks = any(column.use == "ranking" for column in subject.columns)
        what = "ranks people" if ranks else "names people one by one"
        lacking = _lacking(subject)
        message = (
            f"The output {what}. Whoever is on it may be visited, checked or refused something because a computer put "
            f"them there; {_lack(lacking)}."
        )
        outcome = Outcome.FAIL if lacking else Outcome.WARN
        about = ", ".join(pointing) or "output"
        return (Finding(self.id, outcome, about, subject.kind, "two decisions and a DPIA", message, self.remedy),)


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
