"""TOML written: the text of a declaration that was composed in the console."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any


def to_toml(content: Mapping[str, Any]) -> str:
    """A text that reads back as `content`: texts, numbers, Booleans, dates, lists and tables. None is left out.

    Form: TOML 1.0. Tables come after values, as headers; what is in a list beside other things is written inline.
    """
    return "\n".join(_table(content, ())).strip("\n") + "\n"


def _table(content: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    known = {name: value for name, value in content.items() if value is not None}
    yield from (f"{_key(name)} = {_value(each)}" for name, each in known.items() if not _is_headed(each))
    for name, each in known.items():
        if not _is_headed(each):
            continue
        header = ".".join(map(_key, (*path, name)))
        for table in [each] if isinstance(each, Mapping) else each:
            yield from ("", f"[{header}]" if isinstance(each, Mapping) else f"[[{header}]]")
            yield from _table(table, (*path, name))


def _is_headed(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            inside = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items() if each is not None)
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    # A JSON text is a TOML text, but for the one control sign that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
