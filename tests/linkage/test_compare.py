"""Levels of pairs, against a slow twin that takes them one by one from the best."""

from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from benchmarks.protected import throw_away_keys
from declare import WrongInput
from linkage import Comparable, Comparison, Level, Model
from linkage.comparable import Evidence
from linkage.compare.condition import CONDITIONS, as_members
from linkage.compare.level import AS_WRITTEN, BUT_FOR_ACCENTS, MEASURED, SAME, whole
from linkage.compare.library import LIBRARY, PRESENCE, check_levels
from linkage.levels import with_levels
from linkage.pairing import Field, Pairing, pair_up
from linkage.words import words
from pseudonymise.encode import encodings
from pseudonymise.standardise import fields_of, parts
from pseudonymise.standardise.field import PARTS
from pseudonymise.token import tokens
from tests.linkage.persons import MODEL, RECORDS, persons

Row = dict[str, str | None]


def slow_level(field: Field, left: Row, right: Row) -> int:
    for number, level in enumerate(field.levels, start=1):
        if holds(field, level, left, right):
            return number
    endings = ("", *PRESENCE.get(field.kind, ()))
    present = any(left[field.name + end] is not None and right[field.name + end] is not None for end in endings)
    return field.other if present else 0


def holds(field: Field, level: Level, left: Row, right: Row) -> bool:
    if level.incomplete and None not in (left[field.name], right[field.name]):
        return False
    if any(all(equal(field.name, part, left, right) for part in parts) for parts in level.equal):
        return True
    values = left[field.name + level.of], right[field.name + level.of]
    return all(equal(field.name, part, left, right) for part in level.where) and any(
        near(field.kind, name, limit, *values) for name, limit in level.limits.items() if name in CONDITIONS
    )


@cache
def near(kind: str, name: str, limit: float, one: str | None, two: str | None) -> bool:
    texts = [as_members(kind, name, pl.Series([value], dtype=pl.String)) for value in (one, two)]
    measured = CONDITIONS[name].measure(*texts)[0]
    if measured is None:
        return False
    return measured >= limit if CONDITIONS[name].at_least else measured <= limit * (1 + 1e-9)


def equal(name: str, part: str, left: Row, right: Row) -> bool:
    one, two = part.split("=") if "=" in part else (part, part)
    ways = [(left[name + one], right[name + two]), (left[name + two], right[name + one])]
    return any(a is not None and a == b for a, b in ways)


def all_pairs(pairing: Pairing) -> pl.DataFrame:
    sides = [
        pl.DataFrame({side: range(codes.height)}, schema={side: pl.UInt32})
        for side, codes in (("l", pairing.left_codes), ("r", pairing.right_codes))
    ]
    return with_levels(sides[0].join(sides[1], how="cross"), pairing)


def assert_first_that_holds(pairing: Pairing) -> None:
    one, two = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    for pair in all_pairs(pairing).iter_rows(named=True):
        for field in pairing.fields:
            assert pair[field.column] == slow_level(field, one[pair["l"]], two[pair["r"]]), field.name


@settings(max_examples=6, deadline=None)
@given(RECORDS, RECORDS)
def test_the_level_is_the_first_that_holds(left, right):
    assert_first_that_holds(pair_up(persons(left), persons(right), MODEL))


COLUMNS = {  # column → type, field, values
    "name": ("full_name", "name", ["Jan Berg", "Berg Jan", "Kees Berg", "Cornelis Bérg", "J. Berg", "A Vos-Berg"]),
    "mail": ("email", "mail", ["jan@x.nl", "jan@y.nl", "jam@x.nl", "geen"]),
    "phone": ("phone", "phone", ["0612345678", "+32 12345678", "0612345679", "0687654321"]),
    "iban": ("iban", "iban", ["NL91ABNA0417164300", "417164300", "NL91ABNA0417164301", "BE68539007547034"]),
    "income": ("number", "income", ["100", "100,5", "95", "-100", "0"]),
    "north": ("latitude", "place", ["52.37", "52.3705", "52.38", "-90"]),
    "east": ("longitude", "place", ["4.89", "4.95"]),
    "skills": ("list", "skills", ["a|b", "b|a", "a|c|d", "d"]),
    "day": ("date", "day", ["2024-01-30", "2024-02-02", "2024-02-30", "2024-00-00", "2024-11-05"]),
    "street": ("text", "street", ["lange kerkstraat", "kerkstraat lange", "lange kérkstraat", "kerkweg"]),
}  # fmt: skip
VALUES = [st.sampled_from([None, *values]) for _, _, values in COLUMNS.values()]
OWN = {
    "street": [
        {"name": "same", "equal": [["", ".written"]]},
        {"name": "same words", "jaccard": 1.0},
        {"name": "a word", "overlap": 1, "osa": 2},
    ],
    "name": [
        {"name": "same", "equal": [[""]]},
        {"name": "like it, and the surname", "osa": 5, "where": [".surname"]},
        {"name": "like the surname, and the base", "jaro_winkler": 0.7, "of": ".surname", "where": [".base"]},
        {"name": "own and partner's", "jaccard": 0.3, "of": ".words", "where": [".surname=.other"]},
    ],
}


