"""What the reader of a declaration finds wrong, as sentences: its own are the declaration's, all others stand here."""

import re
import tomllib
from typing import Final

from django.utils.translation import gettext_noop as _
from pydantic_core import ErrorDetails

from declare import Misdeclared, Part, Sentence

_NAME: Final = _("only small letters, digits and hyphens, and a letter first")
_NO_DAY: Final = _("this is no day; write it as 2027-12-31")
_NO_NUMBER: Final = _("this is no number")
_OTHER_FORM: Final = _("this is written in another form than is read here")
READER: Final[dict[str, str]] = {
    "missing": _("this is missing"),
    "extra_forbidden": _("nothing reads “%(place)s”"),
    "string_pattern_mismatch": _NAME,
    "string_too_long": _("at most %(max_length)s signs"),
    "string_too_short": _("at least %(min_length)s signs"),
    "too_short": _("at least %(min_length)s of these"),
    "literal_error": _("this is none of what may be chosen"),
    "date_from_datetime_parsing": _NO_DAY,
    "date_from_datetime_inexact": _NO_DAY,
    "date_parsing": _NO_DAY,
    "date_type": _NO_DAY,
    "int_parsing": _NO_NUMBER,
    "int_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "float_type": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "int_from_float": _("this is no whole number"),
    "greater_than": _("more than %(gt)s"),
    "greater_than_equal": _("at least %(ge)s"),
    "less_than": _("less than %(lt)s"),
    "less_than_equal": _("at most %(le)s"),
    "string_type": _OTHER_FORM,
    "tuple_type": _OTHER_FORM,
    "dict_type": _OTHER_FORM,
    "model_type": _OTHER_FORM,
    "bool_type": _OTHER_FORM,
}
"""Kind of error of pydantic → what is said of it."""
HAS_A_FIELD: Final = _("%(place)s has a field of its own")
TOO_DEEP: Final = _("this is too deep, or has a number too long to read")
_AT: Final = _("this is no TOML from line %(line)s, sign %(sign)s on")
_ENDS: Final = _("this is no TOML: it ends too soon")


def wrong(problem: ErrorDetails) -> Sentence:
    """What pydantic does not tell apart here stays in its own words."""
    told = problem.get("ctx", {})
    own = told.get("error")
    if isinstance(own, Misdeclared):
        return own.said
    if isinstance(own, ValueError):
        return Sentence(str(own))
    template = READER.get(problem["type"])
    parts: dict[str, Part] = {"place": ".".join(map(str, problem["loc"]))}
    return (
        Sentence(template, parts | {name: str(part) for name, part in told.items()})
        if template
        else Sentence(problem["msg"])
    )


def no_toml(error: tomllib.TOMLDecodeError) -> Sentence:
    """Where the text cannot be read."""
    place = re.search(r"line (\d+), column (\d+)", str(error))
    return Sentence(_AT, {"line": place[1], "sign": place[2]}) if place else Sentence(_ENDS)
