"""What the database holds of decisions beside its keys and checks: rows stay as they were written, and each rests on
the rows that allow it.

Two tables, of which triggers are made (`register.triggers`). A model joins by a line in `KEPT`, with the fields that
the program itself still changes, and by a rule in `RULES` that says which rows there must be: `_decided` for a row that
a decision leaves behind, `_told` for one that has an event of its own. Decisions that are taken in another way than by
a person or a standing consent (`how`) have a branch in `decision_is_what_its_event_tells`. Nothing else is needed, no
migration either: the triggers are made anew whenever their text differs.

What a rule allows is what the program does; people get their sentence from `register.duties` before it comes to this.
"""

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from register.triggers import Deed, Key, Trigger, hold, keys, let_go
from register.workflow import BY_ITSELF, TRANSITIONS, ReleaseState, RequestState, Role, StandingState, Step

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


def _any(table: str, where: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {where})"  # noqa: S608 (nothing in it comes from outside)


def _decided(person: str, role: str, action: str, subject: str, key: str) -> str:
    """A decision by that person, in that role, about exactly that subject as it is."""
    return _any(
        "register_decision d",
        f"d.event_id = NEW.decision_id AND d.person_id = NEW.{person} AND d.role = {role} AND d.action = {action}"
        f" AND d.subject = '{subject}' AND d.subject_id = NEW.{key} AND d.digest = NEW.digest",
    )


def _told(names: str, *, by: str = "person_id", key: str = "event_id", **fields: str) -> str:
    """An event of one of these `names`, by that person, that tells the row's own columns: field → column."""
    same = "".join(f" AND e[{field}] = NEW.{column}" for field, column in fields.items())
    return _any(
        f"register_outboxevent e JOIN register_person p ON p.id = NEW.{by}",
        f"e.operation = NEW.{key} AND e.name IN ({names}) AND e[person] = p.username{same}",
    )


def _holds_role(roles: str, *, by: str = "person_id", partner: str = "") -> str:
    """That person has one of these roles now, for the partner where one is named."""
    of = f" AND m.partner_id = NEW.{partner}" if partner else ""
    return _any("register_membership m", f"m.person_id = NEW.{by} AND m.role IN ({roles}){of}")


def _listed(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _arrivals(step: Step) -> Iterator[str]:
    """States to which a step may lead: back to where it was held, and by an owner who is not the last to speak."""
    if step.after is None:
        held = {each.before for each in TRANSITIONS if (each.subject, each.action) == (step.subject, "hold")}
        yield from sorted({*held, RequestState.DRAFT} if step.subject == "request" else held)
    else:
        yield step.after
    if step.after == RequestState.CONSENTED:
        yield RequestState.CHECKED


_PROPOSED: Final = _listed("standing", "", "propose", Role.RELEASE, StandingState.PROPOSED)
_STEPS: Final = ", ".join((
    f"({_PROPOSED})",
    *(
        f"({_listed(step.subject, step.before, step.action, step.role, after)})"
        for step in TRANSITIONS
        for after in _arrivals(step)
    ),
))  # fmt: skip


def _moved(subject: str) -> str:
    """The latest decision about the row's subject took it from its state to the new one, as it is."""
    about = f"d.subject = '{subject}' AND d.subject_id = NEW.id"
    latest = (
        "SELECT max(e.number) FROM register_decision d JOIN register_outboxevent e"  # noqa: S608 (as above)
        f" ON e.operation = d.event_id WHERE {about}"
    )
    return _any(
        "register_decision d JOIN register_outboxevent e ON e.operation = d.event_id",
        f"{about} AND d.before = OLD.state AND d.after = NEW.state AND d.digest = NEW.digest AND e.number = ({latest})",
    )


def _held(on_hold: str, changed: str = "") -> str:
    """What is on hold knows where it was held, or that it was `changed` meanwhile; all else knows of no hold."""
    same = "NEW.held_from = OLD.held_from" + (f" OR {changed}" if changed else "")
    return (
        f"CASE WHEN NEW.state <> '{on_hold}' THEN NEW.held_from = ''"
        f" WHEN OLD.state <> NEW.state THEN NEW.held_from = OLD.state ELSE {same} END"
    )


def _registered(kind: str, also: str = "TRUE") -> str:
    """The row is as the latest version of the declaration has it, of which the log was told."""
    versions = "register_version {0} JOIN register_outboxevent {1} ON {1}.operation = {0}.event_id"
    latest = f"SELECT max(n.number) FROM {versions.format('w', 'n')} WHERE w.kind = '{kind}' AND w.name = NEW.id"  # noqa: S608
    return _any(
        versions.format("v", "e"),
        f"v.kind = '{kind}' AND v.name = NEW.id AND v.digest = NEW.digest AND e.number = ({latest}) AND {also}",
    )


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} DIFFERS OLD.{column}" for column in columns) + ")"


