"""Which rows there must be, and how rows may change: a rule for each, of which `register.guards` makes triggers."""

from typing import Final

from register.clauses import (
    STEPS,
    agreed,
    apart,
    changed,
    decided,
    exists,
    held,
    holds_role,
    latest_told,
    listed,
    moved,
    no_adviser,
    registered,
    told,
)  # fmt: skip
from register.triggers import Deed, Trigger
from register.workflow import BY_ITSELF, ReleaseState, RequestState, Role, StandingState

_GIVEN: Final = "a.request_id = NEW.id AND a.round = NEW.round AND a.digest = NEW.digest"
_APPROVED_BY_ALL: Final = " AND ".join((
    exists("register_approval a", f"{_GIVEN} AND a.kind = '{Role.LEGAL}'"),
    exists("register_approval a", f"{_GIVEN} AND a.kind = '{Role.DPO}'"),
    "NOT " + exists(
        "register_requestsource u JOIN register_source s ON s.id = u.source_id",
        "u.request_id = NEW.id AND NOT "
        + exists("register_approval a", f"{_GIVEN} AND a.kind = '{Role.OWNER}' AND a.partner_id = s.owner_id"),
    ),
))  # fmt: skip
_DIGEST: Final = "v.digest = NEW.digest"
_AS_DECLARED: Final = ("title", "purpose", "recipients", "retention_until")
_APPROVED_AS: Final = (
    *_AS_DECLARED, "digest", "dpia", "dpia_approved", "dpia_valid_until", "dpia_status", "declaration", "plan",
    "agreement_id",
)  # fmt: skip
_CHANGED: Final = f"NEW.held_from = '{RequestState.DRAFT}' AND NEW.digest <> OLD.digest"
_NEVER_A_DRAFT: Final = (RequestState.RUNNING, RequestState.ON_HOLD, RequestState.REVOKED, RequestState.WITHDRAWN)
"""States that no change of the declaration leads back from."""
_DRAFT: Final = f"'{RequestState.DRAFT}' IN (r.state, r.held_from)"
_NUMBER: Final = "(SELECT n.number FROM register_outboxevent n WHERE n.operation = {})"
_STEP_TOLD: Final = exists(
    "register_outboxevent e",
    "e.operation = NEW.event_id AND CASE NEW.action"
    " WHEN 'propose' THEN e.name = 'standing decision proposed' AND e[standing] = NEW.standing_id"
    " WHEN 'stop' THEN e.name = 'standing decision stopped' AND e[standing] = NEW.standing_id AND e[why] = NEW.why"
    # Days of Greenwich begin later than those of a room to its east: never sooner than on the last day.
    " AND (NEW.why <> 'over' OR "
    + exists("register_standingdecision s", "s.id = NEW.standing_id AND CAST(s.until AS text) <= substr(e.at, 1, 10)")
    + ")"
    f" WHEN '{BY_ITSELF}' THEN e.name = 'released by standing decision' AND e[standing] = NEW.standing_id"
    " ELSE e.name = 'decided' AND e[subject] = 'standing' AND e[id] = NEW.standing_id AND e[action] = NEW.action"
    " AND e[before] = NEW.before AND e[after] = NEW.after END",
)

