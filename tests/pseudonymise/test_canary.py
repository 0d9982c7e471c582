"""Canary records: everybody's installation must give what is published, and another language can."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import load
from intake import Source
from pseudonymise import canary
from pseudonymise.canary import EXPECTED, FOLDER, CanaryFailed, canary_keys, compare, made, require_canaries
from pseudonymise.delivery import encode_delivery
from pseudonymise.harden import COMMON
from pseudonymise.keys import DomainKeys
from pseudonymise.standardise import fields_of, parts
from pseudonymise.standardise.field import CLEAR_KINDS, KINDS
from tests.pseudonymise.conftest import extract

PAGE = Path(__file__).parents[2] / "docs" / "token.md"


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    return pl.read_csv(EXPECTED, schema_overrides={"row": pl.UInt32}, infer_schema=False)


def test_the_canary_records_hold(expected: pl.DataFrame) -> None:
    require_canaries()
    assert made(canary_keys()).equals(expected)


def test_every_kind_of_evidence_has_canaries(expected: pl.DataFrame) -> None:
    source = load(FOLDER / "source.toml", Source)
    fields = fields_of((column.name, column.type, column.field or "") for column in source.columns)
    # these are standardised by the rules of `identifier` and `category` alone
    plain = {"bag_id", "licence_plate", "nationality", "country", "category", "integer", "decimal"}
    of_text = {"year", "month", "day"}  # columns of one date, of no file format of ours
    tried = {column.type for column in source.columns}
    assert {kind for kind, field in KINDS.items() if field not in CLEAR_KINDS} - tried - of_text <= plain
    every = {name for field in fields for name in parts(field.name, field.kind)}
    assert every == set(expected["evidence"])
    assert pl.read_csv(FOLDER / "records.csv", separator=";", infer_schema=False).height == 50


def test_another_language_gives_the_same(expected: pl.DataFrame) -> None:
    """The program on the page sees the text of each piece of evidence, and none of our code."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    program = re.findall(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    texts = expected.select("row", "evidence", "text").write_csv()
    common = str(COMMON)
    call = [node, "-e", program, common]
    printed = subprocess.run(call, input=texts, capture_output=True, text=True, check=True).stdout
    assert printed == EXPECTED.read_text()


DRIFTS: dict[str, tuple[str, Any, str]] = {
    "letters are folded otherwise": ("pseudonymise.standardise.fold._LETTERS", {"ß": "sz"}, "standardisation"),
    "another list of placeholders": ("pseudonymise.standardise.fold.PLACEHOLDERS", "^x$", "standardisation"),
    "another list of prefixes": ("pseudonymise.standardise.surname.PREFIX", "(?:van)", "standardisation"),
    "other nicknames": ("pseudonymise.standardise.given_name.nicknames", lambda: {"kees": "kees"}, "standardisation"),
    "sounds in other groups": ("pseudonymise.harden.GROUP", "groups", "hardening"),
    "tokens for another purpose": ("pseudonymise.token.TOKEN", "tokens", "token"),
    "other edges of an encoding": ("pseudonymise.encode.EDGE", "#", "encoding"),
    "bigrams under another key": ("pseudonymise.encode.ENCODING", "encodings", "encoding"),
}


@pytest.mark.parametrize(("place", "instead", "step"), DRIFTS.values(), ids=DRIFTS)
def test_an_installation_that_does_otherwise_makes_nothing(
    town: DomainKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, instead: Any, step: str
) -> None:
    monkeypatch.setattr(place, instead)
    require_canaries.cache_clear()
    try:
        with pytest.raises(CanaryFailed, match=rf"the {step} of this installation .*: canary record \d+, [a-z_.]+;"):
            encode_delivery(extract(), town, town.signed.recipient, tmp_path / "out")
    finally:
        require_canaries.cache_clear()
    assert list(tmp_path.iterdir()) == []


CHANGES: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "a value less": (lambda frame: frame.slice(1), "standardisation"),
    "a value more": (
        lambda frame: pl.concat([frame, frame.head(1).with_columns(evidence=pl.lit("bsn.other"))]), "standardisation"
    ),
    "a token": (lambda frame: with_first(frame, "token", "00" * 16), "token"),
    "no token": (lambda frame: with_first(frame, "token", None), "token"),
    "an encoding": (lambda frame: with_first(frame, "encoding", "00" * 64), "encoding"),
}  # fmt: skip


def with_first(frame: pl.DataFrame, column: str, value: str | None) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.int_range(pl.len()) > 0).then(column).otherwise(pl.lit(value)).alias(column))


@pytest.mark.parametrize(("change", "step"), CHANGES.values(), ids=CHANGES)
def test_what_differs_is_named(
    expected: pl.DataFrame, change: Callable[[pl.DataFrame], pl.DataFrame], step: str
) -> None:
    compare(expected, expected)
    with pytest.raises(CanaryFailed, match=f"the {step} of"):
        compare(change(expected), expected)


def test_the_published_key_is_the_one_on_the_page() -> None:
    assert canary.MASTER.hex() in PAGE.read_text()
    assert (canary_keys().signed.domain.id, canary_keys().signed.domain.version) == ("canary", 1)
