"""Every column of the register is held by a rule of the database, or there is a reason why it is not."""

import re
from typing import Final

from django.apps import apps

from register.guards import KEPT, triggers

FREE: Final = {
    "Room": "title demo: held against room.toml whenever the room is opened",
    "Partner": "name kind: shown, and nothing is decided by it",
    "Person": "name password last_login: not held yet; a second factor that is set up anew is told",
    "ProbeTerms": "sources areas least_subjects needs_case: not held yet",
    "Delivery": "rows_in rows_kept rows_quarantined: counts, which the same file has anew under another declaration",
    "Schedule": "due: when it is next looked at; the last day stays",
    "Job": "state attempts before worker started_at ended_at result message remedy parts told: how far work is",
    "Notice": "channel role topic worker: what is said to a role; it decides nothing",
    "Described": "kind name content: declarations in plain words, written anew whenever the room is opened",
    "Draft": "operation author name title typed text base version begun_at changed_at: what nobody was asked yet",
}
"""Model → columns that no rule holds, and why."""


def changes_freely(model: type) -> set[str]:
    """Columns of which no rule for a changed row speaks."""
    options = model._meta  # type: ignore[attr-defined]
    kept = KEPT.get(model.__name__)
    rules = [trigger.holds for trigger in triggers() if (trigger.table, trigger.on) == (options.db_table, "UPDATE")]
    if "FALSE" in rules:
        return set()
    own = [rule for rule in rules if not rule.startswith('NOT (NEW."')]
    held = {name for rule in own for name in re.findall(r"\b(?:NEW|OLD)\.(\w+)", rule)}
    columns = {field.name: field.column for field in options.concrete_fields if not field.primary_key}
    changing = set(columns) if kept is None else set(columns) & kept
    return {name for name in changing if columns[name] not in held}


def test_every_column_is_held_or_has_a_reason() -> None:
    found = {model.__name__: changes_freely(model) for model in apps.get_app_config("register").get_models()}
    reasons = {model: set(said.partition(":")[0].split()) for model, said in FREE.items()}
    assert {model: free for model, free in found.items() if free} == reasons
