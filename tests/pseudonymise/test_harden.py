"""What hardening leaves of evidence, and that both partners leave the same."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymise.canary import canary_keys
from pseudonymise.domain import HardeningName, SignedDomain
from pseudonymise.harden import HARDENINGS, Hardening, common_surnames, filtered, harden
from pseudonymise.keys import DomainKeys
from pseudonymise.keys.handle import SigningKey, StoredMaster
from pseudonymise.protect import protect
from pseudonymise.protected import bits
from pseudonymise.standardise import evidence, fields_of
from tests.pseudonymise.conftest import domain, extract

FIELDS = fields_of(
    [("last", "surname", "surname"), ("first", "given_names", "given_name"), ("born", "date", "birth_date"),
     ("street", "text", "street"), ("card", "code", "card")]
)  # fmt: skip
STANDARD = HARDENINGS["standard"]


def hardened(names: list[str | None], hardening: Hardening, first: list[str | None] | None = None) -> pl.DataFrame:
    table = pl.DataFrame(
        {"last": names, "first": first or names, "born": "1980-02-03", "street": names, "card": "12"},
        schema_overrides={"last": pl.String, "first": pl.String, "street": pl.String},
    )
    return harden(evidence(table, FIELDS), FIELDS, canary_keys(), hardening)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.none() | st.text(alphabet="abcdeéjngkz -", max_size=8), min_size=1, max_size=8))
def test_equal_values_stay_equal_and_nothing_stays_nothing(names: list[str | None]) -> None:
    clear, coarse = hardened(names, Hardening()), hardened(names, STANDARD)
    assert clear.columns == coarse.columns
    for column in clear.columns:
        known = "surname" if column == "surname.written" else column.replace("given_name.written", "given_name")
        known = known.replace("street.written", "street")
        pairs = pl.DataFrame({"clear": clear[known], "coarse": coarse[column]})
        assert pairs["clear"].is_null().equals(pairs["coarse"].is_null())
        assert pairs.unique()["clear"].is_unique().all()


def test_the_commonest_surnames_share_tokens_with_each_other_and_with_no_rare_one() -> None:
    common, rare = list(common_surnames()[: STANDARD.common]), ["zandvoorder", "kwikkelaar", "Jongkind"]
    found = hardened([*common, *rare], STANDARD)["surname"]
    assert found[: STANDARD.common].n_unique() <= STANDARD.crowds
    assert found[STANDARD.common :].to_list() == ["zandvoorder", "kwikkelaar", "jongkind"]


def test_a_crowd_is_as_coarse_in_how_it_sounds() -> None:
    """Else the sound would tell which name of the crowd it is."""
    found = hardened(list(common_surnames()[: STANDARD.common]), STANDARD)
    assert found["surname"].equals(found["surname.sound"].alias("surname"))


def test_given_names_keep_their_tokens_and_sounds_come_in_groups() -> None:
    names = ["Jan", "Zoë", "Kees"]
    found = hardened(names, STANDARD)
    assert found["given_name"].to_list() == found["given_name.written"].to_list() == ["jan", "zoe", "kees"]
    assert found["given_name.initial"].to_list() == ["j", "z", "k"]
    assert found["given_name.sound"].str.contains(r"^=\d+$").all()


def test_strict_leaves_names_their_group_of_sounds_only() -> None:
    found = hardened(["Jong", "Zandvoorder"], HARDENINGS["strict"])
    assert found["surname"].equals(found["surname.sound"].alias("surname"))
    assert found["surname"].str.contains(r"^=\d+$").all()


def full_names(names: list[tuple[str, str]], hardening: Hardening) -> pl.DataFrame:
    fields = fields_of([("first", "given_names", "name"), ("last", "surname", "name")])
    table = pl.DataFrame(names, schema=["first", "last"], orient="row")
    return harden(evidence(table, fields), fields, canary_keys(), hardening)


WHOLE = ("name", "name.written", "name.swapped", "name.words")
PREFIXES = ("", "de ", "van den ")


@pytest.mark.parametrize("name", ["standard", "strict"])
def test_a_whole_name_tells_no_more_than_its_parts(name: HardeningName) -> None:
    """Prefixes differ within a crowd, and so does the place of a name in the alphabet: neither may show."""
    people = [
        (first, PREFIXES[number % 3] + last)
        for first in ("Jan", "Zoë", "Kees")
        for number, last in enumerate((*common_surnames()[:40], "Zandvoorder", "Jongkind"))
    ]
    found = full_names(people, HARDENINGS[name]).with_columns(first=pl.Series([first for first, _ in people]))
    of_parts = found.group_by("first", "name.surname").agg(pl.col(*WHOLE).n_unique())
    assert (of_parts.select(WHOLE) == 1).min_horizontal().all()
    assert of_parts.height < len(people)


def test_halves_in_each_other_s_place_still_meet() -> None:
    for hardening in HARDENINGS.values():
        found = full_names([("Jan", "Bakker"), ("Bakker", "Jan")], hardening)
        assert found["name"][0] == found["name.swapped"][1]
        assert found["name.words"].n_unique() == 1


FILTERED: dict[HardeningName, tuple[str, ...]] = {
    "none": ("surname", "given_name", "birth_date", "street", "card"),
    "standard": ("card",),
    "strict": ("card",),
}


@pytest.mark.parametrize("name", HARDENINGS)
def test_filters(name: HardeningName) -> None:
    assert filtered(FIELDS, HARDENINGS[name]) == FILTERED[name]


@pytest.mark.parametrize(("name", "has_filters"), [("none", True), ("standard", False), ("strict", False)])
def test_the_domain_decides(name: HardeningName, has_filters: bool) -> None:
    signed = SignedDomain(domain=domain(hardening=name), recipient="", issuer="", signature="")
    made = protect(extract(), DomainKeys(StoredMaster(b"m" * 32), signed, signer=SigningKey(b"s" * 32))).table.table
    assert set(bits("surname")).issubset(made.columns) == has_filters
