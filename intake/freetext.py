"""Identifiers in texts: found, and masked or told.

A text is cut in segments by one expression: what looks like an e-mail address, account, telephone number, licence plate
or citizen service number, words, and what stands between. Each segment is judged once for all texts together, and words
against the names of their own record. What no pattern shows stays: names of others, nicknames, descriptions.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from intake.names import LETTERS, PREFIX
from intake.numbers import PLATES, has_iban_check_digits, is_phone, is_plate, meets_eleven_test
from intake.quarantine import ENTRIES
from intake.source import NAME_TYPES, Column, Source

MASKS: Final[Mapping[str, str]] = {
    "email": "[e-mail]", "iban": "[iban]", "phone": "[telefoon]", "plate": "[kenteken]", "bsn": "[bsn]",
    "name": "[naam]",
}  # fmt: skip
"""What stands in the place of an identifier, by its kind; rules are named `freetext-` and the kind."""

_EMAIL: Final = r"[\p{L}0-9._%+\-]+@[\p{L}0-9\-]+(?:\.[\p{L}0-9\-]+)+"
_IBAN: Final = (
    r"\b(?:(?i:NL)[0-9]{2}[ .]?(?i:[A-Z]{4})(?:[ .]?[0-9]){10}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"
    r"|[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){2,7}(?: [0-9]{1,3})?)\b"
)
_PHONE: Final = (
    r"(?:\+|\b00)31[ \-.]?(?:\(0\)[ \-.]?)?[1-9](?:[ \-.]?[0-9]){8}\b"
    r"|(?:\+|\b00)[124-9][0-9]{1,2}(?:[ \-.]?[0-9]){6,11}\b"
    r"|\(0[0-9]{2,3}\)(?:[ \-.]?[0-9]){6,7}\b|\b0[1-9](?:[ \-./]{0,3}[0-9]){8}\b|\b0[89]00[ \-][0-9]{4}\b"
)
_PLATE: Final = r"\b(?:[A-Za-z0-9]{1,3}-[A-Za-z0-9]{2,3}-[A-Za-z0-9]{1,3}|[A-Z0-9]{6})\b"
_BSN: Final = r"\b(?:[0-9]{9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{3}|[0-9]{3}[. ][0-9]{3}[. ][0-9]{3})\b"
_WORD: Final = r"[\p{L}\p{M}]+"
_SEGMENT: Final = rf"(?:{_EMAIL}|{_IBAN}|{_PHONE}|{_PLATE}|{_BSN}|{_WORD}|[0-9]+|[^\p{{L}}\p{{M}}0-9+(]+|(?s:.))"
"""From first to last: a segment is what the first of these makes of the text at that place. Nothing is lost."""

_BEFORE: Final = rf"(?:(?i:\b{PREFIX})[ .'’\-/]+|\b\p{{Lu}}\.[ ]?)+\[naam\]"
"""Prefixes and initials in front of a name belong to it."""
_TOGETHER: Final = r"\[naam\](?:[ \-.,'’]+(?:\p{L}[ '’]+)?\[naam\])+"

MEASURED: Final = Path(__file__).with_name("freetext_measured.json")
VERSION: Final = hashlib.sha256("\n".join((_SEGMENT, _BEFORE, _TOGETHER, *PLATES)).encode()).hexdigest()[:16]
"""Of the patterns; figures hold for one version only."""


def search(table: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their texts masked, and entries (`ENTRIES`) for what was found in columns that are searched.

    Scope `masked` where the source has texts masked; `refused` where anything found costs the column.
    """
    entries = [pl.DataFrame(schema=ENTRIES)]
    for column in source.searched:
        found = mask(table, column.name, source)
        entries.append(_entries(found, column))
        if column.freetext == "mask":
            table = table.with_columns(found["masked"].alias(column.name))
    return table, pl.concat(entries)


def refused(entries: pl.DataFrame, source: Source) -> list[str]:
    """Columns in which something was found that the source has refused for it."""
    named = set(entries.filter(pl.col("scope") == "refused").get_column("column"))
    return [column.name for column in source.searched if column.name in named]


