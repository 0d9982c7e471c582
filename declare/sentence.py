"""What is said to people: a template with named places and what stands there, so that it can be said in any language.

A template is English and is the key of its translations (gettext). A place is written `%(name)s`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Union

Part = Union[str, int, date, "Sentence", Sequence["Part"]]
"""What stands in a place: a name, which no language changes; a number; a day; a sentence; or several of these."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Its `str` is the English."""

    template: str
    parts: Mapping[str, Part] = field(default_factory=dict)

    def __str__(self) -> str:
        return filled(self.template, {name: _english(part) for name, part in self.parts.items()})


class Misdeclared(ValueError):
    """What a declaration's own reader finds wrong, as `said`; a template without parts may be a plain `ValueError`."""

    def __init__(self, template: str, **parts: Part) -> None:
        self.said = Sentence(template, parts)
        super().__init__(str(self.said))


def places(template: str) -> list[str]:
    """Names of the places in a template, in their order."""
    return re.findall(r"%\((\w+)\)s", template)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A template without places may hold any sign."""
    return template % parts if parts else template


def _english(part: Part) -> str:
    return ", ".join(map(_english, part)) if isinstance(part, (list, tuple)) else str(part)


_DAY: Final = "day"
_TEMPLATE: Final = "template"


def written(part: Part) -> Any:
    """Plain JSON data, which `read` makes into the same part again."""
    if isinstance(part, Sentence):
        return {_TEMPLATE: part.template, "parts": {name: written(each) for name, each in part.parts.items()}}
    if isinstance(part, date):
        return {_DAY: part.isoformat()}
    return [written(each) for each in part] if isinstance(part, (list, tuple)) else part


def read(data: Any) -> Part:
    if isinstance(data, dict) and _DAY in data:
        return date.fromisoformat(data[_DAY])
    if isinstance(data, dict):
        return Sentence(data[_TEMPLATE], {name: read(each) for name, each in data["parts"].items()})
    if isinstance(data, list):
        return [read(each) for each in data]
    found: str | int = data
    return found
