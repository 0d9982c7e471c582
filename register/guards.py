"""What the database holds of decisions beside its keys and checks: rows stay as they were written, and each rests on
the rows that allow it.

Two tables, of which triggers are made (`register.triggers`). A model joins by a line in `KEPT`, with the fields that
the program itself still changes, and by a rule in `RULES` that says which rows there must be: `decided` for a row that
a decision leaves behind, `told` for one that has an event of its own. Decisions that are taken in another way than by
a person or a standing consent (`how`) have a branch in `decision_is_what_its_event_tells`. Nothing else is needed, no
migration either: the triggers are made anew whenever their text differs.

What a rule allows is what the program does; people get their sentence from `register.duties` before it comes to this.
"""

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from register.rules import RULES
from register.triggers import Key, Trigger, hold, keys, let_go

KEPT: Final[dict[str, frozenset[str]]] = {
    "OutboxEvent": frozenset({"moved_at"}),
    "Decision": frozenset(),
    "Approval": frozenset(),
    "Opinion": frozenset(),
    "Countersignature": frozenset(),
    "ReleaseDecision": frozenset(),
    "StandingConsent": frozenset({"declared"}),
    "ConsentAcceptance": frozenset(),
    "ConsentWithdrawal": frozenset(),
    "Run": frozenset({"state", "ended_at"}),
    "RunStage": frozenset(),
    "Release": frozenset({"state", "held_from", "decision", "manifest_digest"}),
    "Request": frozenset(
        {"title", "purpose", "agreement", "recipients", "declaration", "dpia", "dpia_approved", "dpia_valid_until",
         "dpia_status", "retention_until", "plan", "digest", "round", "state", "held_from"}
    ),
    "Agreement": frozenset({"title", "starts", "until", "digest"}),
    "Source": frozenset({"title", "owner", "entity", "digest"}),
    "Partner": frozenset({"name", "kind"}),
    "Person": frozenset({"name", "password", "is_active", "last_login"}),
    "Delivery": frozenset({"rows_in", "rows_kept", "rows_quarantined", "period", "state", "withdrawal"}),
    "Withdrawal": frozenset(),
    "Restriction": frozenset(),
    "Feedback": frozenset(),
    "Remark": frozenset(),
    "Version": frozenset(),
    "Probe": frozenset(),
    "ProbeVoice": frozenset(),
    "StandingDecision": frozenset({"state", "held_from"}),
    "StandingOpinion": frozenset(),
    "StandingGrant": frozenset(),
    "StandingStep": frozenset(),
    "StandingRelease": frozenset(),
    "Schedule": frozenset({"due", "ended_at", "series"}),
    "Job": frozenset(
        {"state", "attempts", "before", "worker", "started_at", "ended_at", "result", "message", "remedy", "parts",
         "told"}
    ),
}  # fmt: skip
"""Model → fields of a row that may change; all others stay, and no row goes."""


def triggers() -> list[Trigger]:
    """All of them: `RULES`, and two for each model of `KEPT`."""
    return [*RULES, *(trigger for model, changing in KEPT.items() for trigger in _kept(model, changing))]


def _kept(model: str, changing: frozenset[str]) -> Iterator[Trigger]:
    options = apps.get_model("register", model)._meta
    table, word = options.db_table, model.lower()
    fixed = [field.column for field in options.concrete_fields if field.name not in changing]
    same = " AND ".join(f'NOT (NEW."{column}" DIFFERS OLD."{column}")' for column in fixed)
    yield Trigger(f"{word}_stays_as_written", table, "UPDATE", same)
    yield Trigger(f"{word}_is_kept", table, "DELETE", "FALSE")


def _keys() -> Iterator[Key]:
    """Those of the models in `KEPT`: a row that is kept is not replaced either."""
    for options in (apps.get_model("register", model)._meta for model in KEPT):
        yield from keys(options.db_table, str(options.pk.column))


def keep() -> None:
    """The database holds all this. Called whenever a register is opened, and after its tables changed."""
    hold([*triggers(), *_keys()])


def follow_migrations(app: object) -> None:
    """Triggers go before tables change, for SQLite cannot rename beneath them, and come back afterwards."""
    pre_migrate.connect(lambda **_: let_go(), sender=app, weak=False, dispatch_uid="register.let_go")
    post_migrate.connect(lambda **_: keep(), sender=app, weak=False, dispatch_uid="register.keep")
