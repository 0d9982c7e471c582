"""Test persons and specification scenarios of the population register, read and judged as they say.

From BRP-API/Haal-Centraal-BRP-bevragen, EUPL-1.2 (© RvIG 2022); the persons are fictional.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from declare import load
from expectations import ValidatedExtract, validate
from expectations.contract import Asked, contract
from expectations.evaluate import evaluate
from intake import Source, read_extract
from tests.intake.sources import read, source

DATA: Final = Path(__file__).parent / "data"
BRP: Final = DATA / "brp"


@pytest.fixture(scope="module")
def persons(tmp_path_factory: pytest.TempPathFactory) -> ValidatedExtract:
    """The columns that the source declares: of the file's 257 columns some bear the same name or none."""
    declared = load(BRP / "persoonslijsten.toml", Source)
    names = [column.name for column in declared.columns]
    chosen = tmp_path_factory.mktemp("brp") / "persons.csv"
    with (BRP / "persoonslijsten.csv").open(encoding="utf-8-sig") as whole, chosen.open("w", newline="") as part:
        written = csv.writer(part, delimiter=";")
        written.writerow(names)
        written.writerows([row[name] for name in names] for row in csv.DictReader(whole, delimiter=";"))
    return validate(read_extract(declared, chosen))


FOUND: Final = {  # column, rule → rows; all else is met
    ("01.01.20", "bsn-placeholder"): 1,  # 999999990
    ("01.02.10", "name-characters"): 2,  # "Korting @ 100%", and digits
    ("01.02.40", "name-characters"): 1,  # "<Onbekend> & </Onbemind>"
    ("01.02.40", "name-placeholder"): 2,  # the standard value "."
    ("01.03.10", "births-to-be-within-a-lifetime"): 2,  # 1899, and no death known
    ("01.03.30", "country-shape"): 7,  # the standard value 0000
    ("01.83.10", "pair-no-investigation"): 9,  # of ten investigations one has ended
    ("04.05.10", "nationality-shape"): 8,  # the standard value 0000
    ("08.09.10", "municipality-unknown"): 35,  # 1802, 1810 and 1811: municipalities for tests
    ("08.09.10", "pair-national-code-to-hold-on-day"): 13,
    ("08.09.20", "date-range"): 1,  # 2205
    ("08.11.80", "bag-id-municipality"): 16,
    ("08.11.80", "bag-id-object-type"): 1,  # sixteen noughts
    ("08.11.90", "bag-id-municipality"): 16,
    ("08.11.90", "bag-id-object-type"): 1,
    ("08.13.10", "country-shape"): 1,
}


def test_test_persons_are_read_whole_and_judged(persons: ValidatedExtract) -> None:
    assert persons.rows_in == persons.height == 933
    found = {(each["column"], each["rule"]): each["unexpected"] for each in persons.quality if each["unexpected"]}
    assert found == FOUND
    assert set(persons.quarantine.entries.get_column("scope")) == {"cell"}


def test_days_with_unknown_parts_are_kept(persons: ValidatedExtract) -> None:
    births = persons.table.get_column("01.03.10")
    assert {"1968-00-00", "0000-00-00"} <= set(births)
    assert births.drop_nulls().len() == 413


@dataclass(frozen=True, slots=True)
class Case:
    """One filled-in scenario: its tables as pairs of name and value, and what the answer complains of."""

    scenario: str
    values: dict[str, str]
    complaints: list[tuple[str, str]]


def cases(name: str) -> Iterator[Case]:
    for scenario in json.loads((BRP / "scenarios" / f"{name}.json").read_text(encoding="utf-8"))["scenarios"]:
        for example in scenario.get("examples") or [{}]:
            yield _case(scenario, example)


def _case(scenario: dict[str, Any], example: dict[str, str]) -> Case:
    values: dict[str, str] = {}
    complaints: list[tuple[str, str]] = []
    for step in scenario["steps"]:
        rows = [[_filled(cell, example) for cell in row] for row in step["table"]]
        if rows and rows[0] == ["code", "name", "reason"]:
            complaints += [(row[0], row[1]) for row in rows[1:]]
        elif rows and rows[0] == ["naam", "waarde"]:
            values = {**dict(row for row in rows[1:]), **values}
        elif len(rows) == 2:
            values = {**dict(zip(*rows, strict=True)), **values}
    return Case(_filled(scenario["scenario"], example), values, complaints)