_OF_ITS_OWNER: Final = registered("source", f"{_DIGEST} AND v[owner] = NEW.owner_id")
_CONSENT_AGREED: Final = agreed(
    "consents", owner="partner_id", purpose="purpose", minimum_people="minimum_people", every_days="every_days",
    until="until",
)  # fmt: skip
_AGREED: Final = (
    (
        "triple_is_agreed",
        "sharingtriple",
        agreed("triples", source="source", recipient="recipient_id", purpose="purpose"),
    ),
    ("ground_is_agreed", "agreementground", agreed("grounds", source="source", law="law", document="document")),
    ("processing_is_agreed", "processingagreement", agreed("processing", source="source", document="document")),
    (
        "probe_terms_are_agreed",
        "probeterms",
        agreed(
            "probes",
            recipient="recipient_id",
            most_subjects="most_subjects",
            most_per_period="most_per_period",
            period_days="period_days",
            purpose="purpose",
            tells="tells",
            law="law",
            document="document",
        ),
    ),
)
_DEEDS: Final[tuple[Deed, ...]] = ("INSERT", "UPDATE")
_RULES: Final[tuple[tuple[str, str, Deed, str], ...]] = (
    ("event_is_moved_once", "outboxevent", "UPDATE",
     "OLD.moved_at IS NULL OR NOT (OLD.moved_at DIFFERS NEW.moved_at)"),
    ("decision_is_a_step", "decision", "INSERT",
     f"(NEW.subject, NEW.before, NEW.action, NEW.role, NEW.after) IN (VALUES {STEPS})"),
    ("decision_by_who_has_the_role", "decision", "INSERT", holds_role("NEW.role")),
    ("decision_is_what_its_event_tells", "decision", "INSERT",
     f"CASE WHEN NEW.action = '{BY_ITSELF}' THEN "
     + told("'released by standing decision'", role="role", subject="subject", id="subject_id", action="action",
             before="before", after="after", digest="digest")
     + " WHEN NEW.action = 'propose' THEN "
     + told("'standing decision proposed'", role="role", how="how", standing="subject_id", digest="digest")
     + " WHEN NEW.how = 'standing' THEN "
     + told("'decided by standing consent'", role="role", request="subject_id", before="before", after="after",
             digest="digest")
     + " ELSE "
     + told("'decided'", role="role", how="how", subject="subject", id="subject_id", action="action",
             before="before", after="after", digest="digest")
     + " END"),
    ("decision_is_about_what_there_is", "decision", "INSERT",
     "NEW.action = 'propose' OR " + " OR ".join(f"NEW.subject = '{kind}' AND " + exists(
         f"register_{table} s", "s.id = NEW.subject_id AND s.state = NEW.before AND s.digest = NEW.digest"
         " AND (NEW.action <> 'resume' OR s.held_from = NEW.after)")
         for kind, table in (("request", "request"), ("release", "release"), ("standing", "standingdecision")))),
    ("approval_rests_on_its_decision", "approval", "INSERT",
     decided("person_id", "NEW.kind", f"CASE NEW.kind WHEN '{Role.DPO}' THEN 'advise' ELSE 'approve' END",
              "request", "request_id")),
    ("approval_is_of_this_round", "approval", "INSERT",
     exists("register_request r", "r.id = NEW.request_id AND r.round = NEW.round AND r.digest = NEW.digest")),
    ("approval_for_an_owner_of_its_sources", "approval", "INSERT",
     "NEW.partner_id IS NULL OR " + holds_role(f"'{Role.OWNER}'", partner="partner_id") + " AND "
     + exists("register_requestsource u JOIN register_source s ON s.id = u.source_id",
            "u.request_id = NEW.request_id AND s.owner_id = NEW.partner_id")),
    ("request_begins_as_a_draft", "request", "INSERT",
     f"NEW.state = '{RequestState.DRAFT}' AND NEW.round = 0 AND NEW.held_from = '' AND "
     + registered("request", _DIGEST)),
    ("request_is_submitted_with_its_sources", "request", "UPDATE",
     f"NEW.state <> '{RequestState.SUBMITTED}' OR OLD.state = NEW.state OR NOT "
     + exists("EACH(NEW.declaration, sources) t", "NOT " + exists(
         "register_requestsource u", "u.request_id = NEW.id AND u.source_id = t[id]"))),
    ("request_state_was_decided", "request", "UPDATE",
     f"NEW.state = OLD.state OR {moved('request')} OR NEW.state = '{RequestState.DRAFT}' AND NEW.digest <> OLD.digest"
     f" AND OLD.state NOT IN ({listed(*_NEVER_A_DRAFT)})"),
    ("request_is_approved_by_all", "request", "UPDATE",
     f"NOT (OLD.state = '{RequestState.CONSENTED}' AND NEW.state = '{RequestState.SCHEDULED}') OR {_APPROVED_BY_ALL}"),
    ("request_changes_as_a_draft", "request", "UPDATE",
     f"NOT {changed(*_APPROVED_AS)} OR NEW.digest <> OLD.digest AND {registered('request', _DIGEST)}"
     f" AND (NEW.state = '{RequestState.DRAFT}' OR NEW.state = '{RequestState.ON_HOLD}' AND {_CHANGED})"),
    ("request_is_held_where_it_was", "request", "UPDATE", held(RequestState.ON_HOLD, _CHANGED)),
    ("request_round_begins_when_submitted", "request", "UPDATE",
     f"NEW.round = OLD.round + CASE WHEN NEW.state = '{RequestState.SUBMITTED}'"
     f" AND OLD.state IN ({listed(RequestState.DRAFT, RequestState.RETURNED)}) THEN 1 ELSE 0 END"),
    ("request_stays_as_it_was_released", "request", "UPDATE",
     f"NOT {changed(*_AS_DECLARED)} OR NOT "
     + exists("register_release r", "r.request_id = NEW.id AND r.decision_id IS NOT NULL")),
    ("requestsource_goes_from_a_draft", "requestsource", "DELETE", exists(
        "register_request r", f"r.id = OLD.request_id AND {_DRAFT}")),
    ("requestsource_is_declared", "requestsource", "INSERT", exists(
        "register_request r, EACH(r.declaration, sources) t",
        f"r.id = NEW.request_id AND {_DRAFT} AND t[id] = NEW.source_id AND t[ground] = NEW.ground"
        " AND t[columns] = AS_JSON(NEW.columns)")),
    ("requestsource_is_written_anew", "requestsource", "UPDATE", "FALSE"),
    ("agreement_is_as_registered", "agreement", "UPDATE",
     f"NOT {changed('id', 'title', 'starts', 'until', 'digest')} OR " + registered(
         "agreement", f"{_DIGEST} AND v[from] = CAST(NEW.starts AS text) AND v[until] = CAST(NEW.until AS text)")),
    ("source_is_as_registered", "source", "INSERT", _OF_ITS_OWNER),
    ("source_is_as_registered", "source", "UPDATE",
     f"NOT {changed('title', 'owner_id', 'entity', 'digest')} OR {_OF_ITS_OWNER}"),
    ("consent_is_agreed", "standingconsent", "INSERT", _CONSENT_AGREED),
    ("consent_is_agreed", "standingconsent", "UPDATE", f"NOT NEW.declared OR OLD.declared OR {_CONSENT_AGREED}"),
    ("membership_is_told", "membership", "INSERT", latest_told(
        "e.name = 'role given'", "'role given', 'role ended'",
        "e[role] = NEW.role AND e[partner] = NEW.partner_id", by="person_id")),
    ("membership_is_given_anew", "membership", "UPDATE", "FALSE"),
    ("person_account_is_opened_by_a_word", "person", "UPDATE",
     "NOT NEW.is_active OR OLD.is_active OR "
     + latest_told("e[action] = 'opened again'", "'account changed'", "TRUE", by="id")),
    ("run_ends_once", "run", "UPDATE", f"OLD.state = 'running' OR NOT {changed('state', 'ended_at')}"),
    ("schedule_ends_once", "schedule", "UPDATE", f"OLD.ended_at IS NULL OR NOT {changed('ended_at', 'series_id')}"),
    ("delivery_period_stays", "delivery", "UPDATE", "OLD.period = '' OR NEW.period = OLD.period"),
    ("release_parcel_is_told", "release", "UPDATE",
     "NEW.manifest_digest = OLD.manifest_digest OR OLD.manifest_digest = '' AND " + exists(
         "register_outboxevent e",
         "e.name = 'parcel written' AND e[release] = NEW.id AND e[manifest] = NEW.manifest_digest")),
    ("release_begins_as_examined", "release", "INSERT",
     f"NEW.decision_id IS NULL AND NEW.manifest_digest = '' AND NEW.state = CASE NEW.outcome WHEN 'FAIL'"
     f" THEN '{ReleaseState.REFUSED}' ELSE '{ReleaseState.EXAMINED}' END"),
    ("release_state_was_decided", "release", "UPDATE", f"NEW.state = OLD.state OR {moved('release')}"),
    ("release_is_held_where_it_was", "release", "UPDATE", held(ReleaseState.ON_HOLD)),
    ("delivery_taken_back_stays_so", "delivery", "UPDATE",
     "(OLD.withdrawal_id IS NULL OR NOT (OLD.withdrawal_id DIFFERS NEW.withdrawal_id))"
     " AND (OLD.state = 'received' OR NEW.state <> 'received')"),
    ("release_decision_stays", "release", "UPDATE",
     "OLD.decision_id IS NULL OR NOT (OLD.decision_id DIFFERS NEW.decision_id)"),
    ("opinion_rests_on_its_decision", "opinion", "INSERT",
     decided("person_id", f"'{Role.DPO}'", "CASE WHEN NEW.favourable THEN 'advise' ELSE 'advise against' END",
              "release", "release_id")),
    ("opinion_is_nobody_elses", "opinion", "INSERT", apart("person_id")),
    ("countersignature_rests_on_its_decision", "countersignature", "INSERT",
     decided("person_id", f"'{Role.RELEASE}'", "'countersign'", "release", "release_id")),
    ("countersignature_is_nobody_elses", "countersignature", "INSERT",
     f"{apart('person_id')} AND {no_adviser('person_id')}"),
    ("release_rests_on_its_decision", "releasedecision", "INSERT",
     decided("officer_id", f"'{Role.RELEASE}'",
              f"CASE WHEN NEW.standing_id IS NULL THEN 'release' ELSE '{BY_ITSELF}' END", "release", "release_id")),
    ("release_by_who_gave_no_opinion", "releasedecision", "INSERT",
     f"{no_adviser('officer_id')} AND (NEW.second_id IS NULL OR {no_adviser('second_id')})"),
    ("release_on_the_latest_opinion", "releasedecision", "INSERT",
     "NOT " + exists("register_opinion o JOIN register_outboxevent e ON e.operation = o.decision_id",
                   f"o.release_id = NEW.release_id AND e.number > {_NUMBER.format('NEW.opinion_id')}")
     + " AND (NEW.countersignature_id IS NULL OR "
     + f"{_NUMBER.format('NEW.countersignature_id')} > {_NUMBER.format('NEW.opinion_id')})"),
    ("standing_begins_as_proposed", "standingdecision", "INSERT",
     f"NEW.state = '{StandingState.PROPOSED}' AND "
     + told("'standing decision proposed'", by="proposer_id", standing="id", request="request_id",
             release="release_id", plan="plan", digest="digest", reason="reason")),
    ("standing_state_is_that_of_its_last_step", "standingdecision", "UPDATE",
     "NEW.state = OLD.state OR " + exists(
         "register_standingstep s",
         "s.standing_id = NEW.id AND s.before = OLD.state AND s.after = NEW.state AND NOT "
         + exists("register_standingstep n", "n.previous_id = s.event_id"))),
    ("standing_is_held_where_it_was", "standingdecision", "UPDATE", held(StandingState.ON_HOLD)),
    ("standing_step_is_told", "standingstep", "INSERT", _STEP_TOLD),
    ("standing_opinion_rests_on_its_decision", "standingopinion", "INSERT",
     decided("person_id", f"'{Role.DPO}'", "CASE WHEN NEW.favourable THEN 'advise' ELSE 'advise against' END",
              "standing", "standing_id")),
    ("standing_grant_rests_on_its_decision", "standinggrant", "INSERT",
     decided("officer_id", f"'{Role.RELEASE}'", "'allow'", "standing", "standing_id") + " AND NOT "
     + exists("register_run r", "r.request_id = NEW.request_id AND r.runner_id IN (NEW.officer_id, NEW.adviser_id)")
     + " AND NOT "
     + exists("register_standingopinion o JOIN register_outboxevent e ON e.operation = o.decision_id",
            "o.standing_id = NEW.standing_id AND (o.person_id = NEW.officer_id OR e.number > "
            + f"{_NUMBER.format('NEW.opinion_id')})")),
    ("standing_release_is_told", "standingrelease", "INSERT",
     told("'released by standing decision'", by="officer_id", key="step_id", standing="standing_id", id="release_id",
           grant="grant_id", plan="plan")),
    ("standing_release_on_its_day", "standingrelease", "INSERT", exists(
        "register_outboxevent e JOIN register_release r ON r.id = NEW.release_id",
        "e.operation = NEW.step_id AND (NEW.day ON_DAY e.at) AND (NEW.day ON_DAY r.examined_at)")),
    ("acceptance_is_told_by_an_owner", "consentacceptance", "INSERT",
     told("'consent accepted'", partner="partner_id", consent="consent_id", how="how") + " AND "
     + holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("consent_ended_by_an_owner", "consentwithdrawal", "INSERT",
     told("'consent withdrawn'", partner="partner_id", acceptance="acceptance_id", reason="reason") + " AND "
     + holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("withdrawal_by_who_owns_the_source", "withdrawal", "INSERT",
     told("'delivery withdrawn'", partner="partner_id", role="role", how="how", reason="reason") + " AND "
     + holds_role("NEW.role", partner="partner_id") + " AND "
     + exists("register_delivery d JOIN register_source s ON s.id = d.source_id",
            "d.id = NEW.delivery_id AND s.owner_id = NEW.partner_id")),
    ("restriction_by_who_owns_the_source", "restriction", "INSERT",
     told("CASE WHEN NEW.lifts THEN 'restriction lifted' ELSE 'restricted' END", partner="partner_id", role="role",
           how="how", source="source_id", digest="digest", reason="reason")
     + " AND " + holds_role("NEW.role", partner="partner_id") + " AND "
     + exists("register_source s", "s.id = NEW.source_id AND s.owner_id = NEW.partner_id")),
    ("feedback_is_told_by_a_recipient", "feedback", "INSERT",
     told("'feedback recorded'", partner="partner_id", release="release_id", digest="digest") + " AND "
     + holds_role(listed(Role.ANALYST, Role.OWNER, Role.RELEASE), partner="partner_id")),
    ("version_is_what_its_event_tells", "version", "INSERT",
     exists("register_outboxevent e",
          "e.operation = NEW.event_id AND e.name = 'registered' AND e[kind] = NEW.kind AND e[id] = NEW.name"
          " AND e[digest] = NEW.digest AND e[account] = NEW.account")),
    ("remark_is_told", "remark", "INSERT", told("'remarked'", request="request_id")),
    ("probe_is_answered_by_an_owner", "probevoice", "INSERT",
     told("'probe answered'", partner="partner_id", probe="probe_id", about="about", digest="digest") + " AND "
     + holds_role(f"'{Role.OWNER}'", partner="partner_id")),
    ("schedule_is_told_by_a_steward", "schedule", "INSERT",
     told("'schedule made'", by="maker_id", how="how", work="kind", id="subject", cron="cron") + " AND "
     + holds_role(f"'{Role.STEWARD}'", by="maker_id")),
    ("job_is_told_by_who_asked", "job", "INSERT",
     told("'work asked'", by="asker_id", role="role", how="how", work="kind", id="subject")
     + " AND (NEW.schedule_id IS NOT NULL OR " + holds_role("NEW.role", by="asker_id") + ")"),
    ("runstage_is_of_a_run_that_runs", "runstage", "INSERT",
     exists("register_run r", "r.id = NEW.run_id AND r.state = 'running'")),
    ("notice_is_told_once_sent", "notice", "UPDATE",
     "NEW.sent_at IS NULL OR OLD.sent_at IS NOT NULL OR "
     + exists("register_outboxevent e", "e.operation = NEW.message AND e.name = 'notice sent'")),
)  # fmt: skip
"""Rule, table, deed, and what must be true of the row then."""
RULES: Final = (
    *(Trigger(rule, f"register_{table}", on, holds) for rule, table, on, holds in _RULES),
    *(Trigger(rule, f"register_{table}", on, holds) for rule, table, holds in _AGREED for on in _DEEDS),
)