def model(levels: dict[str, list[dict]]) -> Model:
    fields = dict.fromkeys(field for _, field, _ in COLUMNS.values())
    comparisons = [{"field": field, "levels": levels.get(field, [])} for field in fields]
    return Model.model_validate({"id": "all", "blocks": [{"on": ["name"]}], "comparisons": comparisons})


def records(rows: list[tuple[str | None, ...]]) -> Comparable:
    table = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return Comparable.of_text(
        "left", table, fields_of((column, kind, field) for column, (kind, field, _) in COLUMNS.items())
    )


@pytest.mark.parametrize("levels", [{}, OWN], ids=["library", "own"])
@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(*VALUES), max_size=5), st.lists(st.tuples(*VALUES), max_size=5))
def test_the_level_is_the_first_that_holds_for_every_kind(levels, left, right):
    assert_first_that_holds(pair_up(records(left), records(right), model(levels)))


def tokenised(clear: Comparable) -> Comparable:
    """The same evidence as tokens and encodings, as protection makes them."""
    keys, dates = throw_away_keys(), frozenset(name for name, kind in clear.kinds.items() if kind == "date")
    names = {name: list(parts(name, kind)) for name, kind in clear.kinds.items()}
    found = {
        name: Evidence(
            pl.concat(
                [tokens(clear.table.select(columns), keys), encodings(clear.table.select(name), dates, keys)],
                how="horizontal",
            )
        )
        for name, columns in names.items()
    }
    return replace(clear, evidence=found, clear=False)


EQUALITY = {
    field: [level.model_dump(mode="json") for level in LIBRARY[kind] if not level.by_similarity]
    for field, kind in records([]).kinds.items()
}


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(*VALUES), min_size=1, max_size=4), st.lists(st.tuples(*VALUES), min_size=1, max_size=4))
def test_equality_through_tokens_is_equality_of_text(left, right):
    """Parts that are compared with each other, such as a surname and the partner's, have tokens of one key."""
    sides, by_equality = [records(left), records(right)], model(EQUALITY)
    clear = all_pairs(pair_up(*sides, by_equality))
    assert all_pairs(pair_up(*map(tokenised, sides), by_equality)).equals(clear)


def test_what_tokens_cannot_measure_never_holds():
    """Swapped names show through tokens; a distance and a number of names in common do not."""
    rows = [("Jan Berg", None, None, None, "100", "52.37", "4.89", None, "2024-01-30", None)]
    near = [("Berg Jan", None, None, None, "101", "52.3701", "4.89", None, "2023-12-31", None)]
    sides = [tokenised(records(rows)), tokenised(records(near))]
    pairing = pair_up(*sides, model({}))
    found = all_pairs(pairing).row(0, named=True)
    names = {field.name: ["missing", *(each.name for each in field.levels), "other"] for field in pairing.fields}
    seen = {field: names[field][found[f"level {field}"]] for field in ("name", "income", "place", "day")}
    assert seen == {"name": "given name and surname swapped", "income": "other", "place": "other", "day": "other"}


