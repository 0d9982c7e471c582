"""Identifiers in texts: masked, or the column emptied; and how many are found."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.freetext import figures, texts
from benchmarks.freetext import source as texts_source
from expectations import validate
from expectations.quality import summary
from expectations.report import Masking, render, tell
from intake import Extract, Source
from intake.freetext import MASKS, VERSION, mask, measured
from pseudonymise.quality import is_of_source
from tests.intake.sources import read, source

NAMES = [{"name": name, "type": name, "role": "drop"} for name in ("given_names", "prefix", "surname")]


def searched(how: str = "mask") -> Source:
    return source(*NAMES, {"name": "remark", "type": "freetext", "role": "payload", "freetext": how})


def read_texts(folder: Path, *remarks: str, how: str = "mask", **file: Any) -> Extract:
    rows = "".join(f"Anna Maria|van der|Bäckeř|{remark}\n" for remark in remarks)
    declared = searched(how).model_copy(update={"file": source("a", file={"separator": "|", "quote": ""}).file})
    return read(folder, f"given_names|prefix|surname|remark\n{rows}", declared)


TEXTS = {  # what is written, what is left of it
    "BSN": ("bsn 999990639 bekend", "bsn [bsn] bekend"),
    "BSN with points": ("bsn 9999.90.639.", "bsn [bsn]."),
    "nine digits that fail the test": ("bsn 999990638 bekend", "bsn 999990638 bekend"),
    "a BSN within a longer number": ("order 9999906390", "order 9999906390"),
    "a BSN behind letters": ("BSN999990639", "BSN[bsn]"),
    "account": ("van NL91 ABNA 0417 1643 00 op 3 mei", "van [iban] op 3 mei"),
    "account in small letters": ("nl91abna0417164300", "[iban]"),
    "account of another country": ("BE68539007547034", "[iban]"),
    "account with wrong check digits": ("NL92ABNA0417164300", "NL92ABNA0417164300"),
    "e-mail": ("mail a.b+c@voorbeeld.example.nl.", "mail [e-mail]."),
    "telephone": ("bel 06-12345678 of +31 20 123 45 67", "bel [telefoon] of [telefoon]"),
    "telephone with a nought between brackets": ("+31 (0)6 12345678", "[telefoon]"),
    "a date is no telephone number": ("op 01-02-2019 om 12:30", "op 01-02-2019 om 12:30"),
    "an amount": ("voor 1.250.000,00 euro", "voor 1.250.000,00 euro"),
    "licence plate": ("auto XX-999-X en 9xxx99", "auto [kenteken] en 9xxx99"),
    "licence plate without hyphens": ("auto XX999X.", "auto [kenteken]."),
    "an address is no licence plate": ("Dorpsstraat 12-3, 1234 AB", "Dorpsstraat 12-3, 1234 AB"),
    "the name": ("Anna was er", "[naam] was er"),
    "the whole name": ("gezien: Anna van der Backer.", "gezien: [naam]."),
    "the name the other way": ("BACKER, A.M. was er", "[naam], A.M. was er"),
    "the name with initials": ("A.M. van der bäcker", "[naam]"),
    "the name with a shortened prefix": ("mevr. v.d. Bäckeř", "mevr. [naam]"),
    "a prefix alone": ("van der is een voorvoegsel", "van der is een voorvoegsel"),
    "the name within a word": ("Backers en Annaberg", "Backers en Annaberg"),
    "another's name": ("Willem de Wit", "Willem de Wit"),
    "nothing": ("geen bijzonderheden", "geen bijzonderheden"),
}


def test_what_identifies_is_masked_and_the_rest_stays(tmp_path: Path) -> None:
    extract = read_texts(tmp_path, *(text for text, _ in TEXTS.values()))
    left = dict(zip(TEXTS, extract.table["remark"], strict=True))
    assert left == {name: shown for name, (_, shown) in TEXTS.items()}


def test_each_masked_text_is_told_by_kind_and_nothing_else(tmp_path: Path) -> None:
    extract = read_texts(tmp_path, "Anna Anna 999990639", "geen", "Anna")
    assert extract.quarantine.entries.rows() == [
        (1, "remark", "freetext-bsn", "masked"),
        (1, "remark", "freetext-name", "masked"),
        (3, "remark", "freetext-name", "masked"),
    ]
    assert extract.height == 3


REFUSED = {"one text identifies": ("Anna", [None, None]), "none does": ("Johanna", ["geen", "Johanna"])}


@pytest.mark.parametrize(("remark", "kept"), REFUSED.values(), ids=REFUSED)
def test_a_column_is_refused_as_a_whole(tmp_path: Path, remark: str, kept: list[str | None]) -> None:
    extract = read_texts(tmp_path, "geen", remark, how="refuse")
    assert extract.table["remark"].to_list() == kept
    assert extract.quarantine.entries.get_column("scope").to_list() == (["refused"] if kept[0] is None else [])


def test_names_are_looked_for_and_left_behind(tmp_path: Path) -> None:
    validated = validate(read_texts(tmp_path, "Anna", "geen"))
    assert validated.table.columns == ["row", "remark"]


def test_a_report_counts_what_was_masked_and_says_how_well_it_is_found(tmp_path: Path) -> None:
    validated = validate(read_texts(tmp_path, "Anna 999990639", "geen"))
    facts = summary(validated)
    assert {each["rule"]: each["count"] for each in facts["quarantine"]} == {"freetext-bsn": 1, "freetext-name": 1}
    assert (facts["rows"]["kept"], facts["emptied"]) == (2, 0)
    written = render(tell(facts, validated.source, Masking(10)), "nl")
    assert "Doorzocht: remark (gemaskeerd)." in written
    assert "een burgerservicenummer" in written
    assert "999990639" not in written and "Anna" not in written


def test_what_was_masked_fits_the_declaration_of_the_source(tmp_path: Path) -> None:
    validated = validate(read_texts(tmp_path, "Anna 999990639"))
    assert is_of_source(validated.quality, validated.quarantine.entries, 1, validated.source, 1)
    made_up = validated.quarantine.entries.with_columns(rule=pl.lit("freetext-anna"))
    assert not is_of_source(validated.quality, made_up, 1, validated.source, 1)


def test_figures_are_of_these_patterns_and_hold_for_other_texts() -> None:
    """What reports show was measured with these very patterns; of other made texts as much is found."""
    told = measured()
    assert told["version"] == VERSION, "run python -m benchmarks.freetext"
    again = figures(texts(2_000, told["seed"] + 1))
    for kind, each in again.items():
        said = told["kinds"][kind]
        assert each["found"] / each["planted"] == pytest.approx(said["found"] / said["planted"], abs=0.01)
        assert each["wrong"] / each["masked"] == pytest.approx(said["wrong"] / said["masked"], abs=0.02)


ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), ANYTHING), min_size=1, max_size=5))
def test_a_text_without_identifiers_comes_back_as_it_was(remarks: list[str | None]) -> None:
    rows = pl.Series("row", range(1, len(remarks) + 1), dtype=pl.UInt32)
    empty = [None] * len(remarks)
    schema = dict.fromkeys(("given_names", "prefix", "surname", "text"), pl.String)
    cells = pl.DataFrame([empty, empty, empty, remarks], schema=schema).with_columns(rows)
    found = mask(cells, "text", texts_source())
    for remark, row in zip(remarks, found.iter_rows(named=True), strict=True):
        if not any(row[kind] for kind in MASKS):
            assert row["masked"] == (remark or None)
