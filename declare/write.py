"""TOML out: what `load` reads again as the same contents."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any, Final

_DELETE: Final = "\x7f"
"""The one sign that JSON leaves as it is and TOML does not allow."""


def to_toml(content: Mapping[str, Any]) -> str:
    """`content` as TOML: texts, numbers, booleans, days, times and moments, and lists and mappings of these. No nulls:
    a key that is None has to be left out before. Raises `TypeError` for anything else."""
    return "\n".join(_table("", content)).lstrip("\n") + "\n"


def _table(at: str, content: Mapping[str, Any]) -> Iterator[str]:
    """Its own keys first, for all that comes after a heading belongs under it."""
    for name, value in content.items():
        if not _has_heading(value):
            yield f"{_text(name)} = {_value(value)}"
    for name, value in content.items():
        place = f"{at}{_text(name)}"
        if isinstance(value, Mapping):
            yield from ("", f"[{place}]", *_table(f"{place}.", value))
        elif _has_heading(value):
            for each in value:
                yield from ("", f"[[{place}]]", *_table(f"{place}.", each))


def _has_heading(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _text(value, quoted=True)
        case int() | float():
            return repr(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{_text(name)} = {_value(each)}" for name, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"a {type(value).__name__} has no place in TOML")


def _text(text: str, *, quoted: bool = False) -> str:
    """A JSON text is a TOML text; a key of plain signs stands without quotes."""
    plain = not quoted and text.isascii() and text.replace("_", "a").replace("-", "a").isalnum()
    return str(text) if plain else json.dumps(str(text), ensure_ascii=False).replace(_DELETE, "\\u007f")
