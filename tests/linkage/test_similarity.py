"""What is measured of two values, against slow twins: rapidfuzz for text, plain Python for the rest."""

import math
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from linkage import similarity
from linkage.compare.condition import CONDITIONS


def days(one: str, two: str) -> float | None:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(two)).days)
    except ValueError:
        return None


def ratio(one: str, two: str) -> float:
    a, b = float(one), float(two)
    return 0.0 if a == b else abs(a - b) / max(abs(a), abs(b))


def kilometres(one: str, two: str) -> float:
    """By the angle between two unit vectors, another formula than the haversine."""
    vectors = []
    for place in (one, two):
        north, east = (math.radians(float(degrees)) for degrees in place.split(" "))
        vectors.append((math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)))
    chord = math.dist(*vectors)
    return 2 * math.asin(min(chord / 2, 1.0)) * similarity.EARTH


def jaccard(one: str, two: str) -> float:
    a, b = set(one.split("|")), set(two.split("|"))
    return len(a & b) / len(a | b)


TEXTS = st.text(alphabet="abcéßøИ日ñ😀 e\u0301", min_size=1, max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32).map(str)
PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda place: f"{place[0]:.5f} {place[1]:.5f}")
DATES = st.one_of(st.dates().map(str), st.sampled_from(["1985-02-30", "1985-27-03", "9998-12-31"]))
LISTS = st.lists(st.sampled_from(["rood", "groen", "geel", "日", "😀"]), min_size=1).map("|".join)

TWINS = {  # values, twin, how close
    "jaro_winkler": (TEXTS, lambda one, two: JaroWinkler.similarity(one, two, prefix_weight=0.1), 1e-12),
    "osa": (TEXTS, OSA.distance, 0),
    "difference": (NUMBERS, lambda one, two: abs(float(one) - float(two)), 1e-12),
    "ratio": (NUMBERS, ratio, 1e-12),
    "kilometres": (PLACES, kilometres, 1e-3),
    "days": (DATES, days, 0),
    "overlap": (LISTS, lambda one, two: len(set(one.split("|")) & set(two.split("|"))), 0),
    "jaccard": (LISTS, jaccard, 1e-12),
}


def test_every_condition_has_a_twin():
    assert TWINS.keys() == CONDITIONS.keys()


@settings(max_examples=15, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", TWINS)
def test_measures_equal_their_twins(name, data):
    values, twin, close = TWINS[name]
    pairs = data.draw(st.lists(st.tuples(st.none() | values, st.none() | values), min_size=1, max_size=10))
    left, right = (pl.Series(side, dtype=pl.String) for side in zip(*pairs, strict=True))
    measured = CONDITIONS[name].measure(left, right)
    assert measured.dtype == pl.Float64
    for (one, two), found in zip(pairs, measured, strict=True):
        expected = None if one is None or two is None else twin(one, two)
        assert found == (expected if expected is None else pytest.approx(expected, abs=close))


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("values", [[], [None], [None, None], ["?"], ["?", None]], ids=str)
def test_nothing_to_measure(name, values):
    """No row, one row, only nulls, and what cannot be read: the plugin takes one row for a constant."""
    texts = pl.Series(values, dtype=pl.String)
    found = CONDITIONS[name].measure(texts, pl.Series([None] * len(values), dtype=pl.String))
    assert found.to_list() == [None] * len(values)


FIXED = {  # measured, one, two, what comes out
    "exchanged neighbours": ("osa", "Hendriksen", "Hendirksen", 1),
    "a character outside the basic plane is one": ("osa", "a😀b", "ab", 1),
    "rounding": ("difference", "1.1", "1.0", 0.1),
    "opposite signs": ("ratio", "-1", "1", 2),
    "two zeros": ("ratio", "0.0", "0.0", 0),
    "across a leap day": ("days", "2024-02-28", "2024-03-01", 2),
    "a day that does not exist": ("days", "2023-02-29", "2023-03-01", None),
    "Amsterdam and Utrecht": ("kilometres", "52.37022 4.89517", "52.09083 5.12222", 34.7),
    "over the date line": ("kilometres", "0.0 179.5", "0.0 -179.5", 111.2),
    "pole to pole": ("kilometres", "90.0 0.0", "-90.0 17.0", 20015.1),
    "no longitude": ("kilometres", "52.37022", "52.37022 4.89517", None),
    "no number": ("difference", "een", "1", None),
    "nothing in common": ("jaccard", "a|b", "c", 0),
    "a member twice": ("overlap", "a|a|b", "a|c", 1),
}


@pytest.mark.parametrize(("name", "one", "two", "expected"), FIXED.values(), ids=FIXED)
def test_named_measures(name, one, two, expected):
    found = CONDITIONS[name].measure(pl.Series([one]), pl.Series([two]))[0]
    assert found == (
        expected if expected is None else pytest.approx(expected, abs=0.05 if name == "kilometres" else 1e-9)
    )
