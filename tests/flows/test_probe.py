"""What stands in the register of an answer tells nobody what it is."""

from collections.abc import Callable

import polars as pl
import pytest

from flows.direction import DIRECTION, Direction
from flows.probe import ANSWER, Answer, _contents

NOTHING = pl.DataFrame({"record": [], "key": []}, schema={"record": pl.Binary, "key": pl.String})
SAID: dict[str, Callable[[], Answer | Direction]] = {
    "of each": lambda: Answer("tenants", pl.DataFrame([("1", "none found", None)], schema=ANSWER, orient="row"), 0.01),
    "areas": lambda: Direction("tenants", pl.DataFrame({"area": [None]}, schema=DIRECTION), 3, 0.01, "PASS", NOTHING),
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_whoever_guesses_the_answer_cannot_see_it_in_the_digest(said: Callable[[], Answer | Direction]) -> None:
    one, two = said(), said()
    assert one.facts == two.facts
    assert _contents("d", {}, [one])["answers"] != _contents("d", {}, [two])["answers"]
