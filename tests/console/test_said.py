"""What the register refuses is said whole in Dutch: every sentence has its translation, with the same places."""

import re

import pytest
from django.utils import translation

from console import said
from declare import Refusal
from declare.sentence import places, read, written
from register import refusals
from tests.console.sentences import DAY, EXAMPLES, KINDS, in_examples, in_register, sentences
from tests.console.test_words import catalogue


def test_every_refusal_of_the_register_has_an_example() -> None:
    assert {type(each) for each in EXAMPLES} == KINDS


def test_every_sentence_in_the_code_has_a_dutch_one() -> None:
    assert not (in_register() | in_examples()) - catalogue().keys()


def test_every_sentence_has_the_same_places_in_dutch() -> None:
    dutch = catalogue()
    assert {text: sorted(places(word)) for text, word in dutch.items()} == {
        text: sorted(places(text)) for text in dutch
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: type(each).__name__)
def test_it_is_said_in_dutch_with_all_that_stands_in_it(example: Refusal) -> None:
    known = {*example.said.parts, *example.way_out.parts}
    assert all(set(places(each.template)) <= known | each.parts.keys() for each in sentences([example.said]))
    with translation.override("nl"):
        for whole in (said.said(example.said), said.said(example.way_out)):
            assert "lang=" not in whole
            assert whole[0] == whole[0].upper() and whole[-1] in ".?!"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: type(each).__name__)
def test_what_is_kept_of_it_says_the_same(example: Refusal) -> None:
    for sentence in (example.said, example.way_out):
        assert str(read(written(sentence))) == str(sentence)


def test_no_page_tells_a_reader_to_give_an_option() -> None:
    with translation.override("en"):
        ways = [said.said(each.way_out) for each in EXAMPLES]
    assert not [way for way in ways if re.search(r"--\w|`koppelkamer (?!encode)", way)]


def test_days_roles_and_states_are_in_the_language() -> None:
    with translation.override("nl"):
        assert "1 maart 2026" in said.said(refusals.BadUntil(DAY).said)
        assert said.said(refusals.NotYours("approve", ["dpo"]).said) == "“goedkeuren” is hier voor: FG."
    with translation.override("en"):
        assert "1 March 2026" in said.said(refusals.BadUntil(DAY).said)


def test_what_has_no_dutch_is_marked_as_english() -> None:
    with translation.override("nl"):
        assert said.said(Refusal("100 % full", remedy="").said) == '<span lang="en">100 % full.</span>'
