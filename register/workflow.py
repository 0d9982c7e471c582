"""Who may take which step: one table for requests and releases, and nothing else.

`python -m register.workflow` prints the table as a diagram; `docs/workflow.md` is made from it.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from declare import Sentence

Subject = Literal["request", "release", "standing"]


class Role(StrEnum):
    """What somebody is mandated to do, always on behalf of one partner."""

    ANALYST = "analyst"
    STEWARD = "data_steward"
    OWNER = "data_owner"
    LEGAL = "legal_officer"
    DPO = "dpo"
    RELEASE = "release_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class RequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"  # legal officer approved
    CONSENTED = "consented"  # every owner approved
    SCHEDULED = "scheduled"  # DPO advised; may run
    RUNNING = "running"
    COMPLETED = "completed"  # has a release; may run again
    RETURNED = "returned"
    ON_HOLD = "on_hold"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"


ENDED: Final = frozenset({RequestState.WITHDRAWN, RequestState.EXPIRED, RequestState.REVOKED})


class ReleaseState(StrEnum):
    EXAMINED = "examined"
    ADVISED = "advised"
    RELEASED = "released"
    WITHHELD = "withheld"
    REFUSED = "refused"  # the gate said FAIL; nobody can go on from here
    ON_HOLD = "on_hold"
    REVOKED = "revoked"


class StandingState(StrEnum):
    """Of a standing decision: that a series of releases goes on by itself."""

    PROPOSED = "proposed"
    ADVISED = "advised"
    IN_FORCE = "in_force"
    ON_HOLD = "on_hold"
    STOPPED = "stopped"  # by a run that was not like the one decided on
    ENDED = "ended"  # by people


State = RequestState | ReleaseState | StandingState


@dataclass(frozen=True, slots=True)
class Step:
    """`after` is None for a step back to where the subject was held."""

    subject: Subject
    before: State
    action: str
    role: Role
    after: State | None
    reason: bool = False
    """Whether the step needs written reasons."""


def _steps(
    subject: Subject, before: Iterable[State], action: str, roles: Iterable[Role], after: State | None, *, why: bool
) -> tuple[Step, ...]:
    return tuple(Step(subject, state, action, role, after, why) for state in before for role in roles)


_R = RequestState
_WAITING: Final = (_R.SUBMITTED, _R.CHECKED, _R.CONSENTED)
_STANDING: Final = (*_WAITING, _R.SCHEDULED, _R.COMPLETED)
_V = ReleaseState
_S = StandingState
LIVE_STANDING: Final = (_S.PROPOSED, _S.ADVISED, _S.IN_FORCE, _S.ON_HOLD)
BY_ITSELF: Final = "release by itself"

TRANSITIONS: Final[tuple[Step, ...]] = (
    Step("request", _R.DRAFT, "submit", Role.ANALYST, _R.SUBMITTED),
    Step("request", _R.RETURNED, "submit", Role.ANALYST, _R.SUBMITTED),
    Step("request", _R.SUBMITTED, "approve", Role.LEGAL, _R.CHECKED),
    Step("request", _R.CHECKED, "approve", Role.OWNER, _R.CONSENTED),  # stays checked until the last owner
    Step("request", _R.CONSENTED, "advise", Role.DPO, _R.SCHEDULED),
    *_steps("request", (_R.SCHEDULED, _R.RUNNING, _R.COMPLETED), "run", (Role.STEWARD,), _R.RUNNING, why=False),
    Step("request", _R.RUNNING, "finish", Role.STEWARD, _R.COMPLETED),
    Step("request", _R.RUNNING, "stop", Role.STEWARD, _R.SCHEDULED),
    Step("request", _R.SUBMITTED, "return", Role.LEGAL, _R.RETURNED, reason=True),
    Step("request", _R.CHECKED, "return", Role.OWNER, _R.RETURNED, reason=True),
    Step("request", _R.CONSENTED, "return", Role.DPO, _R.RETURNED, reason=True),
    *_steps("request", _STANDING, "hold", (Role.DPO,), _R.ON_HOLD, why=True),
    Step("request", _R.ON_HOLD, "resume", Role.DPO, None, reason=True),
    *_steps("request", (_R.DRAFT, *_STANDING, _R.RETURNED, _R.ON_HOLD), "withdraw", (Role.ANALYST,), _R.WITHDRAWN,
            why=False),
    *_steps("request", (*_STANDING, _R.ON_HOLD), "expire", (Role.STEWARD, Role.ADMINISTRATOR), _R.EXPIRED, why=False),
    *_steps("request", (_R.SCHEDULED, _R.COMPLETED, _R.ON_HOLD), "revoke", (Role.LEGAL, Role.OWNER), _R.REVOKED,
            why=True),
    *_steps("release", (_V.EXAMINED, _V.ADVISED), "advise", (Role.DPO,), _V.ADVISED, why=False),
    *_steps("release", (_V.EXAMINED, _V.ADVISED), "advise against", (Role.DPO,), _V.ADVISED, why=True),
    Step("release", _V.ADVISED, "countersign", Role.RELEASE, _V.ADVISED, reason=True),
    Step("release", _V.ADVISED, "release", Role.RELEASE, _V.RELEASED, reason=True),
    *_steps("release", (_V.EXAMINED, _V.ADVISED), "withhold", (Role.RELEASE,), _V.WITHHELD, why=True),
    *_steps("release", (_V.EXAMINED, _V.ADVISED, _V.RELEASED), "hold", (Role.DPO,), _V.ON_HOLD, why=True),
    Step("release", _V.ON_HOLD, "resume", Role.DPO, None, reason=True),
    *_steps("release", (_V.RELEASED,), "revoke", (Role.RELEASE, Role.OWNER), _V.REVOKED, why=True),
    Step("release", _V.EXAMINED, BY_ITSELF, Role.RELEASE, _V.RELEASED),  # who took the standing decision
    *_steps("standing", (_S.PROPOSED, _S.ADVISED), "advise", (Role.DPO,), _S.ADVISED, why=False),
    *_steps("standing", (_S.PROPOSED, _S.ADVISED), "advise against", (Role.DPO,), _S.ADVISED, why=True),
    Step("standing", _S.ADVISED, "allow", Role.RELEASE, _S.IN_FORCE, reason=True),
    Step("standing", _S.IN_FORCE, "hold", Role.DPO, _S.ON_HOLD, reason=True),
    Step("standing", _S.ON_HOLD, "resume", Role.DPO, None, reason=True),
    *_steps("standing", LIVE_STANDING, "end", (Role.RELEASE, Role.DPO, Role.OWNER), _S.ENDED, why=True),
    *_steps("standing", LIVE_STANDING, "stop", (Role.STEWARD,), _S.STOPPED, why=False),
)  # fmt: skip
"""Every allowed step; what is not here is not allowed."""

WORK: Final = frozenset({"run", "finish", "stop", BY_ITSELF})
"""Steps that `register.runs` takes with the work itself; nobody decides them apart from it."""


def steps(subject: Subject, state: str) -> tuple[Step, ...]:
    """All steps that lead on from `state`."""
    return tuple(step for step in TRANSITIONS if (step.subject, step.before) == (subject, state))


_BRINGS_ON: Final = frozenset({"submit", "approve", "advise", "advise against", "run", "release", "allow", "resume"})


def awaited(subject: Subject, state: str) -> tuple[Step, ...]:
    """The steps of which one is waited for: those that bring it on to another state. What holds or ends it is waited
    for by nobody, and neither is another run of what is completed."""
    if state == RequestState.COMPLETED:
        return ()
    return tuple(step for step in steps(subject, state) if step.action in _BRINGS_ON and step.after != step.before)


def way(action: str, role: str) -> Sentence:
    return Sentence("%(action)s (%(role)s)", {"action": action, "role": role})


def ways_on(possible: Sequence[Step]) -> list[Sentence]:
    """What people may decide from here, and who: for the remedy of a refusal. Work is not decided."""
    found = sorted({(step.action, step.role.value) for step in possible if step.action not in WORK})
    return [way(*each) for each in found] or ([Sentence("wait until the run has ended")] if possible else [])


def diagram(subject: Subject) -> str:
    """The table as a Mermaid state diagram; one arrow for all roles that may take the same step."""
    roles: dict[tuple[State, State | None, str], list[str]] = {}
    for step in TRANSITIONS:
        if step.subject == subject:
            roles.setdefault((step.before, step.after, step.action), []).append(step.role)
    arrows = [
        f"    {before} --> {after or 'where it was held'.replace(' ', '_')}: {action} ({', '.join(who)})"
        for (before, after, action), who in roles.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def page() -> str:
    """docs/workflow.md, whole."""
    return f"""# Workflow

