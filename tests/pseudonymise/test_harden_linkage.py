"""Linking on hardened tokens: what it costs on public data, and that rare names still count for more."""

import polars as pl
import pytest

from benchmarks.protected import protected_side
from benchmarks.real import measure
from benchmarks.sets import SETS
from declare import load
from linkage.comparable import Comparable, comparable
from linkage.dictionary import numbers
from linkage.files import read_records
from linkage.frequency import frequencies
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from pseudonymise.harden import HARDENINGS, common_surnames


def test_census_and_social_security_lose_little() -> None:
    """Against 0.9908 in clear text (`test_real.py`)."""
    assert measure(SETS["census-social-security"], "tokens and encodings")["pairs"]["f1"] >= 0.9888


def test_clkhash_s_own_test_data_link() -> None:
    assert measure(SETS["clkhash"], "tokens and encodings")["pairs"]["f1"] >= 0.99


@pytest.fixture(scope="module")
def frequency_by_record() -> pl.DataFrame:
    """Surname, and how often it occurs: by value, and by token."""
    real = SETS["clkhash"]
    model = load(real.model, Model)
    clear = [read_records(path, model, side).comparable for path, side in ((real.left, "left"), (real.right, "right"))]
    hard = [
        comparable(protected_side(path, model, side)) for path, side in ((real.left, "left"), (real.right, "right"))
    ]
    found = {name: _of_left(pair_up(*sides, model)) for name, sides in (("value", clear), ("token", hard))}
    return pl.DataFrame({"surname": _left_table(clear)["surname"], **found}).drop_nulls()


def _left_table(sides: list[Comparable]) -> pl.DataFrame:
    return sides[0].table


def _of_left(pairing: Pairing) -> pl.Series:
    return pl.Series(frequencies(pairing, "surname")[numbers(pairing.left_codes["surname"])])


def test_term_frequency_of_a_token_is_that_of_its_value(frequency_by_record: pl.DataFrame) -> None:
    common = pl.col("surname").is_in(common_surnames()[: HARDENINGS["standard"].common])
    rare = frequency_by_record.filter(~common)
    assert rare.height > 900
    assert rare["value"].to_list() == pytest.approx(rare["token"].to_list())
    crowded = frequency_by_record.filter(common)
    assert (crowded["token"] >= crowded["value"]).all()
