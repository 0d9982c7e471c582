"""Rows as a forger writes them in raw SQL, what is given before, and whether the database refuses them."""

import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connection, transaction

from audit.event import timestamp
from register.models import Membership, Release, Request, StandingDecision
from register.notes import role_given
from tests.register.room import ANSWERS, draft, examined, furnish, person, take


def insert(table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(values.values()))  # noqa: S608


def update(table: str, key: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}" = %s' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {columns} WHERE id = %s", [*values.values(), key])  # noqa: S608


def event(operation: str, name: str, who: str, **fields: Any) -> str:
    told = json.dumps({"person": who} | {field.rstrip("_"): value for field, value in fields.items()})
    insert("register_outboxevent", operation=operation, log="audit", name=name, at=timestamp(), fields=told)
    return operation


def give(who: str, role: str, partner: str = "city") -> None:
    """The forger has seen to it that the role is there, and told so."""
    membership = Membership(person=person(who), role=role, partner_id=partner)
    if not Membership.objects.filter(person=membership.person, role=role, partner=partner).exists():
        role_given(membership)
        membership.save()


def decided(who: str, operation: str, **forged: Any) -> str:
    """A forged decision by `who`, complete with its event, which tells what was `told` or else the same."""
    told = forged.pop("told", {})
    values = {
        "role": "legal_officer",
        "how": "session",
        "subject": "request",
        "subject_id": "insight",
        "action": "approve",
        "before": "submitted",
        "after": "checked",
    } | forged
    kind: Any = {"request": Request, "standing": StandingDecision}.get(values["subject"], Release)
    known = kind.objects.filter(pk=values["subject_id"]).first()
    values = {"digest": known.digest if known else "0" * 64} | values
    if values.pop("given", True):
        give(who, values["role"])
    standing = values["how"] == "standing"
    fields = {"role", "digest", "before", "after"} | (set() if standing else {"how", "subject", "action"})
    says = {field: values[field] for field in fields} | {"request" if standing else "id": values["subject_id"]}
    event(operation, "decided by standing consent" if standing else "decided", who, **says | told)
    more = {"event_id": operation, "person_id": person(who).pk, "reason": "", "at": "2026-11-21 09:00:00"}
    insert("register_decision", **more | values)
    return operation


def submitted() -> None:
    furnish()
    take("ann", draft(), "submit")


def advised(action: str = "advise") -> None:
    take("dora", examined(), action, "because")


def released() -> None:
    advised()
    take("rob", Release.objects.get(), "release", "because", answers=ANSWERS)


def copied(row: Any, **other: Any) -> None:
    """The row once more, as raw SQL would write it."""
    for field, value in other.items():
        setattr(row, field, value)
    row.save(force_insert=True)


def held() -> None:
    released()
    take("dora", Release.objects.get(), "hold", "because")


def resumed(to: str, subject: str = "request", held: str = "on_hold") -> None:
    """The DPO ends a hold, with its event, and says where that leads."""
    key = {"request": "insight", "release": "insight-1"}[subject]
    decided("dora", "op-h", role="dpo", action="resume", subject=subject, subject_id=key, before=held, after=to)


def drop(model: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


Forgeries = dict[str, tuple[str, Callable[[], Any], Callable[[], Any]]]
"""Name → constraint that refuses it, what is given before, and the forgery."""


def by_setting(forgeries: Forgeries) -> list[Callable[[], Any]]:
    """What is given before, each once."""
    return list({given: None for _, given, _ in forgeries.values()})


def not_refused(forgeries: Forgeries, given: Callable[[], Any]) -> dict[str, str]:
    """Of the forgeries after `given`, those that the constraint they name did not refuse, with what was said."""
    found = {}
    for name, (constraint, before, forgery) in forgeries.items():
        said = refusal_of(forgery) if before is given else constraint
        if not named(constraint, said):
            found[name] = said
    return found


def refusal_of(forgery: Callable[[], Any]) -> str:
    """What the database says of it; nothing of it stays."""
    try:
        with transaction.atomic():
            forgery()
            connection.check_constraints()
            transaction.set_rollback(True)
    except IntegrityError as refused:
        return str(refused)
    return "taken"


def named(constraint: str, message: str) -> bool:
    """Whether the message names the constraint; SQLite does not name keys."""
    nameless = connection.vendor == "sqlite" and ("foreign key" in message.lower() or "UNIQUE" in message)
    return constraint in message or nameless
