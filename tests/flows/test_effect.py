"""What the next report of a series says of the ones before: what recipients wrote, and what is due."""

import pytest
from django.utils import timezone

from flows.effect import came_of
from register.feedback import record_feedback
from register.session import act_as
from release.report.came import Came, Told
from tests.register.room import TODAY, draft, furnish, take
from tests.register.test_feedback import released

pytestmark = pytest.mark.django_db


def test_the_first_of_a_series_has_nothing_before_it() -> None:
    furnish()
    assert came_of(draft(), TODAY) is None


def test_words_of_recipients_and_what_is_due_come_with_their_days() -> None:
    release = released()
    today = timezone.localdate()
    assert came_of(release.request, today) == Came(releases=1, answered=0, told=(), due=())
    record_feedback(act_as("ann"), release, "Two crossings were rebuilt.")
    later = today.replace(year=today.year + 3)
    told = Told(release="insight-1", partner="City", indicator="", text="Two crossings were rebuilt.",
                day=today.isoformat())  # fmt: skip
    found = came_of(release.request, later)
    assert found is not None
    (due,) = found.due
    assert found == Came(releases=1, answered=1, told=(told,), due=(due,))
    assert (due.release, due.indicator, due.since[:4]) == ("insight-1", "speeding", str(today.year + 2))
    record_feedback(act_as("ann"), release, "Less of it.", indicator="speeding")
    again = came_of(release.request, later)
    assert again is not None
    assert (again.told[0].text, again.due) == ("Less of it.", ())


def test_what_was_called_back_stays_in_the_series_and_is_due_no_more() -> None:
    release = released()
    record_feedback(act_as("ann"), release, "We threw it away.")
    take("rob", release, "revoke", "an error")
    later = timezone.localdate().replace(year=timezone.localdate().year + 3)
    found = came_of(release.request, later)
    assert found is not None
    assert (found.releases, found.answered, found.due) == (1, 1, ())
