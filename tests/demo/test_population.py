"""The generated files: deterministic, in the declared encodings, with the declared pollution and no real number."""

import hashlib
import re
from pathlib import Path

import polars as pl
import pytest

from koppelkamer.demo.bsn import passes
from koppelkamer.demo.names import full_surname
from koppelkamer.demo.population import generate
from koppelkamer.demo.rates import ADDRESSES, INCOMES, REPORTS, RESIDENTS
from koppelkamer.demo.spelling import behind, capitalised, compact, dotted, swapped, without_accents
from tests.demo.conftest import ENCODINGS, PERSONS, Delivered

SOURCES = list(ENCODINGS)
BSN_COLUMNS = {"residents": "burgerservicenummer", "incomes": "bsn", "reports": "bsn"}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def near(found: float, declared: float, count: int) -> bool:
    """Whether a share lies within five binomial standard deviations of the declared one."""
    return abs(found - declared) <= 5 * (declared * (1 - declared) / count) ** 0.5 + 1 / count


def share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return rows.select(condition.fill_null(value=False).mean()).item()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in {"one": 1, "again": 1, "other": 2}.items():
        generate(tmp_path / name, 300, seed)
    one, again, other = (digests(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one.keys() == other.keys()
    assert not set(one.values()) & set(other.values())


@pytest.mark.parametrize("persons", [10, 60, 500])
def test_small_populations_are_whole(tmp_path: Path, persons: int) -> None:
    generate(tmp_path, persons)
    for source in SOURCES:
        rows = (tmp_path / "deliveries" / f"{source}.csv").read_bytes().count(b"\n") - 1
        truth = pl.read_csv(tmp_path / "truth" / f"{source}.rows.csv")
        assert truth["row"].to_list() == list(range(1, rows + 1))


@pytest.mark.parametrize("source", SOURCES)
def test_files_have_the_declared_encoding(made: Path, source: str) -> None:
    content = (made / "deliveries" / f"{source}.csv").read_bytes()
    content.decode(ENCODINGS[source])
    if source == "incomes":
        assert b"\r\n" in content
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


@pytest.mark.parametrize("source", SOURCES)
def test_the_truth_covers_every_row(made: Path, source: str) -> None:
    rows = (made / "deliveries" / f"{source}.csv").read_bytes().count(b"\n") - 1
    truth = pl.read_csv(made / "truth" / f"{source}.rows.csv")
    assert truth["row"].to_list() == list(range(1, rows + 1))
    nowhere = {"residents": RESIDENTS.nowhere}.get(source, 0.0)
    assert truth.drop("address").null_count().sum_horizontal().sum() == 0
    assert near(truth["address"].null_count() / rows, nowhere, rows)


def test_every_bsn_is_of_nobody(made: Path, delivered: Delivered) -> None:
    true = pl.read_csv(made / "truth" / "people.csv", infer_schema=False)["bsn"]
    assert true.is_unique().all()
    assert all(passes(number) for number in true)
    for source, column in BSN_COLUMNS.items():
        assert delivered(source)[column].drop_nulls().str.contains(r"^9\d{8}$").all()
    remarks = " ".join(delivered("reports")["toelichting"].drop_nulls())
    assert all(number.startswith("9") for number in re.findall(r"\b\d{9}\b", remarks))


INVALID = {"residents": RESIDENTS.invalid_bsn, "incomes": INCOMES.invalid_bsn, "reports": REPORTS.invalid_bsn}


@pytest.mark.parametrize(("source", "declared"), INVALID.items(), ids=INVALID)
def test_the_declared_share_of_bsns_fails_the_eleven_test(delivered: Delivered, source: str, declared: float) -> None:
    numbers = delivered(source)[BSN_COLUMNS[source]].drop_nulls()
    failing = sum(not passes(number) for number in numbers) / len(numbers)
    assert failing > 0
    assert near(failing, declared, len(numbers))


def test_sizes(delivered: Delivered) -> None:
    residents, incomes, reports = (delivered(source) for source in ("residents", "incomes", "reports"))
    assert residents.height == PERSONS + round(RESIDENTS.double * PERSONS)
    assert residents["person"].n_unique() == PERSONS
    assert incomes["person"].is_unique().all()
    resident = set(residents["person"])
    elsewhere = set(incomes["person"]) - resident
    assert len(elsewhere) == round(INCOMES.elsewhere * PERSONS)
    adults = residents.filter(pl.col("true_born") <= "2007-12-31").select(pl.col("person").unique())
    assert near((incomes.height - len(elsewhere)) / adults.height, INCOMES.of_adults, adults.height)
    ragged = round(REPORTS.ragged * REPORTS.per_person * PERSONS)
    assert reports.height + ragged == round(REPORTS.per_person * PERSONS)
    nowhere = reports.filter(~pl.col("person").is_in(resident | set(incomes["person"])))
    assert abs(nowhere.height - REPORTS.nowhere * reports.height) <= ragged + 1
    assert near(
        reports.filter(pl.col("person").is_in(resident))["person"].n_unique() / PERSONS, REPORTS.of_persons, PERSONS
    )


def styled(name: str) -> pl.Expr:
    """Whether the surname is the plain one in this style; accents do not count."""
    style = {"behind": behind, "dotted": dotted, "compact": compact, "capitalised": capitalised}[name]
    return without_accents(pl.col("achternaam")) == without_accents(
        style(pl.col("true_prefix"), pl.col("true_surname"))
    )


STYLES = ["behind", "dotted", "compact", "capitalised"]


@pytest.mark.parametrize("name", STYLES)
def test_prefixes_are_written_five_ways(delivered: Delivered, name: str) -> None:
    rows = delivered("reports").filter(
        pl.col("true_partner_surname").is_null() & pl.col("true_prefix").str.contains(" ", literal=True)
    )
    kept = 1 - REPORTS.surname_mistyped
    assert near(share(rows, styled(name)), getattr(REPORTS, name) * kept, rows.height)


def plain_surname(prefix: str, surname: str) -> pl.Expr:
    return full_surname(pl.col(prefix).fill_null(""), pl.col(surname))


def test_partner_names(delivered: Delivered) -> None:
    rows = delivered("reports").filter(
        pl.col("true_partner_surname").is_not_null() & (pl.col("true_group") == "general")
    )
    own = plain_surname("true_prefix", "true_surname")
    both = pl.concat_str(plain_surname("true_partner_prefix", "true_partner_surname"), pl.lit("-"), own)
    kept = 1 - REPORTS.surname_mistyped
    name = without_accents(pl.col("achternaam"))
    assert near(share(rows, name == without_accents(both)), REPORTS.double_name * kept, rows.height)
    partner = pl.col("true_partner_surname")
    only = name.str.ends_with(partner) & (partner != pl.col("true_surname")) & ~pl.col("achternaam").str.contains("-")
    assert 0 < share(rows, only) < REPORTS.partner_name


@pytest.fixture
def dated(delivered: Delivered) -> pl.DataFrame:
    """Reports with a birth date, and `born` as the inspection would write the true one."""
    born = pl.col("true_born").str.replace(r"(\d+)-(\d+)-(\d+)", "$3-$2-$1").alias("born")
    return delivered("reports").filter(pl.col("geboortedatum").is_not_null()).with_columns(born)


DATES = {
    "day unknown": (pl.col("geboortedatum").str.starts_with("00-"), REPORTS.unknown_day * (1 - REPORTS.date_swapped)),
    "impossible": (pl.col("geboortedatum").str.starts_with("31-02-"), REPORTS.impossible_date),
}


@pytest.mark.parametrize(("condition", "declared"), DATES.values(), ids=DATES)
def test_birth_dates_are_polluted_as_declared(dated: pl.DataFrame, condition: pl.Expr, declared: float) -> None:
    assert share(dated, condition) > 0
    assert near(share(dated, condition), declared, dated.height)


def test_days_and_months_are_swapped_where_that_gives_a_date(dated: pl.DataFrame) -> None:
    day, month = pl.col("born").str.slice(0, 2), pl.col("born").str.slice(3, 2)
    rows = dated.filter((day <= "12") & (day != month))
    found = share(rows, swapped(pl.col("born")) == pl.col("geboortedatum"))
    assert near(found, REPORTS.date_swapped * (1 - REPORTS.date_mistyped), rows.height)


MISSING = {
    "voornaam": REPORTS.missing,
    "geboortedatum": REPORTS.missing,
    "postcode": REPORTS.missing,
    "bsn": 1 - REPORTS.bsn,
}


@pytest.mark.parametrize(("column", "declared"), MISSING.items(), ids=MISSING)
def test_parts_are_missing_as_declared(delivered: Delivered, column: str, declared: float) -> None:
    rows = delivered("reports")
    assert near(share(rows, pl.col(column).is_null()), declared, rows.height)


def test_given_names(delivered: Delivered) -> None:
    rows = delivered("reports").filter(pl.col("voornaam").is_not_null())
    assert near(share(rows, pl.col("voornaam").str.contains(r"^\p{Lu}\.")), REPORTS.initials, rows.height)
    known = rows.filter(pl.col("true_nickname") != "")
    kept = (1 - REPORTS.given_name_mistyped) * (1 - REPORTS.initials)
    assert near(share(known, pl.col("voornaam") == pl.col("true_nickname")), REPORTS.nickname * kept, known.height)


def test_accents_are_dropped_from_about_half_of_the_names(delivered: Delivered) -> None:
    rows = delivered("reports").filter(pl.col("true_surname") != without_accents(pl.col("true_surname")))
    rows = rows.filter(pl.col("true_partner_surname").is_null())
    ascii_only = pl.col("achternaam") == without_accents(pl.col("achternaam"))
    assert near(share(rows, ascii_only), REPORTS.accents_dropped, rows.height)


def test_who_moved_is_reported_at_the_address_of_the_day(delivered: Delivered) -> None:
    rows = delivered("reports")
    reported = pl.col("meldingsdatum").str.replace(r"(\d+)-(\d+)-(\d+)", "$3-$2-$1")
    before = rows.filter(reported < pl.col("true_settled"))
    assert before.height > 20
    assert (before["true_place"] == before["true_old_address"]).all()
    after = rows.filter(reported >= pl.col("true_settled"))
    outdated = share(after, pl.col("true_place") != pl.col("true_address"))
    assert near(outdated, REPORTS.outdated_address, after.height)


def test_nobody_is_reported_before_birth_or_as_a_child(delivered: Delivered) -> None:
    year = pl.col("meldingsdatum").str.slice(6).cast(pl.Int32) - pl.col("true_born").str.slice(0, 4).cast(pl.Int32)
    assert delivered("reports").select(year.min()).item() >= 16


def test_some_remarks_hold_an_identifier(delivered: Delivered) -> None:
    remarks = delivered("reports")["toelichting"]
    leaking = remarks.str.contains(r"BSN \d{9}|06-00\d{6}").sum()
    assert near(leaking / remarks.drop_nulls().len(), REPORTS.identifier_in_remark, remarks.drop_nulls().len())


def test_amounts_are_dutch_but_for_a_few(delivered: Delivered) -> None:
    amounts, incomes = delivered("reports")["bedrag"], delivered("incomes")["inkomen"]
    dutch = r"^\d{1,3}(\.\d{3})*,\d\d$"
    assert incomes.str.contains(dutch).all()
    assert 0 < (~amounts.str.contains(dutch)).sum() <= round(REPORTS.wrong_amount * PERSONS * REPORTS.per_person)


def test_a_few_report_numbers_are_given_out_twice(delivered: Delivered) -> None:
    assert delivered("reports")["meldingsnummer"].is_duplicated().any()


def test_addresses(made: Path, delivered: Delivered) -> None:
    rows = delivered("addresses")
    assert rows["nummeraanduiding"].is_unique().all()
    assert rows["nummeraanduiding"].str.contains(r"^\d{4}20\d{10}$").all()
    assert (rows["nummeraanduiding"].str.slice(0, 4) == rows["gemeentecode"]).all()
    assert rows["postcode"].str.contains(r"^[1-9]\d{3}[A-Z]{2}$").all()
    assert near(share(rows, pl.col("status").str.ends_with("ingetrokken")), ADDRESSES.withdrawn, rows.height)
    assert rows.select("postcode", "huisnummer", "toevoeging").is_duplicated().any()


def test_some_people_live_at_withdrawn_addresses(made: Path, delivered: Delivered) -> None:
    places = pl.read_csv(made / "truth" / "places.csv", infer_schema=False)
    withdrawn = places.filter(pl.col("status").str.ends_with("ingetrokken"))["address"]
    assert delivered("residents")["true_address"].is_in(withdrawn.implode()).any()


def test_households_share_address_and_surname_and_some_hold_twins(made: Path) -> None:
    people = pl.read_csv(made / "truth" / "people.csv")
    assert (people.group_by("household").agg(pl.col("address").n_unique())["address"] == 1).all()
    children = people.filter(pl.col("place") >= pl.col("adults"))
    heads = people.filter(pl.col("place") == 0).select("household", head="surname")
    assert (children.join(heads, on="household")["surname"] == children.join(heads, on="household")["head"]).all()
    assert children.select(pl.struct("household", "born").is_duplicated()).to_series().any()
