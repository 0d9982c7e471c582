"""The recipient tells in the console what came of a release; those who gave data read it."""

import re

import pytest

from register.models import Feedback
from tests.console.test_pages import client
from tests.register.test_feedback import released

pytestmark = pytest.mark.django_db
PAGE = "/releases/insight-1/feedback/"


def operation(who: str) -> str:
    found = re.search(r'name="operation" value="([0-9a-f]{32})"', client(who).get(PAGE).text)
    assert found is not None
    return found[1]


def test_what_came_of_it_is_told_once_and_read_by_those_who_gave_data() -> None:
    released()
    assert "Tell what came of it" in client("ann").get("/releases/insight-1/").text
    assert "Tell what came of it" not in client("tess").get("/releases/insight-1/").text
    given = {"text": "<i>Two</i> crossings", "indicator": "speeding", "operation": operation("ann")}
    for _ in range(2):
        page = client("ann").post(PAGE, given, follow=True).text
    assert Feedback.objects.count() == 1
    for text in (page, client("tess").get("/sources/").text):
        assert "(speeding): &lt;i&gt;Two&lt;/i&gt; crossings" in text and "<i>Two" not in text


BAD: dict[str, tuple[str, dict[str, str], int]] = {
    "without words": ("ann", {"text": " "}, 400),
    "about something else": ("ann", {"text": "good", "indicator": "rainfall"}, 400),
    "ten megabytes": ("ann", {"text": "a" * 10_000_000}, 400),
    "by who received nothing": ("tess", {"text": "good"}, 409),
    "by another role": ("stef", {"text": "good"}, 403),
}


@pytest.mark.parametrize(("who", "given", "status"), BAD.values(), ids=BAD)
def test_bad_input_records_nothing(who: str, given: dict[str, str], status: int) -> None:
    released()
    assert client(who).post(PAGE, {"operation": "0" * 32} | given).status_code == status
    assert not Feedback.objects.exists()
