"""An explanation in words: every step said once, factors as they are, no value."""

import pytest

from linkage import explain, train
from linkage.compare.level import MISSING, OTHER
from linkage.compare.library import LIBRARY
from linkage.explain import Explanation, Step
from linkage.pairing import pair_up
from linkage.words import LANGUAGES, words
from tests.linkage.persons import MODEL, persons

PAIR = Explanation(
    -12.3,
    (
        Step("birth_date", "same", 12.344),
        Step("surname", "same", 11.0, 1.6),
        Step("given_name", "same", 4.0, -1.0),
        Step("sex", "other", -5.0),
        Step("postcode", "missing", 0.0),
        Step("city", "near", 0.01),
        Step("number", "same", 60.0),
    ),
    0.999999,
)

ENGLISH = (
    "Of all pairs, one in 5,000 is a match.",
    "birth_date: equal. This makes a match 5,200 times as likely.",
    "surname: equal. This makes a match 680 times as likely.",
    "The value is rare: another 3 times.",
    "given_name: equal. This makes a match 32 times as likely.",
    "The value is common: 2 times less.",
    "sex: different. This makes a match 32 times less likely.",
    "postcode: missing on one side at least. This says nothing.",
    "city: near. This hardly says anything.",
    "number: equal. This makes a match more than a billion times as likely.",
    "Together: a match with a probability of 99.99 %.",
)


def test_in_english():
    assert PAIR.words() == ENGLISH
    assert str(PAIR).splitlines() == list(ENGLISH)


def test_in_dutch():
    dutch = PAIR.words("nl")
    assert len(dutch) == len(ENGLISH)
    assert dutch[1] == "birth_date: gelijk. Dit maakt een match 5.200 keer zo waarschijnlijk."
    assert dutch[-1] == "Samen: een match met een kans van 99,99 %."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_level_of_the_library_has_a_name(language):
    names = {level.name for levels in LIBRARY.values() for level in levels} | {MISSING, OTHER}
    assert set(words(language).levels) == names


def test_fields_that_weigh_together_are_one_step():
    why = Explanation(-3.0, (Step("postcode + city", "same + missing", 3.0),), 0.5)
    assert why.words("nl")[1].startswith("postcode + city: gelijk + ontbreekt.")


CHANCES = {"certain": (1.0, "99.99"), "an even chance": (0.5, "50.00"), "none to speak of": (1e-9, "0.00")}


@pytest.mark.parametrize(("chance", "said"), CHANCES.values(), ids=CHANCES)
def test_the_probability_is_never_a_hundred_percent(chance, said):
    assert f"{said} %" in Explanation(0.0, (), chance).words()[-1]


def test_of_a_real_pair_the_rare_name_is_said_and_no_value():
    records = [("Jansen", "Jan", None, "4223", None)] * 30 + [("Zwartendijk", "Eva", "1980-03-05", "4223", None)]
    both = persons(records), persons(records)
    why = explain(pair_up(*both, MODEL), train(*both, MODEL), 30, 30)
    assert "The value is rare" in str(why)
    assert not any(value in str(why) for value in ("Zwartendijk", "Eva", "1980", "4223"))