def _filled(text: str, example: dict[str, str]) -> str:
    return re.sub(r"<([^<>]+)>", lambda found: example.get(found[1], found[0]), text)


PARAMETERS: Final = {
    "geboortedatum": "date", "geslacht": "sex", "geslachtsnaam": "surname", "voornamen": "given_names",
    "voorvoegsel": "prefix", "postcode": "postcode", "huisnummer": "house_number", "huisletter": "house_addition",
    "huisnummertoevoeging": "house_addition", "gemeenteVanInschrijving": "municipality",
    "adresseerbaarObjectIdentificatie": "bag_id", "nummeraanduidingIdentificatie": "bag_id",
}  # fmt: skip
"""Search parameters that are columns of a delivery; a street is no type of ours, and wildcards are no values."""

OTHERWISE: Final = {
    ("postcode", "2628  HJ"): "blanks fall away",
    ("gemeenteVanInschrijving", "123"): "a lost nought comes back",
    ("huisletter", "1"): "letter and addition are one column",
}
"""Refused as a question, fine as a delivery: what is mended when it is read, and why."""

FAULTS: Final = sorted(path.stem for path in (BRP / "scenarios").glob("zoek-*fout-cases.json"))


def faults() -> list[tuple[str, str, str, str]]:
    """Case, parameter, kind of complaint and value of every complaint about a column's value."""
    return [
        (case.scenario, name, code, case.values.get(name, ""))
        for file in FAULTS
        for case in cases(file)
        for code, name in case.complaints
        if name in PARAMETERS and code != "unknownParam" and "*" not in case.values.get(name, "")
    ]


def _complained_of(folder: Path, values: list[tuple[str, str]]) -> list[bool]:
    """Whether any rule names each (type, value): a row each, a column per type."""
    kinds = sorted({kind for kind, _ in values})
    declared = source(
        *({"name": kind, "type": kind, "role": "payload"} for kind in kinds), file={"separator": "|", "quote": ""}
    )
    lines = ["|".join(value if kind == each else "" for each in kinds) for kind, value in values]
    extract = read(folder, "\n".join(["|".join(kinds), *lines, ""]), declared)
    named = set(extract.quarantine.entries.get_column("row"))
    for found in evaluate(extract.frame, extract.height, contract(declared), "cases"):
        named |= set(found.rows)
    return [row in named for row in range(1, len(values) + 1)]


def test_every_fault_of_the_specification_is_found(tmp_path: Path) -> None:
    """Values that the register's interface complains of are named by a rule; what it calls missing is an empty cell."""
    complaints = faults()
    assert {value for _, _, code, value in complaints if code == "required"} == {""}
    wrong = [(name, value) for _, name, code, value in complaints if code != "required"]
    assert len(wrong) > 25
    judged = _complained_of(tmp_path, [(PARAMETERS[name], value) for name, value in wrong])
    assert {each for each, named in zip(wrong, judged, strict=True) if not named} == set(OTHERWISE)


GIVEN: Final = {"date": "%Y%m%d", "unknown_date_parts": True}


def test_days_are_read_as_specified(tmp_path: Path) -> None:
    written = [case.values for case in cases("persoon__datum")]
    given = [next(value for name, value in each.items() if re.fullmatch(r"\d{8}", value)) for each in written]
    days = source({"name": "day", "type": "date", "role": "payload"}, file=GIVEN)
    extract = validate(read(tmp_path, "day\n" + "\n".join(given) + "\n", days))
    for day, expected in zip(extract.table["day"], written, strict=True):
        assert day is not None
        whole = next((value for name, value in expected.items() if name.endswith(".datum") and "-" in value), None)
        year = next((value for name, value in expected.items() if name.endswith(".jaar")), "0000")
        month = next((value for name, value in expected.items() if name.endswith(".maand")), "0")
        assert day == (whole or f"{year}-{int(month):02d}-00")
    assert extract.quarantine.entries.is_empty()