Made by `python -m register.workflow` from the one table in `register/workflow.py`. What has no arrow cannot happen.

Besides the arrows:

- The requester never approves, and nobody approves twice in one round: legal officer, data owners and DPO are
  different people.
- An owner who accepted a standing consent beforehand is not asked where it covers the request: every column, recipient
  and the smallest cell, for that purpose, no sooner and no later than it says. The approval is that of the person who
  accepted it, names the consent, and ends with it.
- A request for further use of what was released goes the same way and is never run: `scheduled` is the permission.
- Who asked for a request, or ever ran it, neither returns nor resumes it in another role.
- Who asked for a request, or made the run, neither gives an opinion on its release nor countersigns, releases,
  withholds or resumes it; who gave the DPO's opinion on a release neither countersigns nor releases it.
- A release needs the DPO's opinion; departing from an opinion against it takes a second release officer with written
  reasons; what the gate refused has no way on.
- A standing decision lets the next releases of a request go by themselves. It is proposed by a release officer on the
  latest release, which people released; it needs a favourable opinion and an officer's decision, of people who neither
  asked for the request, nor ever ran it, nor made its schedule. Against the opinion there is none: people then decide
  each time. It binds the plan, names the sources whose deliveries may be new ones, and has a last day.
- By it, a run that ends in PASS is released at once, if all else stands. A run that ends in anything else, under
  another plan, or with another delivery of a source that it does not name, stops it for good, and so does the end of
  its last day. A run sooner than it says, or by somebody who decided, waits for people, as every other.