def _apart(who: str) -> str:
    """Neither who asked nor who ran it, about the release as it is."""
    return _any(
        "register_release r",
        f"r.id = NEW.release_id AND r.digest = NEW.digest AND r.requester_id <> NEW.{who} AND r.runner_id <> NEW.{who}",
    )


def _no_adviser(who: str) -> str:
    return "NOT " + _any("register_opinion o", f"o.release_id = NEW.release_id AND o.person_id = NEW.{who}")


_GIVEN: Final = "a.request_id = NEW.id AND a.round = NEW.round AND a.digest = NEW.digest"
_APPROVED_BY_ALL: Final = " AND ".join((
    _any("register_approval a", f"{_GIVEN} AND a.kind = '{Role.LEGAL}'"),
    _any("register_approval a", f"{_GIVEN} AND a.kind = '{Role.DPO}'"),
    "NOT " + _any(
        "register_requestsource u JOIN register_source s ON s.id = u.source_id",
        "u.request_id = NEW.id AND NOT "
        + _any("register_approval a", f"{_GIVEN} AND a.kind = '{Role.OWNER}' AND a.partner_id = s.owner_id"),
    ),
))  # fmt: skip
_AS_DECLARED: Final = ("title", "purpose", "recipients", "retention_until")
_APPROVED_AS: Final = (
    *_AS_DECLARED, "digest", "dpia", "dpia_approved", "dpia_valid_until", "dpia_status", "declaration", "plan",
    "agreement_id",
)  # fmt: skip
_CHANGED: Final = f"NEW.held_from = '{RequestState.DRAFT}' AND NEW.digest <> OLD.digest"
_NEVER_A_DRAFT: Final = (RequestState.RUNNING, RequestState.ON_HOLD, RequestState.REVOKED, RequestState.WITHDRAWN)
"""States that no change of the declaration leads back from."""
_DRAFT_OF: Final = _any(
    "register_request r", f"r.id = {{}}.request_id AND '{RequestState.DRAFT}' IN (r.state, r.held_from)"
)
_NUMBER: Final = "(SELECT n.number FROM register_outboxevent n WHERE n.operation = {})"
_STEP_TOLD: Final = _any(
    "register_outboxevent e",
    "e.operation = NEW.event_id AND CASE NEW.action"
    " WHEN 'propose' THEN e.name = 'standing decision proposed' AND e[standing] = NEW.standing_id"
    " WHEN 'stop' THEN e.name = 'standing decision stopped' AND e[standing] = NEW.standing_id AND e[why] = NEW.why"
    # Days of Greenwich begin later than those of a room to its east: never sooner than on the last day.
    " AND (NEW.why <> 'over' OR "
    + _any("register_standingdecision s", "s.id = NEW.standing_id AND CAST(s.until AS text) <= substr(e.at, 1, 10)")
    + ")"
    f" WHEN '{BY_ITSELF}' THEN e.name = 'released by standing decision' AND e[standing] = NEW.standing_id"
    " ELSE e.name = 'decided' AND e[subject] = 'standing' AND e[id] = NEW.standing_id AND e[action] = NEW.action"
    " AND e[before] = NEW.before AND e[after] = NEW.after END",
)

