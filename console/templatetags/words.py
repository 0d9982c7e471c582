"""{{ request.state|state }} and its kin."""

from django import template
from django.utils.functional import Promise

from console.words import ACTIONS, CONSENTS, JOBS, NEWS, OUTCOMES, ROLES, STATES, WORK

register = template.Library()


@register.filter
def state(value: str) -> Promise | str:
    return STATES.get(value, value)


@register.filter
def action(value: str) -> Promise | str:
    return ACTIONS.get(value, value)


@register.filter
def role(value: str) -> Promise | str:
    return ROLES.get(value, value)


@register.filter
def outcome(value: str) -> Promise | str:
    return OUTCOMES.get(value, value)


@register.filter
def news(value: str) -> Promise | str:
    return NEWS.get(value, value)


@register.filter
def consent(value: str) -> Promise | str:
    return CONSENTS.get(value, value)


@register.filter
def work(value: str) -> Promise | str:
    return WORK.get(value, value)


@register.filter
def job(value: str) -> Promise | str:
    return JOBS.get(value, value)