def mask(table: pl.DataFrame, text: str, source: Source) -> pl.DataFrame:
    """Columns `row`, `masked` (null for no text) and, by kind of `MASKS`, whether it was found; as in `table`."""
    pieces = _judged(_segments(table, text), _names(table, source))
    whole = pieces.group_by("row", maintain_order=True).agg(
        pl.col("masked").str.join(""), *((pl.col("kind") == kind).any().alias(kind) for kind in MASKS)
    )
    whole = whole.with_columns(pl.when("name").then(_whole_names(pl.col("masked"))).otherwise("masked").alias("masked"))
    found = table.select("row").join(whole, on="row", how="left", maintain_order="left")
    return found.with_columns(pl.col(*MASKS).fill_null(value=False))


def measured() -> dict[str, Any]:
    """How well it searches: `texts`, `seed`, `version`, and by kind `planted`, `found`, `masked`, `wrong` (counts)."""
    facts: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return facts


def _segments(table: pl.DataFrame, text: str) -> pl.DataFrame:
    cut = table.select("row", segment=pl.col(text).str.extract_all(_SEGMENT))
    return cut.filter(pl.col("segment").list.len() > 0).explode("segment")


def _judged(segments: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Columns `row`, `masked`, `kind`."""
    distinct = segments.select(pl.col("segment").unique()).with_columns(kind=_kind(pl.col("segment")), word=_plain())
    pieces = segments.join(distinct, on="segment", how="left", maintain_order="left")
    named = pieces.join(names.with_columns(name=pl.lit("name")), on=["row", "word"], how="left", maintain_order="left")
    # Words of two or three letters are names where they are written as one: En, Wei, and not en, wei.
    written = (pl.col("word").str.len_chars() > 3) | pl.col("segment").str.contains(r"^\p{Lu}")
    kind = pl.coalesce("kind", pl.when(written).then("name"))
    return named.select(
        "row",
        masked=kind.replace_strict(MASKS, default=None, return_dtype=pl.String).fill_null(pl.col("segment")),
        kind=kind,
    )


def _kind(segment: pl.Expr) -> pl.Expr:
    digits = segment.str.replace_all(r"[ .]", "")
    return (
        pl.when(segment.str.contains("@", literal=True) & segment.str.contains(rf"^{_EMAIL}$")).then(pl.lit("email"))
        .when(segment.str.contains(r"^[A-Za-z]{2}[0-9]{2}[ .A-Za-z0-9]{11,}$") & has_iban_check_digits(segment))
        .then(pl.lit("iban"))
        .when(segment.str.len_chars().is_between(9, 24) & is_phone(segment)).then(pl.lit("phone"))
        .when(segment.str.len_chars().is_between(6, 9) & is_plate(segment)).then(pl.lit("plate"))
        .when(segment.str.contains(rf"^{_BSN}$") & meets_eleven_test(digits)).then(pl.lit("bsn"))
    )  # fmt: skip


def _names(table: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Columns `row`, `word`: the words of the names of each record, without prefixes and single letters."""
    columns = [column.name for column in source.read if column.type in NAME_TYPES]
    if not columns:
        return pl.DataFrame(schema={"row": pl.UInt32, "word": pl.String})
    written = table.select("row", word=pl.concat_str(columns, separator=" ", ignore_nulls=True).str.extract_all(_WORD))
    words = written.filter(pl.col("word").list.len() > 0).explode("word").select("row", word=_plain("word"))
    telling = (pl.col("word").str.len_chars() > 1) & ~pl.col("word").str.contains(f"^{PREFIX}$")
    return words.filter(telling).unique()


def _plain(name: str = "segment") -> pl.Expr:
    """Small letters without marks; what is compared of a name."""
    return (
        pl.col(name).str.normalize("NFKD").str.replace_all(r"\p{M}+", "").str.to_lowercase().str.replace_many(LETTERS)
    )


def _whole_names(masked: pl.Expr) -> pl.Expr:
    return masked.str.replace_all(_BEFORE, MASKS["name"]).str.replace_all(_TOGETHER, MASKS["name"])


def _entries(found: pl.DataFrame, column: Column) -> pl.DataFrame:
    scope = "masked" if column.freetext == "mask" else "refused"
    named = [
        found.filter(pl.col(kind)).select(
            "row", column=pl.lit(column.name), rule=pl.lit(f"freetext-{kind}"), scope=pl.lit(scope)
        )
        for kind in MASKS
    ]
    return pl.concat(named).cast(ENTRIES)
