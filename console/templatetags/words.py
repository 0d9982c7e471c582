"""{{ request.state|state }} and its kin: what the register calls something, in the words of the screen."""

from collections.abc import Callable, Iterable, Mapping

from django import template
from django.utils.functional import Promise

from console.said import listed, said, told
from console.words import (
    ACTIONS,
    COARSENED,
    COLUMN_ROLES,
    CONSENTS,
    ENTITIES,
    JOBS,
    NEWS,
    OUTCOMES,
    PERIODS,
    ROLES,
    STAGES,
    STATES,
    STOPS,
    VALUE_TYPES,
    WORK,
)
from declare import Part

register = template.Library()


def _in(words: Mapping[str, Promise | str]) -> Callable[[str], Promise | str]:
    """A filter that leaves alone what has no word."""
    return lambda value: words.get(value, value)


for name, words in {
    "state": STATES, "action": ACTIONS, "role": ROLES, "outcome": OUTCOMES, "news": NEWS, "consent": CONSENTS,
    "work": WORK, "job": JOBS, "stop": STOPS, "entity": ENTITIES, "period": PERIODS, "columnrole": COLUMN_ROLES,
    "coarsened": COARSENED, "stage": STAGES, "valuetype": VALUE_TYPES,
}.items():  # fmt: skip
    register.filter(name, _in(words))

register.filter("said", said)
register.filter("told", told)


@register.filter
def roles(held: Iterable[Part]) -> str:
    """Several, such as those who still have to agree."""
    return listed("roles", list(held))
