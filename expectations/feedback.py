"""Terugmeldingen: which failed rule throws doubt on a national register, and on what there.

Who uses authentic data of a basisregistratie reports back when it has a well-founded doubt (gerede twijfel) about them
(Wet BRP art. 2.34, Wet BAG art. 37, Handelsregisterwet 2007 art. 32). Whether the register is wrong or only the
supplier's copy, this cannot tell: whoever reports looks first. Codes of the registers and words for what is reported
are those of the Terugmelding standard (Logius): registratie, objectType, idWaarde, betwijfeldeWaarde,
voorgesteldeWaarde.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from intake.source import Entity, SemanticType, Source

Code = Literal["BRP", "BAG", "HR"]

DOUBTED: Final = pl.Schema({"row": pl.UInt32, "column": pl.String, "rule": pl.String})
"""A cell that throws doubt on a register."""


@dataclass(frozen=True, slots=True)
class Register:
    """A basisregistratie: its code, the kind of object it is about, and by which types of column one is found."""

    code: Code
    object_type: str
    found_by: tuple[SemanticType, ...]


BRP: Final = Register("BRP", "persoon", ("bsn",))
BAG: Final = Register("BAG", "adresseerbaar object", ("bag_id",))
HR: Final = Register("HR", "onderneming of rechtspersoon", ("kvk", "rsin"))
_ABOUT: Final[Mapping[Entity, Register]] = {"person": BRP, "location": BAG, "company": HR}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubted, and in which register; None for that of the source's entity."""

    register: Register | None
    nl: str
    en: str


_DOUBTS: Final[Mapping[str, Doubt]] = {
    "bsn-eleven-test": Doubt(
        BRP, "Het burgerservicenummer voldoet niet aan de elfproef.", "The BSN fails the eleven test."
    ),
    "births-to-be-within-a-lifetime": Doubt(
        BRP, "Geboortedatum, of een overlijden dat ontbreekt.", "The birth date, or a death that is missing."
    ),
    "pair-days-to-be-in-order": Doubt(
        None, "Twee datums spreken elkaar tegen, zoals overlijden voor geboorte.",
        "Two dates contradict each other, such as death before birth.",
    ),
    "days-to-be-past": Doubt(None, "De datum ligt in de toekomst.", "The date lies in the future."),
    "date-unknown-parts": Doubt(
        BRP, "Een datum die deels onbekend is op een wijze die de BRP niet kent.",
        "A date with unknown parts as the BRP does not know them.",
    ),
    "nationality-unknown": Doubt(
        BRP, "De nationaliteit staat niet in landelijke tabel 32.", "The nationality is not in national table 32."
    ),
    "country-unknown": Doubt(
        BRP, "Het land staat niet in landelijke tabel 34.", "The country is not in national table 34."
    ),
    "municipality-unknown": Doubt(
        None, "De gemeente staat niet in landelijke tabel 33.", "The municipality is not in national table 33."
    ),
    "pair-national-code-to-hold-on-day": Doubt(
        None, "De code gold niet op die dag.", "The code did not hold on that day."
    ),
    "pair-no-investigation": Doubt(
        BRP, "Het gegeven is al in onderzoek; meld alleen wat de bronhouder nog niet weet.",
        "The value is under investigation already; report only what its holder does not know yet.",
    ),
    "postcode-never-issued": Doubt(
        BAG, "Een postcode die nooit is uitgegeven.", "A postcode that was never issued."
    ),
    "bag-id-object-type": Doubt(
        BAG, "De identificatie noemt geen soort object.", "The identification names no kind of object."
    ),
    "bag-id-municipality": Doubt(
        BAG, "De identificatie begint niet met een gemeente.", "The identification begins with no municipality."
    ),
    "bag-status-known": Doubt(BAG, "Een status die de BAG niet kent.", "A status that the BAG does not know."),
    "bag-withdrawn": Doubt(
        BAG, "Ingetrokken, gesloopt of nooit gebouwd, en nog in gebruik.",
        "Withdrawn, demolished or never built, and still in use.",
    ),
    "rsin-eleven-test": Doubt(HR, "Het RSIN voldoet niet aan de elfproef.", "The RSIN fails the eleven test."),
}  # fmt: skip
"""By rule. What a supplier writes in its own way, such as a sex or a placeholder, says nothing of a register."""


def is_doubt(rule: str) -> bool:
    """Whether a cell that fails the rule throws doubt on a register."""
    return rule in _DOUBTS


def register_of(rule: str, source: Source) -> Register:
    """The register that a failed rule of `source` concerns."""
    return _DOUBTS[rule].register or _ABOUT[source.entity]


def counts(quality: Iterable[Mapping[str, Any]], source: Source) -> dict[str, int]:
    """Cells in doubt by code of the register, from the items of `ValidatedExtract.quality`."""
    found: Counter[str] = Counter()
    for item in quality:
        if is_doubt(item["rule"]) and item["unexpected"]:
            found[register_of(item["rule"], source).code] += item["unexpected"]
    return dict(sorted(found.items()))


def reports(rows: pl.DataFrame, doubted: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The terugmeldingen about these rows, text as delivered, one for each cell in doubt.

    `rows`: `row` and every declared column. `doubted` as `DOUBTED`. Columns as `REPORT`.
    """
    among = doubted.join(rows.select("row"), on="row", how="semi")
    groups = among.partition_by("column", "rule", as_dict=True).items()
    found = [_reports(rows, some.select("row"), str(column), str(rule), source) for (column, rule), some in groups]
    return pl.concat([pl.DataFrame(schema=REPORT), *found]).sort("row", "attribuut", "rule")


REPORT: Final = pl.Schema({"row": pl.UInt32} | dict.fromkeys(
    (
        "registratie", "objectType", "idAttribuut", "idWaarde", "attribuut", "betwijfeldeWaarde", "voorgesteldeWaarde",
        "rule", "toelichting", "explanation",
    ),
    pl.String,
))  # fmt: skip
"""`row` in the delivery, the register's code, what the object is and by which column it is found there with the value,
the column in doubt with its value, what it ought to be (empty: only a person knows), and why in Dutch and English."""


def _reports(rows: pl.DataFrame, some: pl.DataFrame, column: str, rule: str, source: Source) -> pl.DataFrame:
    register, doubt = register_of(rule, source), _DOUBTS[rule]
    found_by = _found_by(register, column, source)
    told = {
        "registratie": register.code, "objectType": register.object_type, "idAttribuut": found_by, "attribuut": column,
        "voorgesteldeWaarde": None, "rule": rule, "toelichting": doubt.nl, "explanation": doubt.en,
    }  # fmt: skip
    values = {
        "idWaarde": pl.col(found_by) if found_by else pl.lit(None, pl.String),
        "betwijfeldeWaarde": pl.col(column),
    }
    wanted = rows.join(some, on="row", how="semi", maintain_order="left")
    fixed = {name: pl.lit(value, pl.String) for name, value in told.items()}
    return wanted.select("row", **fixed, **values).select(REPORT.names())


def _found_by(register: Register, doubted: str, source: Source) -> str | None:
    """The column that tells which object it is, where there is one beside the one in doubt."""
    names: Sequence[str] = [column.name for column in source.columns if column.type in register.found_by]
    return next((name for name in names if name != doubted), None)
