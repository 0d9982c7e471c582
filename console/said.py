"""What the room says – refusals and the way out – in the reader's language; the command line says it in English."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from console.words import ACTIONS, ROLES, STATES, WORK
from declare import Part, Sentence
from declare.sentence import filled, places

PLACES: Final[Mapping[str, Mapping[str, Promise]]] = {
    "action": ACTIONS, "role": ROLES, "roles": ROLES, "state": STATES, "work": WORK,
}  # fmt: skip
"""Places in which names of the workflow stand; these are words here. What stands elsewhere has no language."""

HERE: Final[Mapping[str, Promise]] = {
    "They decide in the console, or with `koppelkamer decide`.": _("They decide on their own page of it."),
    "It named: %(known)s. Or leave --indicator out.": _("It named: %(known)s. Or choose none."),
    "Write it with %(option)s.": _("Write it in the form, and send it again."),
    "Name it with --reference.": _("Name it in the form, and send it again."),
    "Sign in with `koppelkamer login`.": _("Sign in again."),
    "Wait %(minutes)s minutes, then run `koppelkamer login` again.": _("Wait %(minutes)s minutes, then sign in again."),
    "Ask whoever administers the room for a new one: `koppelkamer invite PERSON`.": _(
        "Ask whoever administers the room for a new one."
    ),
}
"""What the command line asks for, and what a reader of a page does instead."""


def said(sentence: Sentence) -> str:
    """As a sentence on a page: it begins with a capital and ends with a full stop. English is marked as such."""
    template = str(HERE.get(sentence.template) or _translated(sentence.template))
    text = capfirst(_filled(template, sentence.parts))
    whole = text if text.endswith((".", "?", "!")) else f"{text}."
    foreign = get_language() != "en" and template == sentence.template
    return format_html('<span lang="en">{}</span>', whole) if foreign else whole


def told(template: str) -> str:
    """A template of which nobody asks what stood in its places."""
    return said(Sentence(template, dict.fromkeys(places(template), "…")))


def listed(name: str, parts: Part) -> str:
    """What stands in the place of that name."""
    if isinstance(parts, (list, tuple)):
        return ", ".join(listed(name, each) for each in parts)
    if isinstance(parts, Sentence):
        return _filled(_translated(parts.template), parts.parts)
    if isinstance(parts, date):
        return date_format(parts, "j F Y")
    return str(PLACES.get(name, {}).get(str(parts), parts))


def _filled(template: str, parts: Mapping[str, Part]) -> str:
    return filled(template, {name: listed(name, part) for name, part in parts.items()})


def _translated(template: str) -> str:
    """gettext answers for an empty one with the head of the catalogue."""
    return gettext(template) if template else ""