LEVELS = {  # type, left, right, level
    "same": ("surname", "de Jong", "Jong", "same"),
    "married name against own name": ("surname", "Bakker-Visser", "Bakker", "partner's name"),
    "typing error": ("surname", "Hendriksen", "Hendirksen", "very similar"),
    "accent dropped": ("given_names", "Éva", "Eva", "same but for accents"),
    "the same accent": ("given_names", "Éva", "E\u0301va", "same"),
    "another accent": ("surname", "Müller", "Mùller", "same but for accents"),
    "accents in a text": ("text", "Café", "Cafe", "same but for accents"),
    "nickname": ("given_names", "Kees", "Cornelis", "nickname"),
    "initial": ("given_names", "J.", "Jan", "initial of a name"),
    "another name with the same initial": ("given_names", "Joost", "Jurre", "same initial"),
    "other way round": ("full_name", "Jan van den Berg", "van den Berg Jan", "given name and surname swapped"),
    "words in another order": ("full_name", "Maria Anna Vos", "Anna Vos, Maria", "given name and surname swapped"),
    "full name with an accent dropped": ("full_name", "Éva Vos", "Eva Vos", "same but for accents"),
    "full name with a nickname": ("full_name", "Kees de Vos", "Vos, Cornelis de", "surname, and nickname"),
    "full name, married": ("full_name", "Eva Bakker-Visser", "Eva Bakker", "partner's name"),
    "full name with initials": ("full_name", "J.P. de Vos", "Jan Vos", "surname and initial of a name"),
    "full name with another initial": ("full_name", "J.P. de Vos", "Piet Vos", "surname"),
    "one name more": ("full_name", "Maria Carmen Lopez", "Carmen Lopez", "two names"),
    "day and month swapped": ("date", "1980-03-05", "1980-05-03", "day and month swapped"),
    "one wrong part": ("date", "1980-03-05", "1981-03-05", "two parts"),
    "unknown day, same month": ("date", "1980-03-00", "1980-03-05", "two parts"),
    "unknown day and month, same year": ("date", "1980-00-00", "1980-03-05", "year of a part"),
    "unknown day and month, another year": ("date", "1980-00-00", "1999-03-05", "other"),
    "a few days later, in another year": ("date", "1999-12-30", "2000-01-04", "within a month"),
    "another day of that year": ("date", "1999-12-30", "1999-02-04", "year"),
    "a date of nobody": ("date", "9999-12-31", "1980-03-05", "missing"),
    "nothing to compare": ("date", "1980-03-05", None, "missing"),
    "transposed digits": ("code", "4223", "4232", "similar"),
    "another provider": ("email", "j.vos@x.nl", "J.Vos+krant@y.nl", "same local part"),
    "phone written otherwise": ("phone", "06-12345678", "+31 6 12 34 56 78", "same"),
    "phone with the wrong country": ("phone", "+32612345678", "0612345678", "same subscriber number"),
    "phone with one wrong digit": ("phone", "0612345678", "0612345679", "similar"),
    "old account number": ("iban", "NL91 ABNA 0417 1643 00", "0417164300", "same account"),
    "number nearly the same": ("number", "1000", "1009", "within 1 %"),
    "number with another sign": ("number", "-5", "5", "other"),
    "lists": ("list", "a|b|c", "c|d", "one in common"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "two", "expected"), LEVELS.values(), ids=LEVELS)
def test_named_levels(kind, one, two, expected):
    assert level_name({kind: one}, {kind: two}) == expected


PLACES = {
    "the same": ("52.37022", "4.89517", "same"),
    "the next house": ("52.37030", "4.89520", "within 100 metres"),
    "the next street": ("52.37300", "4.89520", "within a kilometre"),
    "the next town": ("52.40000", "4.95000", "within ten kilometres"),
    "another country": ("48.85660", "2.35220", "other"),
    "nowhere": ("0", "0", "missing"),
}


@pytest.mark.parametrize(("north", "east", "expected"), PLACES.values(), ids=PLACES)
def test_places(north, east, expected):
    home = {"latitude": "52.37022", "longitude": "4.89517"}
    assert level_name(home, {"latitude": north, "longitude": east}) == expected


def test_swapped_names_from_two_columns():
    one = {"given_names": "van den Berg", "surname": "Jan"}
    assert level_name(one, {"given_names": "Jan", "surname": "van den Berg"}) == "given name and surname swapped"


