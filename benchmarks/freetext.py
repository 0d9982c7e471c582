"""How well identifiers in texts are found: texts with planted identifiers and decoys, and what search makes of them.

Numbers and names are those of RvIG's published test persons, accounts and telephone numbers are made up. Run as
`python -m benchmarks.freetext`; writes results/freetext.md, and intake/freetext_measured.json that reports show.
"""

import csv
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from stdnum import iban

from intake.freetext import MASKS, MEASURED, VERSION, mask
from intake.source import Source

PERSONS: Final = Path("tests/expectations/data/brp/persoonslijsten.csv")
RESULT: Final = Path("benchmarks/results/freetext.md")
TEXTS, SEED = 100_000, 20_261

_FRAMES: Final = {
    "email": ["mail naar {}", "bereikbaar op {} of via de balie", "E-mail: {}."],
    "iban": ["gestort op {} in mei", "rekening {}, tweemaal", "IBAN {}"],
    "phone": ["gebeld op {} zonder gehoor", "tel. {}", "nummer {} staat op naam van de buurman"],
    "plate": ["auto met kenteken {} gezien", "kenteken {}", "bestelbus ({}) voor de deur"],
    "bsn": ["BSN {}", "burgerservicenummer {} nagetrokken", "({}) bekend bij de balie"],
    "name": ["gesproken met {} aan de deur", "{} ontkent", "volgens {} klopt dit niet"],
}
_FILLERS: Final = (
    "melding van 12-03-2019 om 14:30", "zaak 2019-004711 gesloten", "bedrag EUR 1.250,00 betaald", "dossier AB12C-77",
    "woning aan de Dorpsstraat 12-3, 1234 AB", "artikel 2:14 lid 3", "de bakker en de kok waren er niet",
    "ordernummer 4711000123", "112 gebeld", "perceel A 1234", "nummer 123456789 afgewezen",
    "op 3 van de 10 dagen", "factuur F2019-00012",
    "WOZ 250.000", "versie 10.2.14", "geen bijzonderheden", "coördinaten 52.3702, 4.8952", "de jonge hond van de buren",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """One text, the identifiers in it by kind, and the person it belongs to."""

    text: str
    planted: dict[str, str]
    fillers: list[str]
    given_names: str
    prefix: str
    surname: str


def persons() -> list[dict[str, str]]:
    """Test persons with a number, given names and a surname."""
    with PERSONS.open(encoding="utf-8-sig") as file:
        rows = [
            {
                "bsn": row["01.01.20"],
                "given_names": row["01.02.10"],
                "prefix": row["01.02.30"],
                "surname": row["01.02.40"],
            }
            for row in csv.DictReader(file, delimiter=";")
        ]
    return [row for row in rows if row["bsn"] and row["given_names"] and len(row["surname"]) > 1]


def texts(count: int, seed: int) -> list[Text]:
    """Made texts: two or three ordinary pieces, and up to three identifiers of different kinds."""
    chance, people = random.Random(seed), persons()
    return [_text(chance, chance.choice(people)) for _ in range(count)]


def _text(chance: random.Random, person: dict[str, str]) -> Text:
    kinds = chance.sample(sorted(_FRAMES), chance.choice([0, 1, 1, 2, 3]))
    planted = {kind: _identifier(kind, chance, person) for kind in kinds}
    fillers = chance.sample(_FILLERS, chance.choice([2, 3]))
    pieces = [chance.choice(_FRAMES[kind]).format(value) for kind, value in planted.items()] + fillers
    chance.shuffle(pieces)
    names = {name: person[name] for name in ("given_names", "prefix", "surname")}
    return Text(chance.choice(["; ", ". ", ",\n", " - "]).join(pieces), planted, fillers, **names)


def _identifier(kind: str, chance: random.Random, person: dict[str, str]) -> str:
    digits = "".join(chance.choice("0123456789") for _ in range(10))
    letters = "".join(chance.choice("BDFGHJKLNPRSTVXZ") for _ in range(6))
    match kind:
        case "bsn":
            number = person["bsn"]
            return chance.choice([number, number, f"{number[:4]}.{number[4:6]}.{number[6:]}",
                                  f"{number[:3]} {number[3:6]} {number[6:]}"])  # fmt: skip
        case "email":
            return chance.choice([f"{letters.lower()}@example.nl", f"{letters}.{letters[:2]}+post@mail.example.org"])
        case "iban":
            account = f"NL{iban.calc_check_digits('NL00TEST' + digits)}TEST{digits}"
            return chance.choice([account, " ".join(account[i : i + 4] for i in range(0, 18, 4)), account.lower()])
        case "phone":
            forms = ["06-1{}", "+31 6 1{}", "020-{}", "(010) {}", "061{}", "0031 20 {}"]
            return chance.choice(forms).format(digits[:7])
        case "plate":
            one, other = f"{letters[:2]}-{digits[:3]}-{letters[2]}", f"{digits[0]}-{letters[:3]}-{digits[1:3]}"
            first = chance.choice([one, other])
            return chance.choice([first, first.replace("-", ""), first.lower()])
        case _:
            given, prefix, surname = person["given_names"], person["prefix"], person["surname"]
            whole = " ".join(part for part in (prefix, surname) if part)
            return chance.choice([f"{given.split()[0]} {whole}", whole, f"{given[0]}. {whole}", surname.upper(),
                                  given.split()[0], f"{surname}, {given.split()[0]}"])  # fmt: skip


def source() -> Source:
    columns = [{"name": name, "type": name, "role": "drop"} for name in ("given_names", "prefix", "surname")]
    searched = {"name": "text", "type": "freetext", "role": "payload", "freetext": "mask"}
    return Source.model_validate({"id": "texts", "title": "Texts", "owner": "town", "columns": [*columns, searched]})


def table(made: list[Text]) -> pl.DataFrame:
    columns = ("given_names", "prefix", "surname", "text")
    cells = {name: [getattr(each, name) for each in made] for name in columns}
    return pl.DataFrame({"row": pl.Series(range(1, len(made) + 1), dtype=pl.UInt32), **cells})


def figures(made: list[Text]) -> dict[str, dict[str, int]]:
    """By kind: planted, found (nothing of it can be read any more), masked (places), wrong (places without reason)."""
    shown = mask(table(made), "text", source())["masked"].to_list()
    counts = {kind: dict.fromkeys(("planted", "found", "masked", "wrong"), 0) for kind in MASKS}
    for one, text in zip(made, shown, strict=True):
        for kind, sign in MASKS.items():
            masked, value = text.count(sign), one.planted.get(kind)
            found = value is not None and masked > 0 and not _readable(value, text)
            counts[kind]["planted"] += value is not None
            counts[kind]["found"] += found
            counts[kind]["masked"] += masked
            counts[kind]["wrong"] += max(masked - found, 0)
    return counts


def _readable(value: str, text: str) -> bool:
    """Whether the value, or a word of four signs or more of it, can still be read."""
    return value in text or any(len(part) > 3 and part in text for part in value.replace("-", " ").split())


def measure(count: int, seed: int) -> dict[str, Any]:
    made = texts(count, seed)
    started = time.process_time()
    mask(table(made), "text", source())
    spent = time.process_time() - started
    return {"texts": count, "seed": seed, "version": VERSION, "cpu_seconds": round(spent, 1), "kinds": figures(made)}


def page(facts: dict[str, Any]) -> str:
    kinds = facts["kinds"].items()
    rows = [
        f"| {kind} | {each['planted']:,} | {each['found'] / each['planted']:.4f} | {each['masked']:,} | "
        f"{1 - each['wrong'] / each['masked']:.4f} |"
        for kind, each in kinds
    ]
    return "\n".join([
        "# Identifiers in texts", "",
        f"{facts['texts']:,} made texts (seed {facts['seed']}), patterns {facts['version']},",
        f"{facts['cpu_seconds']} CPU s; made by",
        "`python -m benchmarks.freetext`. Recall: share of planted identifiers of which nothing can be read",
        "afterwards. Precision: share of masked places that hid one. The set was made by us and the patterns were",
        "written with it at hand: real texts are harder, and of any nine digits one in eleven passes the test of",
        "a BSN. Names of other people, nicknames and descriptions are not looked for.", "",
        "| kind | planted | recall | masked | precision |", "|---|---:|---:|---:|---:|", *rows, "",
    ])  # fmt: skip


if __name__ == "__main__":
    found = measure(TEXTS, SEED)
    MEASURED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    RESULT.write_text(page(found), encoding="utf-8")
