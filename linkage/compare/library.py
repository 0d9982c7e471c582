"""The library: levels of a field by its kind, where a model declares none. docs/comparisons.md shows them."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from declare import WrongInput
from linkage.compare.condition import CONDITIONS
from linkage.compare.level import AS_WRITTEN, BUT_FOR_ACCENTS, SAME, Level
from pseudonymise.standardise import parts

_VERY_SIMILAR: Final = Level(name="very similar", jaro_winkler=0.92, dice=0.8)
_SIMILAR: Final = Level(name="similar", jaro_winkler=0.8, dice=0.6)
_SOUND: Final = Level(name="sounds alike", equal=((".sound",),))

LIBRARY: Final[dict[str, tuple[Level, ...]]] = {
    "surname": (
        AS_WRITTEN,
        BUT_FOR_ACCENTS,
        # a married name on one side, the own name on the other
        Level(name="partner's name", equal=(("=.other",),)),
        _VERY_SIMILAR,
        _SIMILAR,
        _SOUND,
    ),
    "given_name": (
        AS_WRITTEN,
        BUT_FOR_ACCENTS,
        _VERY_SIMILAR,
        Level(name="nickname", equal=((".base",),)),
        _SIMILAR,
        _SOUND,
        Level(name="initial of a name", equal=((".initial",),), incomplete=True),
        Level(name="same initial", equal=((".initial",),)),
    ),
    "full_name": (
        AS_WRITTEN,
        BUT_FOR_ACCENTS,
        Level(name="given name and surname swapped", equal=(("=.swapped",), (".words",))),
        Level(name="surname, and nickname", equal=((".surname", ".base"),)),
        Level(name="partner's name", equal=((".surname=.other", ".base"),)),
        Level(name="surname and initial of a name", equal=((".surname", ".initial"),), incomplete=True),
        Level(name="very similar", equal=((".sound", ".base"),), jaro_winkler=0.95, dice=0.8),
        Level(name="similar", jaro_winkler=0.9, dice=0.7),
        Level(name="two names", overlap=2, of=".words"),
        Level(name="surname and initial", equal=((".surname", ".initial"),)),
        Level(name="surname", equal=((".surname",),)),
        Level(name="given name", equal=((".base",),)),
    ),
    "date": (
        SAME,
        Level(name="day and month swapped", equal=(("=.swapped",),)),
        Level(name="two parts", equal=((".year_month",), (".month_day",), (".year_day",))),
        Level(name="year of a part", equal=((".year",),), incomplete=True),
        Level(name="within a month", days=31),
        Level(name="year", equal=((".year",),)),
    ),
    "address": (
        SAME,
        Level(name="postcode and number", equal=((".postcode", ".number"),)),
        Level(name="postcode", equal=((".postcode",),)),
    ),
    "identifier": (SAME,),
    "code": (SAME, Level(name="similar", jaro_winkler=0.88, dice=0.6)),
    "text": (AS_WRITTEN, BUT_FOR_ACCENTS, _VERY_SIMILAR, _SIMILAR),
    "category": (SAME,),
    "email": (SAME, Level(name="same local part", equal=((".local",),)), _VERY_SIMILAR),
    "phone": (
        SAME,
        Level(name="same subscriber number", equal=((".subscriber",),)),
        Level(name="similar", osa=1, dice=0.8),
    ),
    "iban": (SAME, Level(name="same account", equal=((".account",),)), Level(name="similar", osa=1, dice=0.8)),
    "number": (SAME, Level(name="within 1 %", ratio=0.01), Level(name="within 10 %", ratio=0.1)),
    "place": (
        SAME,
        Level(name="within 100 metres", kilometres=0.1),
        Level(name="within a kilometre", kilometres=1),
        Level(name="within ten kilometres", kilometres=10),
    ),
    "list": (SAME, Level(name="half in common", jaccard=0.5), Level(name="one in common", overlap=1)),
}

PRESENCE: Final[dict[str, tuple[str, ...]]] = {
    "given_name": (".initial",),
    "full_name": (".surname", ".initial"),
    "date": (".year", ".month_day"),
    "address": (".postcode",),
}
"""Endings of which one must be present on both sides for a field to be compared at all; otherwise the whole value."""


def check_levels(field: str, kind: str, levels: Sequence[Level]) -> None:
    """Raise `WrongInput` for a part or a condition that a field of this kind does not have."""
    known = parts("", kind)
    for level in levels:
        for ending in sorted(level.endings - set(known)):
            raise _unknown(level, field, f"names the part {ending!r}", kind, _nearest(ending, known))
        for name in level.limits:
            if name in CONDITIONS and kind not in CONDITIONS[name].kinds:
                measurable = ", ".join(conditions_of(kind))
                raise _unknown(level, field, f"asks for {name}", kind, f"It has: {measurable}.")


def _unknown(level: Level, field: str, what: str, kind: str, remedy: str) -> WrongInput:
    return WrongInput(f"level {level.name!r} of {field} {what}, which no field of kind {kind} has", remedy=remedy)


def conditions_of(kind: str) -> tuple[str, ...]:
    """Names of what can be measured of a field in clear text."""
    return tuple(name for name, condition in CONDITIONS.items() if kind in condition.kinds)


def _nearest(ending: str, known: Sequence[str]) -> str:
    near = get_close_matches(ending, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"It has: {', '.join(map(repr, known))}."
