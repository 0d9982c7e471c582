"""Levels of pairs, against a slow twin that takes them one by one from the best; similarity, against rapidfuzz."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from linkage.block import with_levels
from linkage.coincidence import with_equality
from linkage.compare.level import PRESENCE, Level
from linkage.pairing import Field, Pairing, pair_up
from linkage.similarity import dice, jaro_winkler
from pseudonymise.protected import bits
from tests.linkage.persons import MODEL, RECORDS, persons

Row = dict[str, str | None]


def slow_level(field: Field, left: Row, right: Row) -> int:
    for number, level in enumerate(field.levels, start=1):
        if holds(field.name, level, left, right):
            return number
    endings = ("", *PRESENCE.get(field.kind, ()))
    present = any(left[field.name + end] is not None and right[field.name + end] is not None for end in endings)
    return field.other if present else 0


def holds(name: str, level: Level, left: Row, right: Row) -> bool:
    whole = left[name], right[name]
    if level.incomplete and None not in whole:
        return False
    if level.jaro_winkler is not None and None not in whole and similar(*whole) >= level.jaro_winkler:
        return True
    return any(all(equal(name, part, left, right) for part in parts) for parts in level.equal)


def similar(one: str | None, two: str | None) -> float:
    return JaroWinkler.similarity(one, two, prefix_weight=0.1)


def equal(name: str, part: str, left: Row, right: Row) -> bool:
    one, two = part.split("=") if "=" in part else (part, part)
    ways = [(left[name + one], right[name + two]), (left[name + two], right[name + one])]
    return any(a is not None and a == b for a, b in ways)


def all_pairs(pairing: Pairing) -> pl.DataFrame:
    sides = [
        pl.DataFrame({side: range(codes.height)}, schema={side: pl.UInt32})
        for side, codes in (("l", pairing.left_codes), ("r", pairing.right_codes))
    ]
    return with_levels(with_equality(sides[0].join(sides[1], how="cross"), pairing), pairing)


@settings(max_examples=15, deadline=None)
@given(RECORDS, RECORDS)
def test_the_level_is_the_first_that_holds(left, right):
    pairing = pair_up(persons(left), persons(right), MODEL)
    one, two = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    for pair in all_pairs(pairing).iter_rows(named=True):
        for field in pairing.fields:
            assert pair[field.column] == slow_level(field, one[pair["l"]], two[pair["r"]]), field.name


LEVELS = {  # field, left, right, level
    "same": ("surname", "de Jong", "Jong", "same"),
    "married name against own name": ("surname", "Bakker-Visser", "Bakker", "partner's name"),
    "typing error": ("surname", "Hendriksen", "Hendirksen", "very similar"),
    "accent dropped": ("given_name", "Éva", "Eva", "same"),
    "initial": ("given_name", "J.", "Jan", "initial of a name"),
    "another name with the same initial": ("given_name", "Joost", "Jurre", "same initial"),
    "day and month swapped": ("birth_date", "1980-03-05", "1980-05-03", "day and month swapped"),
    "one wrong part": ("birth_date", "1980-03-05", "1981-03-05", "two parts"),
    "unknown day, same month": ("birth_date", "1980-03-00", "1980-03-05", "two parts"),
    "unknown day and month, same year": ("birth_date", "1980-00-00", "1980-03-05", "year of a part"),
    "unknown day and month, another year": ("birth_date", "1980-00-00", "1999-03-05", "other"),
    "nothing to compare": ("birth_date", "1980-03-05", None, "missing"),
    "transposed digits": ("postcode", "4223", "4232", "similar"),
}


@pytest.mark.parametrize(("name", "one", "two", "expected"), LEVELS.values(), ids=LEVELS)
def test_named_levels(name, one, two, expected):
    position = ["surname", "given_name", "birth_date", "postcode", "sex"].index(name)
    sides = [persons([tuple(value if at == position else None for at in range(5))]) for value in (one, two)]
    pairing = pair_up(*sides, MODEL)
    field = next(field for field in pairing.fields if field.name == name)
    level = all_pairs(pairing)[field.column][0]
    assert ["missing", *(each.name for each in field.levels), "other"][level] == expected


TEXT = st.one_of(st.none(), st.text(alphabet="abcéßøИ日ñ😀 e\u0301", max_size=8))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=20))
def test_similarity_counts_characters_not_bytes(pairs):
    left, right = (pl.Series(side, dtype=pl.String) for side in zip(*pairs, strict=True))
    for (one, two), found in zip(pairs, jaro_winkler(left, right), strict=True):
        if one is None or two is None:
            assert found is None
        elif one and two:
            assert found == pytest.approx(JaroWinkler.similarity(one, two, prefix_weight=0.1), abs=1e-12)


WORDS = st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=8)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_dice_of_encodings(pairs):
    frames = [
        pl.DataFrame(side, schema=dict.fromkeys(bits("f"), pl.UInt64), orient="row")
        for side in zip(*pairs, strict=True)
    ]
    for (one, two), found in zip(pairs, dice(*frames), strict=True):
        common = sum((a & b).bit_count() for a, b in zip(one, two, strict=True))
        total = sum(word.bit_count() for word in one + two)
        if total:
            assert found == pytest.approx(2 * common / total, abs=1e-12)
