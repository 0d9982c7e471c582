"""What the SQL of a Splink model asks of two records, as far as it is known here; what is not is told, never guessed.

Splink makes its SQL from a library, so a few dozen shapes are all there is, but for what users write themselves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

DAY: Final = 86_400
"""Seconds."""


class Unknown(Exception):
    """Why a condition cannot be carried over, and what comes nearest."""


@dataclass(frozen=True, slots=True)
class Part:
    """A column, or what is taken from it: `local` of an e-mail address, `from1to4` of a text, `year` of a date."""

    column: str
    piece: str = ""

    @classmethod
    def read(cls, text: str) -> "Part":
        column, _, piece = text.partition(".")
        return cls(column, piece)


@dataclass(frozen=True, slots=True)
class Equal:
    """A part of one record equals a part of the other."""

    one: Part
    two: Part


@dataclass(frozen=True, slots=True)
class Measured:
    """Two values are alike enough: `name` is that of a condition of `linkage.compare.level.Level`."""

    name: str
    limit: float
    one: Part
    two: Part
    near: str = ""
    """How it differs from Splink's own; empty when it does not."""


Atom = Equal | Measured

_SIDES: Final = r"(?P<one>[\w.]+)_(?P<side>[lr]){between}(?P<two>[\w.]+)_(?!(?P=side))[lr]"
_BOTH: Final = _SIDES.format(between=", ")
_APART: Final = _SIDES.format(between=" - ")
_SECONDS: Final = _SIDES.format(between=r"\) - (?:epoch|unix_timestamp)\(")
_LIMIT: Final = r"(?P<limit>[0-9]+(?:\.[0-9]+)?)"
_AT_THE_LIMIT: Final = "a difference of exactly the limit counts here"


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: str
    name: str
    near: str = ""
    unit: float = 1


_SHAPES: Final = (
    _Shape(rf"jaro_?winkler(?:_similarity|_sim)?\({_BOTH}\) >= {_LIMIT}", "jaro_winkler"),
    _Shape(rf"levenshtein\({_BOTH}\) <= {_LIMIT}", "osa", "an exchange of neighbouring letters is one edit, not two"),
    _Shape(rf"damerau_levenshtein\({_BOTH}\) <= {_LIMIT}", "osa", "no part of a text is edited twice"),
    _Shape(rf"abs\((?:epoch|unix_timestamp)\({_SECONDS}\)\) <= {_LIMIT}", "days", unit=DAY),
    _Shape(rf"abs\(date_?diff\('day', {_BOTH}\)\) <= {_LIMIT}", "days"),
    _Shape(rf"abs\({_APART}\) <= {_LIMIT}", "difference"),
    _Shape(
        rf"\(?abs\({_APART}\) / \(case when .* then .* else .* end\)\)? < {_LIMIT}", "ratio", _AT_THE_LIMIT
    ),
    _Shape(rf"(?:array_length|cardinality|size)\((?:list|array)_intersect\({_BOTH}\)\) >= {_LIMIT}", "overlap"),
    _Shape(
        r"cast\(acos\(.*radians\((?P<one>\w+)_l\).*radians\((?P<two>\w+)_r - .* \* 6371 as float\) <= " + _LIMIT,
        "kilometres",
    ),
)  # fmt: skip

_NOT_HERE: Final = (
    (r"\bjaro_sim", "Jaro's similarity is not measured here; jaro_winkler is the nearest"),
    (r"\bjaccard\(", "Splink's Jaccard is of characters, ours of words or members; jaro_winkler is the nearest"),
    (r"cosine", "vectors are not compared here"),
    (r"list_min|list_max", "members of lists are not compared by likeness; overlap, or type full_name, is the nearest"),
    (r"least\(|array_length|list_intersect", "lists are compared by overlap and jaccard"),
    (r"epoch|time", "times of day are not compared; a column of type number with difference is the nearest"),
    (r"regexp|split_part", "a piece of a text is no evidence here; make it a column of its own"),
)


def asked(sql: str) -> tuple[tuple[Atom, ...], ...]:
    """Alternatives; in each, all must hold. Raises `Unknown`."""
    return _alternatives(normalised(sql))


def normalised(sql: str) -> str:
    """One way of writing: no quotes around names, single blanks, and pieces of a column written `column.piece_l`."""
    text = re.sub(r"\s+", " ", sql.replace('"', "").replace("`", "")).strip()
    text = re.sub(r"\s*,\s*", ", ", text.replace("( ", "(").replace(" )", ")"))
    text = re.sub(r"\s*(<=|>=|<>|!=|=|<|>)\s*", r" \1 ", text)
    text = re.sub(r"\b([lr])\.(\w+)", r"\2_\1", text)
    for pattern, better in _PIECES:
        text = re.sub(pattern, better, text, flags=re.IGNORECASE)
    return text


