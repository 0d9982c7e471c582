"""Only here is a permit made, and only from a verdict, a DPO's opinion and a release officer's decision that fit.

The register enforces the same duties when people decide. They are checked again at the last door, so that a register
that was changed by hand opens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from declare import Refusal
from gate.finding import Outcome
from gate.verdict import Verdict

QUESTIONS: Final = ("legitimate", "suitable", "necessary", "proportionate")
"""What the release officer answers for every rule that warns or could not be evaluated."""

Answers = Mapping[str, Mapping[str, str]]

_RELEASE: Final = object()


class NotPermitted(Refusal):
    """Nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was put before people. `digest` is what they sign: it covers inputs, verdict and output."""

    release: str
    request: str
    requester: str
    runner: str
    draft: str
    """Digest of the draft."""
    verdict: str
    policy: str
    digest: str
    plan: str = ""
    """Of the run; a standing decision has to be for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the DPO (FG) thinks of it. `digest` is that of what was examined; `when` is ISO 8601."""

    person: str
    when: str
    favourable: bool
    digest: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A standing decision: the officer and the DPO decided beforehand, on its `digest`, that what is run by `plan` may
    leave until a last day where everything passes. `when` and `until` are ISO 8601; `day` is that of this release."""

    id: str
    when: str
    until: str
    day: str
    plan: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDecision:
    """What the mandated officer decided. `second` is the officer who countersigned a departure from the opinion.

    By a `standing` decision it was not decided anew: then the opinion was given on that.
    """

    person: str
    when: str
    digest: str
    reason: str
    answers: Answers = field(default_factory=dict)
    second: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Permit:
    """Leave for exactly one verdict to become a parcel. Made by `permit` only."""

    examined: Examined
    opinion: Opinion
    decision: ReleaseDecision
    _made_by: object = field(default=None)

    def __post_init__(self) -> None:
        if self._made_by is not _RELEASE:
            raise TypeError("a Permit is made by release.permit only")

    def __repr__(self) -> str:
        return f"Permit({self.examined.release})"


def permit(examined: Examined, verdict: Verdict, opinion: Opinion | None, decision: ReleaseDecision | None) -> Permit:
    """The permit. Raises `NotPermitted` with the first thing that stands in the way."""
    _check_verdict(examined, verdict)
    if opinion is None:
        raise NotPermitted("the DPO has given no opinion", remedy="Ask the DPO for an opinion on this release.")
    if decision is None:
        raise NotPermitted("no release officer has decided", remedy="Ask the release officer for a decision.")
    if decision.standing is not None:
        _check_standing(examined, verdict, decision.standing)
    _check_bound(examined, opinion, decision)
    _check_people(examined, opinion, decision)
    _check_departure(examined, opinion, decision)
    _check_answers(verdict, decision.answers)
    return Permit(examined, opinion, decision, _made_by=_RELEASE)


def open_rules(verdict: Verdict) -> tuple[str, ...]:
    """Rules that ask for a written answer, in order."""
    asking = (Outcome.WARN, Outcome.NOT_ASSESSABLE)
    return tuple(sorted({finding.rule for finding in verdict.findings if finding.outcome in asking}))


def _check_verdict(examined: Examined, verdict: Verdict) -> None:
    if verdict.outcome is Outcome.FAIL or verdict.safe is None:
        raise NotPermitted(
            "the gate let nothing through, and nobody can set that aside",
            remedy="Make a new request that avoids what the report names.",
        )
    if (verdict.digest, verdict.policy) != (examined.verdict, examined.policy):
        raise NotPermitted(
            "the verdict is not the one that was put before people", remedy="Run the request again and decide anew."
        )


def _check_bound(examined: Examined, opinion: Opinion, decision: ReleaseDecision) -> None:
    advised_on = decision.standing.digest if decision.standing else examined.digest
    for digest, what, on in ((opinion.digest, "opinion", advised_on), (decision.digest, "decision", examined.digest)):
        if digest != on:
            raise NotPermitted(
                f"the {what} was given on something else than this draft, verdict and policy",
                remedy="Let people look at this release and decide anew.",
            )


def _check_standing(examined: Examined, verdict: Verdict, standing: Standing) -> None:
    """Beforehand people decided on nothing but what passes, by one plan, until a day."""
    why = ""
    if verdict.outcome is not Outcome.PASS or open_rules(verdict):
        why = "releases only what passes every rule"
    elif standing.plan != examined.plan:
        why = "was given for another plan"
    elif standing.day > standing.until:
        why = f"ended on {standing.until}"
    if why:
        raise NotPermitted(f"the standing decision {why}", remedy="Let people decide on this release.")


def _check_people(examined: Examined, opinion: Opinion, decision: ReleaseDecision) -> None:
    others = {
        examined.requester: "asked for it",
        examined.runner: "ran it",
        opinion.person: "gave the DPO's opinion on it",
    }
    if decision.person in others:
        raise NotPermitted(
            f"who decided on the release also {others[decision.person]}", remedy="Ask another release officer."
        )
    if opinion.person in (examined.requester, examined.runner):
        raise NotPermitted("the DPO asked for this release or ran it", remedy="Ask a DPO who had no part in it.")


def _check_departure(examined: Examined, opinion: Opinion, decision: ReleaseDecision) -> None:
    """Releasing against the DPO's opinion takes a second officer and reasons."""
    if opinion.favourable:
        return
    if decision.standing is not None:
        raise NotPermitted("the DPO advised against the series", remedy="Let people decide on this release.")
    taken = (None, "", decision.person, opinion.person, examined.requester, examined.runner)
    if decision.second in taken or not decision.reason.strip():
        raise NotPermitted(
            "the DPO advised against this release; departing from that takes a second officer and written reasons",
            remedy="Ask another release officer to countersign, with reasons.",
        )


def _check_answers(verdict: Verdict, answers: Answers) -> None:
    missing = [
        rule
        for rule in open_rules(verdict)
        if not all(answers.get(rule, {}).get(question, "").strip() for question in QUESTIONS)
    ]
    if missing:
        raise NotPermitted(
            f"not justified in writing: {', '.join(missing)}",
            remedy=f"Answer for each: {', '.join(QUESTIONS)}.",
        )