_RULES: Final[tuple[tuple[str, str, Deed, str], ...]] = (
    ("event_is_moved_once", "outboxevent", "UPDATE",
     "OLD.moved_at IS NULL OR NOT (OLD.moved_at DIFFERS NEW.moved_at)"),
    ("decision_is_a_step", "decision", "INSERT",
     f"(NEW.subject, NEW.before, NEW.action, NEW.role, NEW.after) IN (VALUES {_STEPS})"),
    ("decision_by_who_has_the_role", "decision", "INSERT", _holds_role("NEW.role")),
    ("decision_is_what_its_event_tells", "decision", "INSERT",
     f"CASE WHEN NEW.action = '{BY_ITSELF}' THEN "
     + _told("'released by standing decision'", role="role", subject="subject", id="subject_id", action="action",
             before="before", after="after", digest="digest")
     + " WHEN NEW.action = 'propose' THEN "
     + _told("'standing decision proposed'", role="role", how="how", standing="subject_id", digest="digest")
     + " WHEN NEW.how = 'standing' THEN "
     + _told("'decided by standing consent'", role="role", request="subject_id", before="before", after="after",
             digest="digest")
     + " ELSE "
     + _told("'decided'", role="role", how="how", subject="subject", id="subject_id", action="action",
             before="before", after="after", digest="digest")
     + " END"),
    ("decision_is_about_what_there_is", "decision", "INSERT",
     "NEW.action = 'propose' OR " + " OR ".join(f"NEW.subject = '{kind}' AND " + _any(
         f"register_{table} s", "s.id = NEW.subject_id AND s.state = NEW.before AND s.digest = NEW.digest"
         " AND (NEW.action <> 'resume' OR s.held_from = NEW.after)")
         for kind, table in (("request", "request"), ("release", "release"), ("standing", "standingdecision")))),
    ("approval_rests_on_its_decision", "approval", "INSERT",
     _decided("person_id", "NEW.kind", f"CASE NEW.kind WHEN '{Role.DPO}' THEN 'advise' ELSE 'approve' END",
              "request", "request_id")),
    ("approval_is_of_this_round", "approval", "INSERT",
     _any("register_request r", "r.id = NEW.request_id AND r.round = NEW.round AND r.digest = NEW.digest")),
    ("approval_for_an_owner_of_its_sources", "approval", "INSERT",
     "NEW.partner_id IS NULL OR " + _holds_role(f"'{Role.OWNER}'", partner="partner_id") + " AND "
     + _any("register_requestsource u JOIN register_source s ON s.id = u.source_id",
            "u.request_id = NEW.request_id AND s.owner_id = NEW.partner_id")),
    ("request_begins_as_a_draft", "request", "INSERT", f"NEW.state = '{RequestState.DRAFT}' AND NEW.round = 0"),
    ("request_state_was_decided", "request", "UPDATE",
     f"NEW.state = OLD.state OR {_moved('request')} OR NEW.state = '{RequestState.DRAFT}' AND NEW.digest <> OLD.digest"
     f" AND OLD.state NOT IN ({_listed(*_NEVER_A_DRAFT)})"),
    ("request_is_approved_by_all", "request", "UPDATE",
     f"NOT (OLD.state = '{RequestState.CONSENTED}' AND NEW.state = '{RequestState.SCHEDULED}') OR {_APPROVED_BY_ALL}"),
    ("request_changes_as_a_draft", "request", "UPDATE",
     f"NOT {_changed(*_APPROVED_AS)} OR NEW.digest <> OLD.digest AND {_registered('request')}"
     f" AND (NEW.state = '{RequestState.DRAFT}' OR NEW.state = '{RequestState.ON_HOLD}' AND {_CHANGED})"),
    ("request_is_held_where_it_was", "request", "UPDATE", _held(RequestState.ON_HOLD, _CHANGED)),
    ("request_round_begins_when_submitted", "request", "UPDATE",
     f"NEW.round = OLD.round + CASE WHEN NEW.state = '{RequestState.SUBMITTED}'"
     f" AND OLD.state IN ({_listed(RequestState.DRAFT, RequestState.RETURNED)}) THEN 1 ELSE 0 END"),
    ("request_stays_as_it_was_released", "request", "UPDATE",
     f"NOT {_changed(*_AS_DECLARED)} OR NOT "
     + _any("register_release r", "r.request_id = NEW.id AND r.decision_id IS NOT NULL")),
    ("requestsource_while_a_draft", "requestsource", "INSERT", _DRAFT_OF.format("NEW")),
    ("requestsource_while_a_draft", "requestsource", "DELETE", _DRAFT_OF.format("OLD")),
    ("requestsource_is_written_anew", "requestsource", "UPDATE", "FALSE"),
    ("agreement_is_as_registered", "agreement", "UPDATE",
     f"NOT {_changed('id', 'title', 'starts', 'until', 'digest')} OR " + _registered(
         "agreement", "v[from] = CAST(NEW.starts AS text) AND v[until] = CAST(NEW.until AS text)")),
    ("release_begins_as_examined", "release", "INSERT",
     f"NEW.decision_id IS NULL AND NEW.manifest_digest = '' AND NEW.state = CASE NEW.outcome WHEN 'FAIL'"
     f" THEN '{ReleaseState.REFUSED}' ELSE '{ReleaseState.EXAMINED}' END"),
    ("release_state_was_decided", "release", "UPDATE", f"NEW.state = OLD.state OR {_moved('release')}"),
    ("release_is_held_where_it_was", "release", "UPDATE", _held(ReleaseState.ON_HOLD)),
    ("release_parcel_stays", "release", "UPDATE",
     "OLD.manifest_digest = '' OR NEW.manifest_digest = OLD.manifest_digest"),
    ("delivery_taken_back_stays_so", "delivery", "UPDATE",
     "(OLD.withdrawal_id IS NULL OR NOT (OLD.withdrawal_id DIFFERS NEW.withdrawal_id))"
     " AND (OLD.state = 'received' OR NEW.state <> 'received')"),
    ("release_decision_stays", "release", "UPDATE",
     "OLD.decision_id IS NULL OR NOT (OLD.decision_id DIFFERS NEW.decision_id)"),
    ("opinion_rests_on_its_decision", "opinion", "INSERT",
     _decided("person_id", f"'{Role.DPO}'", "CASE WHEN NEW.favourable THEN 'advise' ELSE 'advise against' END",
              "release", "release_id")),
    ("opinion_is_nobody_elses", "opinion", "INSERT", _apart("person_id")),
    ("countersignature_rests_on_its_decision", "countersignature", "INSERT",
     _decided("person_id", f"'{Role.RELEASE}'", "'countersign'", "release", "release_id")),
    ("countersignature_is_nobody_elses", "countersignature", "INSERT",
     f"{_apart('person_id')} AND {_no_adviser('person_id')}"),
    ("release_rests_on_its_decision", "releasedecision", "INSERT",
     _decided("officer_id", f"'{Role.RELEASE}'",
              f"CASE WHEN NEW.standing_id IS NULL THEN 'release' ELSE '{BY_ITSELF}' END", "release", "release_id")),
    ("release_by_who_gave_no_opinion", "releasedecision", "INSERT",
     f"{_no_adviser('officer_id')} AND (NEW.second_id IS NULL OR {_no_adviser('second_id')})"),
    ("release_on_the_latest_opinion", "releasedecision", "INSERT",
     "NOT " + _any("register_opinion o JOIN register_outboxevent e ON e.operation = o.decision_id",
                   f"o.release_id = NEW.release_id AND e.number > {_NUMBER.format('NEW.opinion_id')}")
     + " AND (NEW.countersignature_id IS NULL OR "
     + f"{_NUMBER.format('NEW.countersignature_id')} > {_NUMBER.format('NEW.opinion_id')})"),
    ("standing_begins_as_proposed", "standingdecision", "INSERT",
     f"NEW.state = '{StandingState.PROPOSED}' AND "
     + _told("'standing decision proposed'", by="proposer_id", standing="id", request="request_id",
             release="release_id", plan="plan", digest="digest", reason="reason")),
    ("standing_state_is_that_of_its_last_step", "standingdecision", "UPDATE",
     "NEW.state = OLD.state OR " + _any(
         "register_standingstep s",
         "s.standing_id = NEW.id AND s.before = OLD.state AND s.after = NEW.state AND NOT "
         + _any("register_standingstep n", "n.previous_id = s.event_id"))),
    ("standing_is_held_where_it_was", "standingdecision", "UPDATE", _held(StandingState.ON_HOLD)),
    ("standing_step_is_told", "standingstep", "INSERT", _STEP_TOLD),
    ("standing_opinion_rests_on_its_decision", "standingopinion", "INSERT",
     _decided("person_id", f"'{Role.DPO}'", "CASE WHEN NEW.favourable THEN 'advise' ELSE 'advise against' END",
              "standing", "standing_id")),
    ("standing_grant_rests_on_its_decision", "standinggrant", "INSERT",
     _decided("officer_id", f"'{Role.RELEASE}'", "'allow'", "standing", "standing_id") + " AND NOT "
     + _any("register_run r", "r.request_id = NEW.request_id AND r.runner_id IN (NEW.officer_id, NEW.adviser_id)")
     + " AND NOT "
     + _any("register_standingopinion o JOIN register_outboxevent e ON e.operation = o.decision_id",
            "o.standing_id = NEW.standing_id AND (o.person_id = NEW.officer_id OR e.number > "
            + f"{_NUMBER.format('NEW.opinion_id')})")),
    ("standing_release_is_told", "standingrelease", "INSERT",
     _told("'released by standing decision'", by="officer_id", key="step_id", standing="standing_id", id="release_id",
           grant="grant_id", plan="plan")),
    ("standing_release_on_its_day", "standingrelease", "INSERT", _any(
        "register_outboxevent e JOIN register_release r ON r.id = NEW.release_id",
        "e.operation = NEW.step_id AND (NEW.day ON_DAY e.at) AND (NEW.day ON_DAY r.examined_at)")),
    ("acceptance_is_told_by_an_owner", "consentacceptance", "INSERT",
     _told("'consent accepted'", partner="partner_id", consent="consent_id", how="how") + " AND "
     + _holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("consent_ended_by_an_owner", "consentwithdrawal", "INSERT",
     _told("'consent withdrawn'", partner="partner_id", acceptance="acceptance_id", reason="reason") + " AND "
     + _holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("withdrawal_by_who_owns_the_source", "withdrawal", "INSERT",
     _told("'delivery withdrawn'", partner="partner_id", role="role", how="how", reason="reason") + " AND "
     + _holds_role("NEW.role", partner="partner_id") + " AND "
     + _any("register_delivery d JOIN register_source s ON s.id = d.source_id",
            "d.id = NEW.delivery_id AND s.owner_id = NEW.partner_id")),
    ("restriction_by_who_owns_the_source", "restriction", "INSERT",
     _told("CASE WHEN NEW.lifts THEN 'restriction lifted' ELSE 'restricted' END", partner="partner_id", role="role",
           how="how", source="source_id", digest="digest", reason="reason")
     + " AND " + _holds_role("NEW.role", partner="partner_id") + " AND "
     + _any("register_source s", "s.id = NEW.source_id AND s.owner_id = NEW.partner_id")),
    ("feedback_is_told_by_a_recipient", "feedback", "INSERT",
     _told("'feedback recorded'", partner="partner_id", release="release_id", digest="digest") + " AND "
     + _holds_role(_listed(Role.ANALYST, Role.OWNER, Role.RELEASE), partner="partner_id")),
    ("version_is_what_its_event_tells", "version", "INSERT",
     _any("register_outboxevent e",
          "e.operation = NEW.event_id AND e.name = 'registered' AND e[kind] = NEW.kind AND e[id] = NEW.name"
          " AND e[digest] = NEW.digest AND e[account] = NEW.account")),
    ("remark_is_told", "remark", "INSERT", _told("'remarked'", request="request_id")),
    ("probe_is_answered_by_an_owner", "probevoice", "INSERT",
     _told("'probe answered'", partner="partner_id", probe="probe_id", about="about", digest="digest") + " AND "
     + _holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("schedule_is_told_by_a_steward", "schedule", "INSERT",
     _told("'schedule made'", by="maker_id", how="how", work="kind", id="subject", cron="cron") + " AND "
     + _holds_role(f"'{Role.STEWARD}'", by="maker_id")),
    ("job_is_told_by_who_asked", "job", "INSERT",
     _told("'work asked'", by="asker_id", role="role", how="how", work="kind", id="subject")
     + " AND (NEW.schedule_id IS NOT NULL OR " + _holds_role("NEW.role", by="asker_id") + ")"),
    ("runstage_is_of_a_run_that_runs", "runstage", "INSERT",
     _any("register_run r", "r.id = NEW.run_id AND r.state = 'running'")),
    ("notice_is_told_once_sent", "notice", "UPDATE",
     "NEW.sent_at IS NULL OR OLD.sent_at IS NOT NULL OR "
     + _any("register_outboxevent e", "e.operation = NEW.message AND e.name = 'notice sent'")),
)  # fmt: skip
"""Rule, table, deed, and what must be true of the row then."""
RULES: Final = tuple(Trigger(rule, f"register_{table}", on, holds) for rule, table, on, holds in _RULES)


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
