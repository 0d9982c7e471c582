"""Random histories of a series: what leaves by itself is what people decided on, and nothing else."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declare import Refusal
from register import load
from register.models import Release, StandingDecision, StandingRelease
from register.session import act_as
from register.standing import Terms, propose
from tests.register.room import PARTNERS, PEOPLE, TODAY, Member, take
from tests.register.test_histories import undone
from tests.register.test_standing import again, back_in_time, in_force

pytestmark = pytest.mark.django_db

LAST: Final = TODAY + timedelta(days=30)
RUNS: Final[dict[str, dict[str, Any]]] = {
    "passes": {},
    "passes on the last day": {"today": LAST},
    "warns": {"outcome": "WARN"},
    "is refused": {"outcome": "FAIL"},
    "has another delivery of a source that may not vary": {"vary": "residents"},
    "is run by the officer": {"who": "rob"},
    "ends after the last day": {"today": LAST + timedelta(days=1)},
}
MAY_LEAVE: Final = ("passes", "passes on the last day")
STOPS: Final = (
    "warns", "is refused", "has another delivery of a source that may not vary", "ends after the last day",
)  # fmt: skip
STEPS: Final = {
    "held": ("dora", "hold"),
    "resumed": ("dora", "resume"),
    "ended": ("tess", "end"),
    "called back": ("tess", "revoke"),
}
HISTORIES: Final = st.lists(st.sampled_from([*RUNS, *STEPS, "anew"]), max_size=8)


@pytest.fixture
def series() -> None:
    in_force(until=LAST)
    load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member("rob", "data_steward")))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=HISTORIES)
def test_nothing_leaves_by_itself_but_what_people_decided_on(series: None, history: list[str]) -> None:
    """A twin of four states knows when a run may leave: it reads nothing of the register."""
    with undone():
        state = "in force"
        for happens in ("passes", *history):
            if happens in RUNS:
                assert leaves(happens) == (state == "in force" and happens in MAY_LEAVE), (happens, state)
            elif done(happens):
                state = {"held": "held", "resumed": "in force", "anew": "in force"}.get(happens, "over")
            if happens in STOPS:
                state = "over"


def leaves(happens: str) -> bool:
    """Whether a run, a week after the one before, is released by itself."""
    before = StandingRelease.objects.count()
    release = again(**RUNS[happens])
    back_in_time(release, days=7 * (100 - Release.objects.count()))
    return StandingRelease.objects.count() > before


def done(happens: str) -> bool:
    """Whether the register took the step, by people as in the table."""
    last = StandingDecision.objects.latest("event__number")
    try:
        if happens == "anew":
            anew()
        else:
            who, action = STEPS[happens]
            take(who, last.release if action == "revoke" else last, action, "because")
    except Refusal:
        return False
    return True


def anew() -> None:
    """People decide on the latest release, if it waits for them, and that the next ones go on."""
    release = Release.objects.latest("examined_at")
    if release.state == "examined":
        take("dora", release, "advise")
        take("ria", release, "release", "fine")
    made = propose(act_as("ria"), release, Terms(("incomes",), 1, LAST, "anew"), seen=release.digest)
    take("dora", made, "advise")
    take("ria", made, "allow", "as advised")
