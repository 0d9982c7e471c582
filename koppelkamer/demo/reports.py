"""The inspection's reports: several about one person, typed by hand, mostly without a BSN."""

from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo import bsn
from koppelkamer.demo.chance import drawn, some, struck
from koppelkamer.demo.names import GENERAL, initials
from koppelkamer.demo.people import age
from koppelkamer.demo.rates import REPORTS
from koppelkamer.demo.remarks import remarks
from koppelkamer.demo.spelling import (
    amount,
    behind,
    capitalised,
    compact,
    dotted,
    mistyped,
    plain,
    swapped,
    without_accents,
)

KINDS: Final = {
    "onderbetaling": 26, "overbewoning": 20, "huisvesting": 18,
    "zwartwerk": 17, "schijnzelfstandigheid": 12, "uitbuiting": 7,
}  # fmt: skip
_FIRST, _DAYS = np.datetime64("2023-01-01"), 3 * 365
_YOUNGEST: Final = 19
"""Years of age on the day ages are counted, so that nobody is younger than sixteen when reported."""
_STYLES: Final = {"behind": behind, "dotted": dotted, "compact": compact, "capitalised": capitalised, "plain": plain}


def reports(
    people: pl.DataFrame, strangers: pl.DataFrame, places: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """The rows of the file in its order and under its column names, with `person` and `address` in front.

    About `people` of the registers, and some about `strangers` in none. `ragged` marks the rows to be torn.
    """
    rows = _who(people, strangers, places, rng)
    rows = rows.with_columns(_dates(rows.height, rng)).sort("reported", maintain_order=True)
    rows = _at_the_address_known(rows, rng).join(places, on="address", how="left", maintain_order="left")
    return rows.select(
        "person", "address",
        some(rows.height, REPORTS.ragged, rng).alias("ragged"),
        _numbers(rows, rng).alias("meldingsnummer"),
        pl.col("reported").dt.strftime("%d-%m-%Y").alias("meldingsdatum"),
        _given_name(rows, rng).alias("voornaam"),
        _surname(rows, rng).alias("achternaam"),
        _birth_date(rows, rng).alias("geboortedatum"),
        _bsn(rows, rng).alias("bsn"),
        *_address(rows, rng),
        _kinds(rows.height, rng).alias("soort"),
        _amounts(rows.height, rng).alias("bedrag"),
        remarks(rows["bsn"], rng).alias("toelichting"),
    )  # fmt: skip


def _who(people: pl.DataFrame, strangers: pl.DataFrame, places: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One row a report: everybody chosen once, the rest falls unevenly on those already chosen."""
    count = round(REPORTS.per_person * people.height)
    elsewhere = round(REPORTS.nowhere * count)
    eligible = people.filter(age(pl.col("born")) >= _YOUNGEST)
    housed = eligible.join(places, on="address", how="left", maintain_order="left")
    weights = housed.select(_exposure()).to_series().to_numpy()
    size = min(round(REPORTS.of_persons * people.height), eligible.height, count - elsewhere)
    chosen = rng.choice(eligible.height, size=size, replace=False, p=weights / weights.sum())
    uneven = rng.gamma(0.6, size=size)
    again = rng.choice(chosen, size=count - elsewhere - size, p=uneven / uneven.sum())
    unknown = strangers[rng.integers(0, strangers.height, elsewhere)]
    return pl.concat([eligible[np.concatenate([chosen, again])], unknown])


def _exposure() -> pl.Expr:
    """How likely a person is reported: more with a low income, somewhat more in three of the municipalities."""
    by_income = pl.when(pl.col("income") < 20_000).then(1.6).when(pl.col("income") > 55_000).then(0.6).otherwise(1.0)
    by_place = pl.when(pl.col("gemeentecode").is_in(["0150", "0200", "0221"])).then(1.25).otherwise(0.85)
    return by_income * by_place


def _dates(count: int, rng: np.random.Generator) -> pl.Series:
    return pl.Series("reported", _FIRST + rng.integers(0, _DAYS, count)).cast(pl.Date)


def _at_the_address_known(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """`address` is the old one for who moved after the report, and for some the inspection never heard of moving."""
    old = struck(rows.height, REPORTS.outdated_address, rng) | (rows["reported"] < rows["settled"])
    return rows.with_columns(pl.when(old).then("old_address").otherwise("address").alias("address"))


def _numbers(rows: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Numbers by year, a few given out twice."""
    serial = pl.Series(np.arange(1, rows.height + 1)).cast(pl.String).str.zfill(6)
    numbers = pl.select("M" + rows["reported"].dt.strftime("%Y") + "-" + serial).to_series()
    again = some(rows.height, REPORTS.repeated_number, rng)
    return pl.select(pl.when(again).then(numbers.shift(1, fill_value=numbers[0])).otherwise(numbers)).to_series()


def _given_name(rows: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """The first given name, a nickname or initials."""
    count = rows.height
    nickname = struck(count, REPORTS.nickname, rng) & (rows["nickname"] != "")
    first = pl.when(nickname).then("nickname").otherwise(pl.col("given_names").str.split(" ").list.first())
    names = _worn(rows.select(first).to_series(), rows["group"], REPORTS.given_name_mistyped, rng)
    short = struck(count, REPORTS.initials, rng)
    letters = rows.select(initials(pl.col("given_names"))).to_series()
    return _blanked(pl.select(pl.when(short).then(letters).otherwise(names)).to_series(), rng)


def _surname(rows: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """The name in use, in one of five styles."""
    shares = {style: getattr(REPORTS, style) for style in _STYLES if style != "plain"}
    style = drawn(shares | {"plain": 1 - sum(shares.values())}, rows.height, rng)
    use = drawn(_uses(), rows.height, rng)
    married = rows["partner_surname"].is_not_null()
    partner = pl.Series("partner", married & (use == "partner"))
    prefix = pl.when(partner).then("partner_prefix").otherwise("prefix")
    surname = pl.when(partner).then("partner_surname").otherwise("surname")
    written = pl.coalesce(pl.when(style == name).then(write(prefix, surname)) for name, write in _STYLES.items())
    both = pl.concat_str(
        plain(pl.col("partner_prefix"), pl.col("partner_surname")),
        pl.lit("-"),
        plain(pl.col("prefix"), pl.col("surname")),
    )
    names = rows.select(pl.when(pl.Series(married & (use == "both"))).then(both).otherwise(written)).to_series()
    return _worn(names, rows["group"], REPORTS.surname_mistyped, rng)


def _uses() -> dict[str, float]:
    both, partner = REPORTS.double_name, REPORTS.partner_name
    return {"both": both, "partner": partner, "own": 1 - both - partner}


def _worn(names: pl.Series, groups: pl.Series, share: float, rng: np.random.Generator) -> pl.Series:
    """Names as they come out of the keyboard: without accents, mistyped, more so when unfamiliar."""
    bare = struck(len(names), REPORTS.accents_dropped, rng)
    typed = pl.select(pl.when(bare).then(without_accents(pl.lit(names))).otherwise(names)).to_series()
    shares = pl.select(pl.when(groups == GENERAL).then(share).otherwise(share * REPORTS.unfamiliar)).to_series()
    return mistyped(typed, struck(len(names), shares, rng), rng)


def _birth_date(rows: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Swapped, mistyped, without a day, impossible or missing; mistyped ones may not exist."""
    count, born = rows.height, pl.col("born").dt.strftime("%d-%m-%Y")
    turned, unknown = struck(count, REPORTS.date_swapped, rng), struck(count, REPORTS.unknown_day, rng)
    date = pl.when(turned).then(swapped(born)).when(unknown).then("00" + born.str.slice(2)).otherwise(born)
    typed = _digit_replaced(rows.select(date).to_series(), struck(count, REPORTS.date_mistyped, rng), rng)
    impossible = some(count, REPORTS.impossible_date, rng)
    absurd = pl.when(impossible).then("31-02" + typed.str.slice(5)).otherwise(typed)
    return _blanked(pl.select(absurd).to_series(), rng)


def _digit_replaced(dates: pl.Series, chosen: pl.Series, rng: np.random.Generator) -> pl.Series:
    """The chosen dates with the last digit of day, month or year replaced by another."""
    typed = dates.to_list()
    for row in np.flatnonzero(chosen.to_numpy()):
        place = (1, 4, 9)[rng.integers(3)]
        digit = str((int(typed[row][place]) + int(rng.integers(1, 10))) % 10)
        typed[row] = typed[row][:place] + digit + typed[row][place + 1 :]
    return pl.Series(typed, dtype=pl.String)


def _bsn(rows: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Mostly empty, and not always right."""
    known, wrong = struck(rows.height, REPORTS.bsn, rng), struck(rows.height, REPORTS.invalid_bsn, rng)
    number = pl.when(wrong).then(bsn.spoilt(rows["bsn"], rng)).otherwise("bsn")
    return rows.select(pl.when(known).then(number)).to_series()


def _address(rows: pl.DataFrame, rng: np.random.Generator) -> list[pl.Expr]:
    """Street, postal code with or without a space, house number, addition in either case; all missing for some."""
    missing, spaced = struck(rows.height, REPORTS.missing, rng), struck(rows.height, 0.5, rng)
    postcode = pl.when(spaced).then(pl.col("postcode").str.replace(r"^(\d{4})", "$1 ")).otherwise("postcode")
    addition = (
        pl.when(struck(rows.height, 0.3, rng)).then(pl.col("toevoeging").str.to_lowercase()).otherwise("toevoeging")
    )
    parts = {
        "straat": pl.lit(_street(rows["openbareruimte"], rng)),
        "postcode": postcode,
        "huisnummer": pl.col("huisnummer"),
        "toevoeging": addition,
    }
    return [pl.when(~missing).then(part).alias(name) for name, part in parts.items()]


def _street(streets: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Shortened or mistyped."""
    short = struck(len(streets), REPORTS.street_shortened, rng)
    written = pl.when(short).then(streets.str.replace("straat$", "str.")).otherwise(streets)
    return mistyped(pl.select(written).to_series(), struck(len(streets), REPORTS.street_mistyped, rng), rng)


def _kinds(count: int, rng: np.random.Generator) -> pl.Series:
    """A kind from the inspection's list; a few from another list."""
    kinds, unknown = drawn(KINDS, count, rng), some(count, REPORTS.unknown_kind, rng)
    return pl.select(pl.when(unknown).then(pl.lit("overlast")).otherwise(kinds)).to_series()


def _amounts(count: int, rng: np.random.Generator) -> pl.Series:
    """Euros in Dutch notation, with a long tail; a few are no amount at all."""
    euros = np.exp(rng.normal(7.2, 0.8, count)) * np.where(rng.random(count) < 0.001, 60, 1)
    written = pl.Series([amount(value) for value in euros])
    wrong = some(count, REPORTS.wrong_amount, rng)
    return pl.select(pl.when(wrong).then(pl.lit("1.2.34,5,6")).otherwise(written)).to_series()


def _blanked(texts: pl.Series, rng: np.random.Generator) -> pl.Series:
    missing = struck(len(texts), REPORTS.missing, rng)
    return pl.select(pl.when(~missing).then(texts)).to_series()