def level_name(one: dict[str, str | None], two: dict[str, str | None]) -> str:
    """Level of one field, in a table of one row: the smallest there is."""
    fields = fields_of((kind, kind, "f") for kind in one)
    sides = [
        Comparable.of_text(name, pl.DataFrame([values], schema=dict.fromkeys(one, pl.String)), fields)
        for name, values in (("left", one), ("right", two))
    ]
    declared = {"id": "one", "blocks": [{"on": ["f"]}], "comparisons": [{"field": "f"}]}
    pairing = pair_up(*sides, Model.model_validate(declared))
    field = pairing.fields[0]
    return ["missing", *(each.name for each in field.levels), "other"][all_pairs(pairing)[field.column][0]]


@pytest.mark.parametrize("kind", PARTS)
def test_the_library_has_levels_for_every_kind_that_it_can_compare(kind):
    check_levels("f", kind, LIBRARY[kind])
    names = [level.name for level in LIBRARY[kind]]
    assert len(names) == len(set(names))
    assert set(names) <= words("nl").levels.keys()
    assert LIBRARY[kind] == Comparison(field="f", levels=LIBRARY[kind]).levels
    assert whole(LIBRARY[kind]) >= 1


UNFIT = {  # kind, level, what is said, the way out
    "unknown part": ("surname", {"equal": [[".suond"]]}, "'.suond'", "Did you mean .sound?"),
    "part of another kind": ("date", {"equal": [["", ".written"]]}, "'.written'", "It has: '', '.year'"),
    "one side of a swap": ("surname", {"equal": [["=.swopped"]]}, "'.swopped'", "It has"),
    "measured part": ("full_name", {"overlap": 1, "of": ".word"}, "'.word'", "Did you mean .words?"),
    "part beside": ("text", {"osa": 1, "where": [".surname"]}, "'.surname'", "It has"),
    "days of a name": ("surname", {"days": 3}, "days", "It has: osa, jaro_winkler."),
    "edits of a number": ("number", {"osa": 1}, "osa", "It has: difference, ratio."),
    "distance of a list": ("list", {"kilometres": 1}, "kilometres", "It has: overlap, jaccard."),
}


@pytest.mark.parametrize(("kind", "level", "says", "remedy"), UNFIT.values(), ids=UNFIT)
def test_levels_that_a_kind_cannot_have_are_refused(kind, level, says, remedy):
    with pytest.raises(WrongInput, match=says) as refused:
        check_levels("f", kind, [Level.model_validate({"name": "mine"} | level)])
    assert refused.value.remedy.startswith(remedy)


def test_a_model_with_such_a_level_is_refused():
    wrong = model({"street": [{"name": "mine", "equal": [[".writen"]]}]})
    with pytest.raises(WrongInput, match="street"):
        pair_up(records([]), records([]), wrong)


NO_LEVEL = {
    "no condition": ({}, "a level needs equal, dice, jaro_winkler, osa"),
    "similar and incomplete": ({"osa": 1, "incomplete": True}, "cannot be compared by similarity"),
    "nothing measured": ({"equal": [[""]], "where": [".year"]}, "nothing is"),
    "no edits": ({"osa": 0}, "greater than or equal to 1"),
    "more than all": ({"jaccard": 1.5}, "less than or equal to 1"),
    "unknown": ({"levenshtein": 1}, "Extra inputs"),
}


@pytest.mark.parametrize(("level", "says"), NO_LEVEL.values(), ids=NO_LEVEL)
def test_what_is_no_level_is_refused(level, says):
    with pytest.raises(ValidationError, match=says):
        Level.model_validate({"name": "mine"} | level)


def test_all_that_is_measured_has_a_limit_in_a_level():
    assert set(MEASURED) == {"dice", *CONDITIONS}
    assert {name for name in MEASURED if name in Level.model_fields} == set(MEASURED)


WHOLE = {
    "as written, then folded": ([AS_WRITTEN, BUT_FOR_ACCENTS], 2),
    "folded": ([SAME], 1),
    "as written alone": ([AS_WRITTEN], 0),
    "a part first": ([Level(name="year", equal=((".year",),)), SAME], 0),
    "similar as well": ([Level(name="same", equal=(("",),), osa=1)], 0),
    "two that do not lie within each other": ([AS_WRITTEN, Level(name="x", equal=(("", ".sound"),)), SAME], 0),
    "none": ([], 0),
}


@pytest.mark.parametrize(("levels", "expected"), WHOLE.values(), ids=WHOLE)
def test_levels_on_which_whole_values_are_equal(levels, expected):
    assert whole(levels) == expected