- While it is held, the parcels of what it released are not written; once it goes on they are. After people ended it, or
  called back a release of the request, they are not, and people decide on a new run. A schedule that ran the request
  ends with it.
- What was released can be held until its parcel is written. After that it can only be revoked.
- A release is advised on and decided under the plan it was run by; once something of a request was released, its
  declaration changes no more, and a new request is made.
- A parcel is written only while the release and its request stand: not held, not ended, none of its deliveries
  withdrawn, and DPIA, agreement, retention and standing consents still valid on the day.

Holding and revoking are open to whoever has the role; a data owner only where their partner's source is used. Who
approved a request may run it later, or decide on its release when somebody else ran it, if they have that role too.

The database itself holds most of this against raw SQL, as keys, checks and triggers (`register/guards.py`). A decision
is one of the arrows, by somebody who has the role, about its subject as it is, and the audit log is told the same.
Approvals, opinions, countersignatures and releases rest on such a decision, by that person, about exactly that digest.
States change by the latest decision alone; what the gate said of a release, and every row about what was decided, stays
as it was written. Of a release by itself it holds besides that it passed, that a standing decision on the same request
and plan was in force, and that nobody who decided ran it. [open.md](open.md) says what it does not hold.

## Requests

{diagram("request")}

## Releases

{diagram("release")}

## Standing decisions

A step that only the work itself takes is shown with the role in whose name the work is done.

{diagram("standing")}
"""


if __name__ == "__main__":
    sys.stdout.write(page())
