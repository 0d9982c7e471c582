"""The table or the rows as files that programs open without asking, and the words and metadata that go with them."""

import io
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from gate.spreadsheet import harmless, harmless_names, steady
from gate.subject import TOTAL
from register.output import ANONYMOUS, EXTRACT, ROWS
from release.aggregate import UNKNOWN
from release.extract import PSEUDONYM
from release.report.facts import ReportFacts
from release.tables import part

_RIGHTS: Final = "http://publications.europa.eu/resource/authority/access-right/"
PUBLIC: Final = f"{_RIGHTS}PUBLIC"
_NON_PUBLIC: Final = f"{_RIGHTS}NON_PUBLIC"
"""Of the European list of access rights, which DCAT-AP asks for."""
_MEDIA: Final = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".html": "text/html",
    ".json": "application/json", ".txt": "text/plain",
}  # fmt: skip


def tables_of(facts: ReportFacts, safe: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What leaves, by what its files are called: `rows`, `table`, or each of several tables by its own name."""
    if not facts.leaves.tables:
        return {"rows" if facts.leaves.kind in ROWS else "table": safe}
    dimensions = list(dict.fromkeys(name for names in facts.leaves.told_apart for name in names))
    return {
        each.stem: part(safe, dimensions, each.dimensions).drop([] if each.magnitude else ["value"], strict=False)
        for each in facts.leaves.tables
    }


def as_parquet(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def as_csv(table: pl.DataFrame) -> bytes:
    """UTF-8, comma, a header; a hidden cell is empty. Text is harmless to spreadsheets and screens."""
    return harmless(table).write_csv().encode()


def csvw(facts: ReportFacts, stem: str, table: pl.DataFrame) -> dict[str, Any]:
    """The meaning of STEM.csv, by column, in both languages (W3C, Metadata Vocabulary for Tabular Data, 2015)."""
    rows = facts.leaves.kind in ROWS
    key = {} if rows else {"primaryKey": [_reference(name) for name in table.columns if name not in _DUTCH]}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "nl"}],
        "url": f"{stem}.csv",
        "dct:identifier": facts.release,
        "dct:title": facts.asked.title,
        "dct:issued": facts.made_on,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {
            "columns": [
                _column(name, title, kind, facts)
                for (name, kind), title in zip(table.schema.items(), harmless_names(table), strict=True)
            ],
            **key,
        },
    }


def _column(name: str, title: str, kind: pl.DataType, facts: ReportFacts) -> dict[str, Any]:
    """An empty cell is a hidden one, and only measures are ever hidden; in anonymous rows it is an unknown value."""
    told = {language: _meaning(name, facts, language) for language in ("nl", "en")}
    datatype = "string" if kind == pl.String else "integer" if kind.is_integer() else "decimal"
    return {
        "name": _reference(name),
        "titles": title,
        "dct:description": [{"@value": text, "@language": language} for language, text in told.items()],
        "datatype": datatype,
        "required": name not in _DUTCH and facts.leaves.kind != ANONYMOUS,
        "null": "",
    }


def _reference(name: str) -> str:
    """A column's name as the vocabulary allows it: that of a variable in a URI template (RFC 6570)."""
    return quote(name, safe="._").strip(".")


def readme(facts: ReportFacts, tables: Mapping[str, pl.DataFrame], *, public: bool = False) -> str:
    """README.txt: what this is and how to read it, in Dutch and English. `tables`: as from `tables_of`; `public`:
    everybody is among its recipients."""
    dutch, english = (_listed(facts, tables, language) for language in ("nl", "en"))
    asked = facts.asked
    bounds = {language: _BOUNDS[language, public].format(day=asked.retention_until) for language in ("nl", "en")}
    return steady(f"""{asked.title}
Vrijgave / release {facts.release}, {facts.room_title}{" (demo)" if facts.demo else ""}

NEDERLANDS
Deze map bevat {_what(facts, "nl")} voor: {", ".join(asked.recipients)}. Doel: {asked.purpose}.
{bounds["nl"]}

{dutch}
{_how(facts, "nl")}

Een bestand .csv-metadata.json zegt voor programma's wat elke kolom van de CSV betekent (CSVW). report.nl.html is het
rapport van de toetsing, findings.json hetzelfde voor programma's, dataset.jsonld beschrijft de gegevens voor een
catalogus. manifest.json noemt elk bestand; manifest.sig is de handtekening; decision.json is de regel van het logboek
waarin tot vrijgave is besloten, met het bewijs dat die daar staat.

ENGLISH
This folder holds {_what(facts, "en")} for: {", ".join(asked.recipients)}. Purpose: {asked.purpose}.
{bounds["en"]}

{english}
{_how(facts, "en")}

A file .csv-metadata.json tells programs what each column of the CSV means (CSVW). report.en.html is the
report of the examination, findings.json the same for programs, dataset.jsonld describes the data for a
catalogue. manifest.json names every file; manifest.sig is the signature; decision.json is the line of the log in which
the release was decided, with the proof that it stands there.
""")


_BOUNDS: Final = {
    ("nl", False): "Bewaren tot {day}. Gebruik voor een ander doel is niet toegestaan.",
    ("en", False): "Keep until {day}. Use for another purpose is not allowed.",
    ("nl", True): "Deze gegevens zijn openbaar, ook voor een ander doel. De kamer toont ze tot en met {day}.",
    ("en", True): "These data are public, for other purposes too. The room shows them up to and including {day}.",
}
"""By language and whether everybody is among the recipients."""


_SAME: Final = {
    "nl": "{stem}.csv en {stem}.parquet bevatten hetzelfde:",
    "en": "{stem}.csv and {stem}.parquet hold the same:",
}
_SEVERAL: Final = {
    "nl": "Deze tabellen tellen dezelfde gebeurtenissen; wat in meer dan een tabel staat, is overal hetzelfde.",
    "en": "These tables count the same events; what stands in more than one of them is the same in each.",
}


def _listed(facts: ReportFacts, tables: Mapping[str, pl.DataFrame], language: str) -> str:
    """Each table's files and what its columns mean."""
    told = [_SEVERAL[language]] if len(tables) > 1 else []
    for stem, table in tables.items():
        told.append(_SAME[language].format(stem=stem))
        told += [f"  {name:<{_width(table)}}  {_meaning(name, facts, language)}" for name in table.columns]
    return "\n".join(told)


_WHAT: Final = {
    ("nl", "table"): "een geaggregeerde tabel",
    ("en", "table"): "an aggregate table",
    ("nl", EXTRACT): "regels over personen, onder pseudoniem,",
    ("en", EXTRACT): "rows about persons, under pseudonyms,",
    ("nl", ANONYMOUS): "anonieme regels, een per persoon,",
    ("en", ANONYMOUS): "anonymous rows, one for each person,",
}
_HOW: Final = {
    ("nl", "table"): f"""Een lege cel is onderdrukt ter bescherming van personen; 0 betekent echt nul.
"{TOTAL}" betekent totaal, "{UNKNOWN}" betekent onbekend. In een CSV staat een ' voor tekst die een rekenblad
anders als formule zou lezen. Onderdrukte cellen terugrekenen is niet toegestaan.""",
    ("en", "table"): f"""An empty cell is hidden to protect people; 0 really means zero.
"{TOTAL}" means total, "{UNKNOWN}" means unknown. In a CSV a ' stands before text that a spreadsheet would
take for a formula. Computing hidden cells back is not allowed.""",
    ("nl", EXTRACT): f"""Dit zijn persoonsgegevens. Ze worden alleen gelezen in: {{environment}}.
Regels met hetzelfde pseudoniem gaan over dezelfde persoon; elke vrijgave heeft andere pseudoniemen. "{UNKNOWN}"
betekent onbekend. In een CSV staat een ' voor tekst die een rekenblad anders als formule zou lezen. Uitzoeken wie
iemand is, is niet toegestaan.""",
    ("en", EXTRACT): f"""These are personal data. They are read in one place only: {{environment}}.
Rows with the same pseudonym are about the same person; every release has other pseudonyms. "{UNKNOWN}" means
unknown. In a CSV a ' stands before text that a spreadsheet would take for a formula. Finding out who somebody is, is
not allowed.""",
    ("nl", ANONYMOUS): f"""Iedere regel lijkt op genoeg andere; "{TOTAL}" staat waar een kenmerk is weggelaten. Leeg en
"{UNKNOWN}" betekenen onbekend. De volgorde van de regels betekent niets. In een CSV staat een ' voor tekst die een
rekenblad anders als formule zou lezen. Uitzoeken wie iemand is, is niet toegestaan.""",
    (
        "en",
        ANONYMOUS,
    ): f"""Every row looks like enough others; "{TOTAL}" stands where an attribute is left out. Empty and
"{UNKNOWN}" mean unknown. The order of the rows means nothing. In a CSV a ' stands before text that a spreadsheet
would take for a formula. Finding out who somebody is, is not allowed.""",
}


def _what(facts: ReportFacts, language: str) -> str:
    if facts.leaves.tables:
        return {"nl": "geaggregeerde tabellen", "en": "aggregate tables"}[language]
    return _WHAT[language, facts.leaves.kind]


def _how(facts: ReportFacts, language: str) -> str:
    made = facts.leaves.minimised
    return _HOW[language, facts.leaves.kind].format(environment=made.environment if made else "")


_DUTCH: Final = {
    "people": "aantal verschillende personen, ten minste",
    "records": "aantal gebeurtenissen",
    "value": "som van het bedrag of de omvang",
    "linkage_error": "procent dat een cel kan afwijken door koppelfouten; 100: meer dan 50",
}
_ENGLISH: Final = {
    "people": "number of distinct people, at least",
    "records": "number of events",
    "value": "sum of the amount or size",
    "linkage_error": "percent a cell may be off through linkage error; 100: more than 50",
}
_DUTCH_DIMENSION: Final = "uitsplitsing (bron.kenmerk)"
_ENGLISH_DIMENSION: Final = "breakdown (source.attribute)"


_PERTURBED: Final = {
    ("nl", "rounding"): "afgerond op een veelvoud van {base}",
    ("en", "rounding"): "rounded to a multiple of {base}",
    ("nl", "cell-key"): "met ruis van hoogstens {largest}, zodat optellingen niet precies kloppen",
    ("en", "cell-key"): "with noise of at most {largest}, so that sums do not hold exactly",
}


def _meaning(name: str, facts: ReportFacts, language: str) -> str:
    """What a column holds; a count also how it was perturbed."""
    known, dimension = (_DUTCH, _DUTCH_DIMENSION) if language == "nl" else (_ENGLISH, _ENGLISH_DIMENSION)
    if facts.leaves.kind in ROWS:
        return (_of_rows if facts.leaves.kind == EXTRACT else _of_anonymous)(name, facts, language)
    made = facts.disclosure.perturbation if facts.disclosure else None
    plain = known.get(name, dimension)
    if made is None or name not in ("people", "records"):
        return plain
    return f"{plain}; {_PERTURBED[language, made.method].format(base=made.base, largest=made.largest)}"


_LEVELS: Final = {
    "nl": "kenmerk, grover gemaakt: trap {level} van {last}", "en": "attribute, coarsened: level {level} of {last}"
}  # fmt: skip
_AS_IT_IS: Final = {"nl": "kenmerk, zoals het is", "en": "attribute, as it is"}

_MEAN: Final = {
    "nl": "gewicht: het gemiddelde van de rijen die op elkaar lijken, in drie cijfers",
    "en": "weight: the mean of the rows that look alike, in three digits",
}


def _of_anonymous(name: str, facts: ReportFacts, language: str) -> str:
    made = facts.leaves.anonymised
    if made and made.weight == name:
        return _MEAN[language]
    levels = made.levels if made else ()
    coarser = [each for each in levels if each.column == name and each.level]
    return _LEVELS[language].format(level=coarser[0].level, last=coarser[0].last) if coarser else _AS_IT_IS[language]


def _of_rows(name: str, facts: ReportFacts, language: str) -> str:
    if name == PSEUDONYM:
        return {"nl": "pseudoniem van de persoon", "en": "pseudonym of the person"}[language]
    needs = [column.need for column in facts.leaves.columns if column.name == name and column.need]
    why = {"nl": "nodig", "en": "needed"}[language]
    return f"{why}: {needs[0]}" if needs else why


def _width(table: pl.DataFrame) -> int:
    return max(len(name) for name in table.columns)


def described(facts: ReportFacts, files: Mapping[str, tuple[int, str]], *, public: bool = False) -> dict[str, Any]:
    """The data set in terms of DCAT 3 and Dublin Core, as JSON-LD. `files`: name → size in bytes, SHA-256; `public`:
    everybody is among its recipients."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
            "prov": "http://www.w3.org/ns/prov#",
        },
        "@type": "dcat:Dataset",
        "dct:identifier": facts.release,
        "dct:title": facts.asked.title,
        "dct:description": facts.asked.purpose,
        "dct:publisher": facts.room_title,
        "dct:issued": facts.made_on,
        "dct:accessRights": {"@id": PUBLIC if public else _NON_PUBLIC},
        "prov:wasDerivedFrom": [source.title for source in facts.sources],
        "dcat:distribution": [_distribution(name, *files[name]) for name in sorted(files)],
    }


def _distribution(name: str, size: int, sha256: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:mediaType": _MEDIA["." + name.rpartition(".")[2]],
        "dcat:byteSize": size,
        "spdx:checksum": {"spdx:algorithm": "SHA-256", "spdx:checksumValue": sha256},
    }
