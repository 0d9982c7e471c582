"""What came of a release: who may tell, of what, and what stays of it."""

from typing import Any

import pytest

from register import refusals
from register.conditions import what_stands_in_the_way
from register.declarations import Effect
from register.feedback import record_feedback
from register.models import Feedback, OutboxEvent, Release
from register.session import act_as
from tests.register.room import ANSWERS, PEOPLE, TODAY, Member, draft, examined, furnish, take

pytestmark = pytest.mark.django_db


def released() -> Release:
    release: Release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "fine", answers=ANSWERS)
    return release


def test_a_recipient_tells_what_came_of_a_release() -> None:
    release = released()
    told = record_feedback(act_as("ann"), release, " Two crossings were rebuilt. ", indicator="speeding")
    assert (told.text, told.partner_id, told.indicator) == ("Two crossings were rebuilt.", "city", "speeding")
    written = OutboxEvent.objects.get(name="feedback recorded").fields
    assert written == {"person": "ann", "how": "demo", "partner": "city", "release": "insight-1", "digest": told.digest}
    assert "crossings" not in str(written), "the log holds the digest, the register the words"
    record_feedback(act_as("owen"), release, "Fewer complaints.")
    assert Feedback.objects.count() == 2


def test_what_was_revoked_has_its_outcome_too() -> None:
    release = released()
    take("rob", release, "revoke", "an error")
    record_feedback(act_as("ann"), release, "We threw it away.")


REFUSED: dict[str, tuple[str, dict[str, Any], type[Exception]]] = {
    "by a partner that did not receive it": ("tess", {"text": "good"}, refusals.NotYours),
    "by another role": ("stef", {"text": "good"}, refusals.NotYours),
    "without a word": ("ann", {"text": " \n"}, refusals.NothingSaid),
    "about something else": ("ann", {"text": "good", "indicator": "rainfall"}, refusals.UnknownIndicator),
}


@pytest.mark.parametrize(("who", "given", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_not_recorded(who: str, given: dict[str, Any], refusal: type[Exception]) -> None:
    release = released()
    with pytest.raises(refusal):
        record_feedback(act_as(who), release, **given)
    assert not Feedback.objects.exists()


def test_nothing_came_of_what_never_left() -> None:
    release = examined()
    with pytest.raises(refusals.StepNotAllowed):
        record_feedback(act_as("ann"), release, "good")


def test_a_form_sent_twice_records_once_and_for_one_person() -> None:
    release = released()
    once = [record_feedback(act_as("ann"), release, "good", operation="a" * 32) for _ in range(2)]
    assert once[0] == once[1]
    with pytest.raises(refusals.AlreadyDecided):
        record_feedback(act_as("owen"), release, "good", operation="a" * 32)


def test_a_request_that_names_no_indicator_is_not_submitted() -> None:
    furnish((*PEOPLE, Member("ann", "analyst", "tax")))
    request = draft(effect={"intended": "Fewer accidents"})
    with pytest.raises(refusals.NoEffect):
        take("ann", request, "submit")
    assert [type(refusal) for refusal in what_stands_in_the_way(request, TODAY)] == [refusals.NoEffect]


def test_indicators_have_years_or_none_and_the_nearest_comes_first() -> None:
    effect = Effect.model_validate(
        {"intended": "x", "indicators": ["words", {"what": "far", "years": 10}, {"what": "near", "years": 2}]}
    )
    assert [tuple(each) for each in effect.seen_by] == [("near", 2), ("far", 10), ("words", None)]
    with pytest.raises(ValueError, match="years"):
        Effect.model_validate({"intended": "x", "indicators": [{"what": "soon", "years": 3}]})