STANDARD: Final = {
    "huisnummer (11.20)": ("house_number", "0"),
    "land (13.10)": ("country", "0000"),
}
"""A street is text to us, and has no standard value."""


def test_standard_values_give_no_address(tmp_path: Path) -> None:
    """Where the specification shows no address because of a standard value, the cell becomes empty."""
    seen = {
        (name, case.values[name])
        for case in cases("persoon__adressering__adres-regels__onbekendwaardes")
        for name, (_, standard) in STANDARD.items()
        if case.values.get(name) == standard
    }
    assert seen == {(name, standard) for name, (_, standard) in STANDARD.items()}
    columns = [{"name": kind, "type": kind, "role": "payload"} for kind, _ in STANDARD.values()]
    content = ",".join(kind for kind, _ in STANDARD.values()) + "\n" + ",".join(value for _, value in STANDARD.values())
    judged = validate(read(tmp_path, content + "\n", source(*columns)))
    assert judged.table.row(0) == (1, None, None)


def test_addresses_of_the_specification_are_fine(tmp_path: Path) -> None:
    kinds = {"huisnummer (11.20)": "house_number", "huisletter (11.30)": "house_addition",
             "huisnummertoevoeging (11.40)": "house_addition", "postcode (11.60)": "postcode"}  # fmt: skip
    values = [
        (kinds[name], value)
        for case in cases("persoon__adressering__adres-regels__overzicht")
        for name, value in case.values.items()
        if name in kinds and value
    ]
    assert len(values) > 20
    assert not any(_complained_of(tmp_path, values))


def test_what_is_investigated_is_told() -> None:
    """Scenarios of the interface: the whole category, the group or the element itself puts a value in doubt."""
    flag = "aanduiding in onderzoek (83.10)"
    by_scenario: dict[str, list[str]] = {}
    for case in cases("in-onderzoek"):
        if flag in case.values and re.fullmatch(r"\d{6}", case.values[flag]):
            by_scenario.setdefault(re.sub(r" en .*", "", case.scenario), []).append(case.values[flag])
    number = next(flags for scenario, flags in by_scenario.items() if scenario.startswith("burgerservicenummer wordt"))
    assert number == ["010000", "010100", "010120"]
    assert _told(number, element="010120") == number
    assert _told(number, element="010410") == ["010000"]
    every = sorted({each for flags in by_scenario.values() for each in flags})
    assert len(every) > 5
    assert _told(every) == every


def _told(flags: list[str], **element: str) -> list[str]:
    rows = pl.LazyFrame({"row": range(1, len(flags) + 1), "flag": flags, "ended": [None] * len(flags)}).cast(
        {"row": pl.UInt32, "ended": pl.String}
    )
    arguments = {"column_A": "flag", "column_B": "ended", **element}
    asked = Asked("expect_column_pair_no_investigation", "flag", arguments, "doubt", "warn")
    return [flags[row - 1] for row in evaluate(rows, len(flags), [asked], "cases")[0].rows]


def test_objects_of_the_bag_are_what_their_identification_says() -> None:
    kinds = {"VBO": "01", "LIG": "02", "STA": "03", "PND": "10", "NUM": "20", "OPR": "30"}
    objects = pl.read_csv(DATA / "bag" / "identifications.csv", infer_schema=False).with_columns(
        pl.col("ends").replace("", None)
    )
    assert objects.select(pl.col("id").str.slice(4, 2) == pl.col("kind").replace(kinds)).to_series().all()
    of = {"id": "bag_id", "status": "bag_status"}
    asked = contract(source(*({"name": name, "type": kind, "role": "payload"} for name, kind in of.items())))
    numbered = objects.with_row_index("row", 1)
    found = evaluate(numbered.lazy(), objects.height, asked, "bag")
    assert {each.asked.rule: each.unexpected for each in found} == dict.fromkeys(
        ("bag-id-object-type", "bag-id-municipality", "bag-status-known", "bag-withdrawn"), 0
    )
    limits = {"column_A": "begins", "column_B": "ends"}
    period = Asked("expect_column_pair_days_to_be_in_order", "begins", limits, "period", "warn")
    assert evaluate(numbered.lazy(), objects.height, [period], "bag")[0].met
