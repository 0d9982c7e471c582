"""A commented source declaration proposed from a file: what was found, with its reason. It holds counts, no value."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from intake.extract import Extract
from intake.profile import DAY_FORMS, Profile, profiles
from intake.read import read_extract
from intake.read.wrong_file import WrongFile
from intake.recognise import Recognised, provisional, recognise
from intake.spool import Spool

_MOSTLY: Final = 0.9
_LIKE: Final = 0.5
"""From this share of 8 or 9 digits that pass the eleven test a column is BSN-like; random digits have 0.09."""
_SHORT: Final = 40
"""Characters; cells that are longer on average are running text."""
_NAMED: Final = {
    "given_names": r"voornamen?|roepnaam|first.?name|given.?name",
    "initials": r"voorletters?|initialen|initials",
    "prefix": r"voorvoegsels?|tussenvoegsels?|prefix",
    "surname": r"achternaam|geslachtsnaam|familienaam|surname|last.?name|family.?name",
    "partner_surname": r"partnernaam|naam.?partner",
    "full_name": r"(?:volledige.?)?naam|(?:full.?)?name",
    "house_number": r"huisnr|huisnummer|house.?number",
    "kvk": r"kvk.*",
    "rsin": r"rsin.*",
}
"""Types by the name of a column, which is weak evidence; the comment says so."""
_FIELDS: Final = {
    "bsn": "bsn", "rsin": "rsin", "kvk": "kvk", "given_names": "given_name", "initials": "given_name",
    "prefix": "surname", "surname": "surname", "partner_surname": "surname", "full_name": "name",
    "postcode": "address", "house_number": "address", "sex": "sex", "iban": "iban", "email": "email", "phone": "phone",
}  # fmt: skip
_MIRROR: Final = {form: form.translate(str.maketrans("dm", "md")) for form in DAY_FORMS}


@dataclass(frozen=True, slots=True)
class Proposal:
    """`text` is TOML; `marks` what columns may hold of persons, `remarks` what to look at."""

    text: str
    rows: int
    marks: dict[str, str]
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class _Column:
    declared: dict[str, Any]
    why: str
    mark: str = ""


def propose_source(path: Path, spool: Spool | None = None) -> Proposal:
    """Read the whole file as it seems to be written. Raises `NotRecognised`, and `WrongFile` when it is not so."""
    found, extract = _read(path, recognise(path), spool)
    seen = profiles(extract.frame, [column["name"] for column in found.columns])
    file, remarks = dict(found.file), [*found.remarks, *_set_apart(extract)]
    day, said = _days(seen)
    remarks += said
    if day is not None:
        file["date"] = day
    mark, said = _decimals(seen)
    remarks += said
    if mark:
        file["decimal"] = mark
    broken = _broken_lines(extract)
    columns = [_column(profile, placed, day, broken) for profile, placed in zip(seen, found.columns, strict=True)]
    text = _toml(file, columns, remarks, extract.rows_in)
    return Proposal(text, extract.rows_in, {c.declared["name"]: c.mark for c in columns if c.mark}, remarks)


def _read(path: Path, found: Recognised, spool: Spool | None) -> tuple[Recognised, Extract]:
    try:
        return found, read_extract(provisional(found.file, found.columns), path, spool)
    except WrongFile as refusal:
        if found.file.get("kind", "csv") != "csv" or "a quote in a place" not in refusal.message:
            raise
    remark = "quotes stand where none may, so the file is taken as one without quoting"
    unquoted = Recognised(found.file | {"quote": ""}, found.columns, [*found.remarks, remark])
    return unquoted, read_extract(provisional(unquoted.file, unquoted.columns), path, spool)


def _set_apart(extract: Extract) -> list[str]:
    counts = extract.quarantine.counts().select("rule", "column", "count").iter_rows()
    return [f"{count} rows: {rule}" + (f" in column {column}" if column else "") for rule, column, count in counts]


def _broken_lines(extract: Extract) -> set[str]:
    """Columns with line breaks in them."""
    entries = extract.quarantine.entries
    return set(entries.filter(entries["rule"] == "line-break").get_column("column"))


def _days(seen: Sequence[Profile]) -> tuple[str | None, list[str]]:
    """The form in which most days are read, and whether it could be another as well."""
    counts: Counter[str] = Counter()
    for profile in seen:
        if any(profile.share(form) >= _MOSTLY for form in DAY_FORMS) and not _is_bsn(profile):
            counts.update({form: profile.forms[form] for form in DAY_FORMS})
    if not counts.total():
        return None, []
    form, most = counts.most_common(1)[0]
    other = counts[_MIRROR[form]]
    if _MIRROR[form] not in DAY_FORMS:
        said = f"days are {form}: {most} cells fit"
    elif other == most:
        said = f"AMBIGUOUS: all {most} days can be read as {form} and as {_MIRROR[form]}; ask the supplier which it is"
    else:
        said = f"days are {form}: {most} cells fit, {other} would fit {_MIRROR[form]}"
    mixed = [p.name for p in seen if any(p.share(other) >= _MOSTLY for other in DAY_FORMS) and p.share(form) < _MOSTLY]
    return form, [said, *(f"column {name} has days in another form; one file has one" for name in mixed)]


def _decimals(seen: Sequence[Profile]) -> tuple[str | None, list[str]]:
    amounts = [p for p in seen if max(p.share("decimal ."), p.share("decimal ,")) >= _MOSTLY > p.share("integer")]
    comma, point = (sum(p.forms[f"decimal {mark}"] for p in amounts) for mark in ",.")
    if comma == point and comma:
        said = f"AMBIGUOUS: all {comma} amounts can be read with a decimal point and with a comma; ask the supplier"
        return ".", [said]
    return ("," if comma > point else None), []


def _is_bsn(profile: Profile) -> bool:
    return profile.share("digits") >= _MOSTLY and profile.share("eleven", "digits") >= _LIKE


def _column(profile: Profile, placed: dict[str, Any], day: str | None, broken: set[str]) -> _Column:
    kind, why, mark = _kind(profile, day, broken)
    declared: dict[str, Any] = {"name": profile.name, "type": kind, "role": "drop"}
    birth = kind == "date" and re.search("gebo|birth", profile.name, re.IGNORECASE)
    if kind in _FIELDS or birth:
        declared |= {"role": "identify", "field": "birth_date" if birth else _FIELDS[kind]}
    places = {key: placed[key] for key in ("start", "width") if key in placed}
    return _Column(declared | places, why, mark)


def _kind(profile: Profile, day: str | None, broken: set[str]) -> tuple[str, str, str]:
    """Type, why, and the mark of what it may hold of persons."""
    named = next((kind for kind, name in _NAMED.items() if re.fullmatch(name, profile.name, re.IGNORECASE)), None)
    if profile.filled == 0:
        return named or "text", "empty throughout", ""
    if _is_bsn(profile):
        share = profile.share("eleven", "digits")
        return named or "bsn", f"{share:.0%} of cells of 8 or 9 digits pass the eleven test", "BSN-like"
    if profile.name in broken or profile.length > _SHORT:
        return "freetext", "long cells or line breaks: running text, which may hold anything", "free text"
    if named:
        return named, "by the name of the column", "name-like" if "name" in named or named == "prefix" else named
    for kind in ("email", "iban", "phone", "postcode", "sex"):
        if profile.share(kind) >= _MOSTLY:
            return kind, f"{profile.share(kind):.0%} of cells have its form", kind
    return _plain(profile, day)


def _plain(profile: Profile, day: str | None) -> tuple[str, str, str]:
    if day is not None and max(profile.share(form) for form in DAY_FORMS) >= _MOSTLY:
        return "date", f"{profile.share(day):.0%} of cells are days as {day}", ""
    if profile.share("integer") >= _MOSTLY:
        if profile.forms["noughts"]:
            return "identifier", "digits, some with noughts in front, which a number would lose", ""
        return "integer", "whole numbers", ""
    if max(profile.share("decimal ."), profile.share("decimal ,")) >= _MOSTLY:
        return "decimal", "numbers", ""
    varied = profile.distinct >= max(20, 0.1 * profile.filled)
    if _many(profile) and profile.share("name") >= _MOSTLY and profile.share("proper") >= _LIKE:
        return "full_name", "letters with capitals, many different ones: perhaps names", "name-like"
    return ("text" if varied else "category"), f"about {profile.distinct} different texts", ""


def _many(profile: Profile) -> bool:
    """Whether there are as many different ones as there are of names, also in a file of a few rows."""
    return profile.distinct >= max(min(20, 0.5 * profile.filled), 0.1 * profile.filled, 3)


def _toml(file: dict[str, Any], columns: Sequence[_Column], remarks: Sequence[str], rows: int) -> str:
    lines = [
        f"# Proposed from a file of {rows} rows. Read every line, mend it, and delete what you do not mean.",
        *(f"# - {remark}" for remark in remarks),
        "", 'id = "source"', 'title = ""', 'owner = ""    # id of the partner that owns the data',
        '# key = [""]          # columns that together name a row, to see what a correction changes',
        '# period = "month"    # what a delivery is about, if it is: year, quarter, month, week or day',
        "", "[file]",
        *(f"{key} = {_value(value)}" for key, value in file.items()),
    ]  # fmt: skip
    for column in columns:
        mark = f"  # {column.mark.upper()}" if column.mark else ""
        lines += ["", f"[[columns]]{mark}", f"# {column.why}"]
        lines += [f"{key} = {_value(value)}" for key, value in column.declared.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """TOML of a text, number or truth value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in value)
    return f'"{escaped}"'
