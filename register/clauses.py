"""What the rules of the database say again and again, as SQL on a row: see `register.triggers` for its words."""

from collections.abc import Iterator
from typing import Final

from register.workflow import TRANSITIONS, RequestState, Role, StandingState, Step


def exists(table: str, where: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {where})"  # noqa: S608 (nothing in it comes from outside)


def decided(person: str, role: str, action: str, subject: str, key: str) -> str:
    """A decision by that person, in that role, about exactly that subject as it is."""
    return exists(
        "register_decision d",
        f"d.event_id = NEW.decision_id AND d.person_id = NEW.{person} AND d.role = {role} AND d.action = {action}"
        f" AND d.subject = '{subject}' AND d.subject_id = NEW.{key} AND d.digest = NEW.digest",
    )


def told(names: str, *, by: str = "person_id", key: str = "event_id", **fields: str) -> str:
    """An event of one of these `names`, by that person, that tells the row's own columns: field → column."""
    same = "".join(f" AND e[{field}] = NEW.{column}" for field, column in fields.items())
    return exists(
        f"register_outboxevent e JOIN register_person p ON p.id = NEW.{by}",
        f"e.operation = NEW.{key} AND e.name IN ({names}) AND e[person] = p.username{same}",
    )


def holds_role(roles: str, *, by: str = "person_id", partner: str = "") -> str:
    """That person has one of these roles now, for the partner where one is named."""
    of = f" AND m.partner_id = NEW.{partner}" if partner else ""
    return exists("register_membership m", f"m.person_id = NEW.{by} AND m.role IN ({roles}){of}")


def listed(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)


def arrivals(step: Step) -> Iterator[str]:
    """States to which a step may lead: back to where it was held, and by an owner who is not the last to speak."""
    if step.after is None:
        held = {each.before for each in TRANSITIONS if (each.subject, each.action) == (step.subject, "hold")}
        yield from sorted({*held, RequestState.DRAFT} if step.subject == "request" else held)
    else:
        yield step.after
    if step.after == RequestState.CONSENTED:
        yield RequestState.CHECKED


_PROPOSED: Final = listed("standing", "", "propose", Role.RELEASE, StandingState.PROPOSED)
STEPS: Final = ", ".join((
    f"({_PROPOSED})",
    *(
        f"({listed(step.subject, step.before, step.action, step.role, after)})"
        for step in TRANSITIONS
        for after in arrivals(step)
    ),
))  # fmt: skip


def moved(subject: str) -> str:
    """The latest decision about the row's subject took it from its state to the new one, as it is."""
    about = f"d.subject = '{subject}' AND d.subject_id = NEW.id"
    latest = (
        "SELECT max(e.number) FROM register_decision d JOIN register_outboxevent e"  # noqa: S608 (as above)
        f" ON e.operation = d.event_id WHERE {about}"
    )
    return exists(
        "register_decision d JOIN register_outboxevent e ON e.operation = d.event_id",
        f"{about} AND d.before = OLD.state AND d.after = NEW.state AND d.digest = NEW.digest AND e.number = ({latest})",
    )


def held(on_hold: str, changed: str = "") -> str:
    """What is on hold knows where it was held, or that it was `changed` meanwhile; all else knows of no hold."""
    same = "NEW.held_from = OLD.held_from" + (f" OR {changed}" if changed else "")
    return (
        f"CASE WHEN NEW.state <> '{on_hold}' THEN NEW.held_from = ''"
        f" WHEN OLD.state <> NEW.state THEN NEW.held_from = OLD.state ELSE {same} END"
    )


def registered(kind: str, also: str, key: str = "id") -> str:
    """What `also` says of the latest version `v` of the declaration, of which the log was told."""
    versions = "register_version {0} JOIN register_outboxevent {1} ON {1}.operation = {0}.event_id"
    same = f"{{0}}.kind = '{kind}' AND {{0}}.name = NEW.{key}"
    latest = f"SELECT max(n.number) FROM {versions.format('w', 'n')} WHERE {same.format('w')}"  # noqa: S608 (as above)
    return exists(versions.format("v", "e"), f"{same.format('v')} AND e.number = ({latest}) AND {also}")


def agreed(part: str, **fields: str) -> str:
    """The latest version of the row's agreement lists, under `part`, the row's own columns: field → column."""
    same = " AND ".join(f"CAST(t[{field}] AS text) = CAST(NEW.{column} AS text)" for field, column in fields.items())
    return registered("agreement", exists(f"EACH(v.content, {part}) t", same), key="agreement_id")


def latest_told(event: str, others: str, also: str, *, by: str) -> str:
    """Of the events with one of these names that `also` fits, about that person, the latest is `event`."""
    found = f"e.name IN ({others}) AND e[person] = p.username AND {also}"
    latest = f"SELECT max(e.number) FROM register_outboxevent e WHERE {found}"  # noqa: S608 (as above)
    return exists(
        f"register_outboxevent e JOIN register_person p ON p.id = NEW.{by}",
        f"{event} AND {found} AND e.number = ({latest})",
    )


def changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} DIFFERS OLD.{column}" for column in columns) + ")"


def apart(who: str) -> str:
    """Neither who asked nor who ran it, about the release as it is."""
    return exists(
        "register_release r",
        f"r.id = NEW.release_id AND r.digest = NEW.digest AND r.requester_id <> NEW.{who} AND r.runner_id <> NEW.{who}",
    )


def no_adviser(who: str) -> str:
    return "NOT " + exists("register_opinion o", f"o.release_id = NEW.release_id AND o.person_id = NEW.{who}")
