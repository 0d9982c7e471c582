"""What linkage says, in two languages: nothing missing, nothing left over, numbers as each language writes them."""

import re
import string
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from linkage.files import _lost
from linkage.train import NOT_CALIBRATED
from linkage.words import LANGUAGES, recognised, say, words

PARTS = ("explain", "levels", "said", "report", "review")


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("part", PARTS)
def test_catalogues_say_the_same(part):
    dutch, english = (getattr(words(language), part) for language in LANGUAGES[::-1])
    assert list(dutch) == list(english)
    for key, sentence in dutch.items():
        assert blanks(sentence) == blanks(english[key]), key
        assert sentence.strip(), key


def test_every_sentence_of_the_page_is_used():
    folder = files("linkage.report")
    sections = folder.joinpath("templates", "sections")
    sources = [folder.joinpath("templates", "page.html.jinja"), *sections.iterdir()]
    sources += [folder.joinpath(f"{name}.py") for name in ("charts", "page")]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    made = ("assignment_", "truth_", "example_", "by_", "gap_")
    keys_of_sides = {"left", "right", "records", "unknown"}
    keys = [key for key in words("en").report if not key.startswith(made) and key not in keys_of_sides]
    assert [key for key in keys if not re.search(rf"[\"']{key}[\"']", text)] == []


@pytest.mark.parametrize("key", words("en").said)
def test_what_was_said_is_recognised_and_retold(key):
    values = {name: "1,234" if name == "number" else "surname" for name in blanks(words("en").said[key])}
    sentence = say(key, **values)
    assert recognised(sentence) == (key, values)
    assert words("en").retold(sentence) == sentence
    dutch = words("nl").retold(sentence)
    assert dutch != sentence
    assert "1,234" not in dutch


def test_levels_are_retold_by_their_names():
    sentence = say("unseen", levels="surname: partner's name, my own; city: similar")
    assert words("nl").retold(sentence).endswith("surname: de naam van de partner, my own; city: gelijkend")


def test_sentences_of_nobody_stay_as_they_are():
    assert words("nl").retold("something else altogether") == "something else altogether"


SAID = {
    "labels that do not calibrate": NOT_CALIBRATED,
    "dates that are none": _lost(Path("a.csv"), pl.Series("born", ["x", "y", "z"]), pl.Series(["x", "y", None]), "%Y"),
}


@pytest.mark.parametrize("sentence", SAID.values(), ids=SAID)
def test_what_other_parts_say_is_known(sentence):
    assert recognised(sentence)


PERCENT = {
    "not known": (None, "niet bekend"),
    "all": (1.0, "100,0 %"),
    "nearly all": (0.99999, "> 99,9 %"),
    "nearly nothing": (1e-6, "< 0,1 %"),
    "nothing": (0.0, "0,0 %"),
    "some": (0.1234, "12,3 %"),
}


@pytest.mark.parametrize(("share", "written"), PERCENT.values(), ids=PERCENT)
def test_nearly_is_not_rounded_to_all_or_nothing(share, written):
    assert words("nl").percent(share) == written


CHANCES = {"small": (5.6e-7, "5,6 × 10⁻⁷"), "nearly one": (0.99999, "> 0,9999"), "plain": (0.25, "0,2500")}


@pytest.mark.parametrize(("chance", "written"), CHANCES.values(), ids=CHANCES)
def test_chances_are_written_with_a_power_of_ten_where_they_are_small(chance, written):
    assert words("nl").chance(chance) == written


def test_numbers_are_written_as_the_language_writes_them():
    assert [words(language).number(12345.6, 1) for language in LANGUAGES] == ["12,345.6", "12.345,6"]
    assert [words(language).plain(-0.5) for language in LANGUAGES] == ["−0.5", "−0,5"]
