"""Every pair of state and action, with who may take it and where it leads; what is not listed is refused."""

from pathlib import Path

import pytest

from register.workflow import TRANSITIONS, ReleaseState, RequestState, StandingState, page, steps

A, S, OWNER, L, D, R, M = (
    "analyst", "data_steward", "data_owner", "legal_officer", "dpo", "release_officer", "administrator",
)  # fmt: skip
HELD = None

REQUESTS = {
    ("draft", "submit"): ({A}, "submitted"),
    ("draft", "withdraw"): ({A}, "withdrawn"),
    ("submitted", "approve"): ({L}, "checked"),
    ("submitted", "return"): ({L}, "returned"),
    ("submitted", "hold"): ({D}, "on_hold"),
    ("submitted", "withdraw"): ({A}, "withdrawn"),
    ("submitted", "expire"): ({S, M}, "expired"),
    ("checked", "approve"): ({OWNER}, "consented"),
    ("checked", "return"): ({OWNER}, "returned"),
    ("checked", "hold"): ({D}, "on_hold"),
    ("checked", "withdraw"): ({A}, "withdrawn"),
    ("checked", "expire"): ({S, M}, "expired"),
    ("consented", "advise"): ({D}, "scheduled"),
    ("consented", "return"): ({D}, "returned"),
    ("consented", "hold"): ({D}, "on_hold"),
    ("consented", "withdraw"): ({A}, "withdrawn"),
    ("consented", "expire"): ({S, M}, "expired"),
    ("scheduled", "run"): ({S}, "running"),
    ("scheduled", "hold"): ({D}, "on_hold"),
    ("scheduled", "withdraw"): ({A}, "withdrawn"),
    ("scheduled", "expire"): ({S, M}, "expired"),
    ("scheduled", "revoke"): ({L, OWNER}, "revoked"),
    ("running", "run"): ({S}, "running"),
    ("running", "finish"): ({S}, "completed"),
    ("running", "stop"): ({S}, "scheduled"),
    ("completed", "run"): ({S}, "running"),
    ("completed", "hold"): ({D}, "on_hold"),
    ("completed", "withdraw"): ({A}, "withdrawn"),
    ("completed", "expire"): ({S, M}, "expired"),
    ("completed", "revoke"): ({L, OWNER}, "revoked"),
    ("returned", "submit"): ({A}, "submitted"),
    ("returned", "withdraw"): ({A}, "withdrawn"),
    ("on_hold", "resume"): ({D}, HELD),
    ("on_hold", "withdraw"): ({A}, "withdrawn"),
    ("on_hold", "expire"): ({S, M}, "expired"),
    ("on_hold", "revoke"): ({L, OWNER}, "revoked"),
}
RELEASES = {
    ("examined", "advise"): ({D}, "advised"),
    ("examined", "advise against"): ({D}, "advised"),
    ("examined", "withhold"): ({R}, "withheld"),
    ("examined", "hold"): ({D}, "on_hold"),
    ("examined", "release by itself"): ({R}, "released"),
    ("advised", "advise"): ({D}, "advised"),
    ("advised", "advise against"): ({D}, "advised"),
    ("advised", "countersign"): ({R}, "advised"),
    ("advised", "release"): ({R}, "released"),
    ("advised", "withhold"): ({R}, "withheld"),
    ("advised", "hold"): ({D}, "on_hold"),
    ("on_hold", "resume"): ({D}, HELD),
    ("released", "hold"): ({D}, "on_hold"),
    ("released", "revoke"): ({R, OWNER}, "revoked"),
}
STANDING = {
    ("proposed", "advise"): ({D}, "advised"),
    ("proposed", "advise against"): ({D}, "advised"),
    ("proposed", "end"): ({R, D, OWNER}, "ended"),
    ("proposed", "stop"): ({S}, "stopped"),
    ("advised", "advise"): ({D}, "advised"),
    ("advised", "advise against"): ({D}, "advised"),
    ("advised", "allow"): ({R}, "in_force"),
    ("advised", "end"): ({R, D, OWNER}, "ended"),
    ("advised", "stop"): ({S}, "stopped"),
    ("in_force", "hold"): ({D}, "on_hold"),
    ("in_force", "end"): ({R, D, OWNER}, "ended"),
    ("in_force", "stop"): ({S}, "stopped"),
    ("on_hold", "resume"): ({D}, HELD),
    ("on_hold", "end"): ({R, D, OWNER}, "ended"),
    ("on_hold", "stop"): ({S}, "stopped"),
}


@pytest.mark.parametrize(("subject", "listed"), [("request", REQUESTS), ("release", RELEASES), ("standing", STANDING)])
def test_the_table_is_what_is_listed_here_and_no_more(subject: str, listed: dict) -> None:
    table: dict[tuple[str, str], tuple[set[str], str | None]] = {}
    for step in TRANSITIONS:
        if step.subject == subject:
            roles, after = table.setdefault((step.before.value, step.action), (set(), step.after and step.after.value))
            assert after == step.after
            roles.add(step.role.value)
    assert table == listed


def test_nothing_leads_on_from_a_final_state() -> None:
    for state in (RequestState.WITHDRAWN, RequestState.EXPIRED, RequestState.REVOKED):
        assert steps("request", state) == ()
    for state in (ReleaseState.WITHHELD, ReleaseState.REFUSED, ReleaseState.REVOKED):
        assert steps("release", state) == ()
    for state in (StandingState.STOPPED, StandingState.ENDED):
        assert steps("standing", state) == ()


def test_what_ends_or_holds_something_needs_reasons() -> None:
    for step in TRANSITIONS:
        if step.action in (
            "return",
            "hold",
            "resume",
            "revoke",
            "withhold",
            "release",
            "countersign",
            "advise against",
            "allow",
            "end",
        ):
            assert step.reason, step


def test_the_diagram_in_the_documentation_is_current() -> None:
    assert (Path(__file__).parents[2] / "docs" / "workflow.md").read_text() == page()