def only_of_nulls(sql: str) -> bool:
    """Whether a condition of missing values asks no more than whether they are null."""
    parts = [part for either in split(without_brackets(normalised(sql)), "or") for part in split(either, "and")]
    if len(parts) == 1:
        return re.fullmatch(r"[\w.]+ is null", parts[0], re.IGNORECASE) is not None
    return all(only_of_nulls(part) for part in parts)


def date_formats(sql: str) -> set[str]:
    """How dates are written that a condition reads from text, in the way of DuckDB; Spark writes yyyy-MM-dd."""
    of_spark = re.findall(r"to_timestamp\([^']*'([^']*)'", sql)
    translated = {each.replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d") for each in of_spark}
    return translated.union(re.findall(r"strptime\([^']*'([^']*)'", sql))


def split(sql: str, word: str) -> list[str]:
    """The conditions between which `word` (and, or) stands outside brackets and quotes."""
    found, depth, quoted, start = [], 0, False, 0
    for place, character in enumerate(sql):
        quoted ^= character == "'"
        depth += 0 if quoted else (character == "(") - (character == ")")
        if depth == 0 and not quoted and sql[place : place + len(word) + 2].lower() == f" {word} ":
            found.append(sql[start:place])
            start = place + len(word) + 2
    return [without_brackets(part) for part in (*found, sql[start:])]


def without_brackets(sql: str) -> str:
    """The condition without brackets around the whole of it."""
    text = sql.strip()
    while text.startswith("(") and _closed_by(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def atom(sql: str) -> Atom:
    """One condition of normalised SQL. Raises `Unknown`."""
    if found := re.fullmatch(_SIDES.format(between=" = "), sql):
        return Equal(Part.read(found["one"]), Part.read(found["two"]))
    for shape in _SHAPES:
        if found := re.fullmatch(shape.pattern, sql, flags=re.IGNORECASE):
            return _measured(shape, found)
    said = next((why for pattern, why in _NOT_HERE if re.search(pattern, sql, flags=re.IGNORECASE)), None)
    raise Unknown(said or "this SQL is not known here; docs/comparisons.md shows what a level may ask")


def _measured(shape: _Shape, found: re.Match[str]) -> Measured:
    one, two = Part.read(found["one"]), Part.read(found["two"])
    limit = float(found["limit"])
    if shape.name in ("days", "osa", "overlap"):
        limit = limit // shape.unit
    if limit == 0:
        raise Unknown("a limit below one is no limit here; an equal value is a level of its own")
    if one != two and shape.name != "kilometres":
        raise Unknown("two columns are measured against each other; a field of both is the nearest")
    return Measured(shape.name, limit, one, two, shape.near)


def _alternatives(sql: str) -> tuple[tuple[Atom, ...], ...]:
    text = without_brackets(sql)
    if len(parts := split(text, "or")) > 1:
        return tuple(each for part in parts for each in _alternatives(part))
    if len(parts := split(text, "and")) > 1:
        return tuple(sum(chosen, ()) for chosen in product(*map(_alternatives, parts)))
    return ((atom(text),),)


def _closed_by(text: str) -> int:
    """Place of the bracket that closes the first."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return -1


def _slice(found: re.Match[str]) -> str:
    first, length = int(found[3]), int(found[4] or 999)
    return f"{found[1]}.from{first}to{first + length - 1}_{found[2]}"


def _start(found: re.Match[str]) -> str:
    return f"{found[1]}.from1to{found[3]}_{found[2]}"


_DATE_PIECES: Final = {"%Y": "year", "%Y%m": "year_month", "%Y-%m": "year_month", "%m%d": "month_day"}


def _of_date(found: re.Match[str]) -> str:
    piece = _DATE_PIECES.get(found[3])
    return f"{found[1]}.{piece}_{found[2]}" if piece else found[0]


_Better = str | Callable[[re.Match[str]], str]
_PIECES: Final[tuple[tuple[str, _Better], ...]] = (
    (r"\b(?:try_)?strptime\((\w+), '[^']*'\)", r"\1"),
    (r"\b(?:date\()?try_to_timestamp\((\w+), '[^']*'\)\)?", r"\1"),
    (r"\b(?:try_)?cast\((\w+) as (?:text|varchar|string|date|timestamp)\)", r"\1"),
    # values are folded anyway
    (r"\b(?:lower|upper|trim)\((\w+)\)", r"\1"),
    (r"\b(?:nullif\()?regexp_extract\((\w+)_([lr]), '\^\[\^@\]\+', 0\)(?:, ''\))?", r"\1.local_\2"),
    (r"\bsubstr(?:ing)?\((\w+)_([lr]), (\d+)(?:, (\d+))?\)", _slice),
    (r"\bleft\((\w+)_([lr]), (\d+)\)", _start),
    (r"\byear\((\w+)_([lr])\)", r"\1.year_\2"),
    (r"\bstrftime\((\w+)_([lr]), '([^']*)'\)", _of_date),
)
"""Tried in this order."""
