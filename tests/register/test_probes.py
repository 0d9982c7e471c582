"""The first phase: who may ask on how many, who speaks before anybody sees an answer, and when it is a case."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from declare import Refusal
from register.cases import is_case
from register.declarations import Agreement as Covenant
from register.declarations import Probe as Declared
from register.declarations import ProbeTerms as ProbeTermsDeclared
from register.models import Agreement, Probe, ProbeTerms, ProbeVoice
from register.probes import Said, asked_before, check_may_ask, readable, record_probe, speak
from register.refusals import (
    AgreementLapsed,
    AlreadyDecided,
    AskedMeanwhile,
    AskedOtherwise,
    DpiaNotValid,
    DutiesKeptApart,
    NoCase,
    NoDpia,
    NothingSaid,
    NotProbed,
    NotYours,
    ProbeOver,
    ReferenceMissing,
    StalePage,
    TooFewSubjects,
    TooManySubjects,
    Unregistered,
)
from register.waiting import answers_pending
from register.workflow import Role
from tests.register.forging import insert
from tests.register.room import (
    AGREEMENT,
    PEOPLE,
    REQUEST,
    TODAY,
    Member,
    draft,
    furnish,
    person,
    signed_in,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db

TERMS: dict[str, Any] = {
    "purpose": "insight", "recipient": "city", "sources": ["residents", "incomes"], "law": "Law 2",
    "document": "Doc 2", "most_subjects": 5, "most_per_period": 8, "period_days": 30, "tells": "each",
}  # fmt: skip
PROBE: dict[str, Any] = {
    "id": "first", "title": "First", "purpose": "insight", "requester": "ann", "recipient": "city",
    "agreement": "covenant", "signal": "Three reports in one week.", "subjects": "residents",
    "label": "number", "models": {"residents": "m", "incomes": "m"}, "until": TODAY + timedelta(days=30),
    "dpia": REQUEST["dpia"],
}  # fmt: skip
CONTENTS = "c" * 64


def agreed(**other: Any) -> None:
    furnish((*PEOPLE, Member("ann", Role.OWNER)), AGREEMENT | {"probes": [TERMS | other]})


def declared(**other: Any) -> Declared:
    return Declared.model_validate(PROBE | other)


def asked(subjects: int = 3, **other: Any) -> Probe:
    return record_probe(signed_in("ann"), declared(**other), subjects, CONTENTS, TODAY)


YES, NO = Said("answer", agreed=True), Said("answer", agreed=False, reason="Not ours to say.")
CASE = Said("case", agreed=True, reference="Decision 7")


def test_what_the_agreement_lets_partners_ask_is_asked_and_waits_for_each_of_them() -> None:
    agreed()
    probe = asked()
    assert probe.sources == {"residents": "city", "incomes": "tax"}
    assert answers_pending(person("owen")) == [(probe, "city")]
    assert answers_pending(person("ann")) == []  # owner too, but it is her own question
    assert readable(signed_in("ann"), probe, TODAY) == []
    speak(signed_in("tess"), probe, "tax", YES, seen=CONTENTS)
    assert readable(signed_in("ann"), probe, TODAY) == ["incomes"]
    speak(signed_in("owen"), probe, "city", NO, seen=CONTENTS)
    assert readable(signed_in("ann"), probe, TODAY) == ["incomes"]
    assert answers_pending(person("owen")) == []


ASKING: dict[str, tuple[dict[str, Any], dict[str, Any], int, type[Refusal]]] = {
    "no terms for this purpose": ({"purpose": "other"}, {}, 1, NotProbed),
    "a source that may not be asked": ({"sources": ["incomes"]}, {}, 1, NotProbed),
    "more than a probe has": ({}, {}, 6, TooManySubjects),
    "no DPIA": ({}, {"dpia": None}, 1, NoDpia),
    "a suspended DPIA": ({}, {"dpia": {**REQUEST["dpia"], "status": "suspended"}}, 1, DpiaNotValid),
    "somebody else's": ({}, {"requester": "stef"}, 1, NotYours),
    "for a partner she is no analyst of": ({"recipient": "tax"}, {"recipient": "tax"}, 1, NotYours),
    "an agreement that is not there": ({}, {"agreement": "none"}, 1, Unregistered),
}


@pytest.mark.parametrize(("terms", "probe", "subjects", "refusal"), ASKING.values(), ids=ASKING)
def test_what_may_not_be_asked(
    terms: dict[str, Any], probe: dict[str, Any], subjects: int, refusal: type[Refusal]
) -> None:
    agreed(**terms)
    with pytest.raises(refusal):
        asked(subjects, **probe)
    assert not Probe.objects.exists()


def test_an_agreement_that_has_ended_lets_nothing_be_asked() -> None:
    agreed()
    with pytest.raises(AgreementLapsed):
        late = declared(dpia={**REQUEST["dpia"], "valid_until": "2099-01-01"})
        check_may_ask(signed_in("ann"), late, 1, date(2091, 1, 1))


def test_subjects_of_a_period_add_up_over_probes_and_come_free_again() -> None:
    agreed()
    asked(5)
    with pytest.raises(TooManySubjects, match="3 are left"):
        asked(4, id="second")
    asked(3, id="second")
    with pytest.raises(TooManySubjects, match="0 are left"):
        asked(1, id="third")
    check_may_ask(signed_in("ann"), declared(id="third"), 1, TODAY + timedelta(days=30))
    with pytest.raises(AlreadyDecided):
        asked(1)


SPEAKING: dict[str, tuple[str, str, Said, str, type[Refusal]]] = {
    "who has no such role": ("stef", "city", YES, CONTENTS, NotYours),
    "for another partner": ("tess", "city", YES, CONTENTS, NotYours),
    "for a partner that was not asked": ("tess", "bank", YES, CONTENTS, NotYours),
    "who asked": ("ann", "city", YES, CONTENTS, DutiesKeptApart),
    "keeping back without reasons": ("tess", "tax", Said("answer", agreed=False), CONTENTS, NothingSaid),
    "a case without a written decision": ("tess", "tax", Said("case", agreed=True), CONTENTS, ReferenceMissing),
    "on another answer than was read": ("tess", "tax", YES, "d" * 64, StalePage),
}


@pytest.mark.parametrize(("who", "partner", "said", "seen", "refusal"), SPEAKING.values(), ids=SPEAKING)
def test_who_does_not_speak(who: str, partner: str, said: Said, seen: str, refusal: type[Refusal]) -> None:
    agreed()
    probe = asked()
    with pytest.raises(refusal):
        speak(signed_in(who), probe, partner, said, seen=seen)
    assert not ProbeVoice.objects.exists()


def test_a_partner_speaks_once() -> None:
    agreed()
    probe = asked()
    speak(signed_in("tess"), probe, "tax", NO, seen=CONTENTS)
    with pytest.raises(AlreadyDecided):
        speak(signed_in("tess"), probe, "tax", YES, seen=CONTENTS)
    assert readable(signed_in("ann"), probe, TODAY) == []


def test_what_is_over_is_not_read_and_not_by_others() -> None:
    agreed()
    probe = asked()
    speak(signed_in("tess"), probe, "tax", YES, seen=CONTENTS)
    with pytest.raises(ProbeOver):
        readable(signed_in("ann"), probe, probe.until + timedelta(days=1))
    with pytest.raises(NotYours):
        readable(signed_in("tess"), probe, TODAY)


def test_a_role_or_agreement_that_ended_reads_no_answer() -> None:
    agreed()
    probe = asked()
    speak(signed_in("tess"), probe, "tax", YES, seen=CONTENTS)
    with pytest.raises(AgreementLapsed):
        readable(signed_in("ann"), Probe.objects.get(), date(2019, 1, 1))
    person("ann").memberships.filter(role=Role.ANALYST).delete()
    with pytest.raises(NotYours):
        readable(signed_in("ann"), Probe.objects.get(), TODAY)


def test_it_is_a_case_when_every_partner_that_answered_says_so() -> None:
    agreed()
    probe = asked()
    assert not is_case(probe)
    speak(signed_in("tess"), probe, "tax", YES, seen=CONTENTS)
    speak(signed_in("owen"), probe, "city", YES, seen=CONTENTS)
    speak(signed_in("tess"), probe, "tax", CASE, seen=CONTENTS)
    assert not is_case(probe)
    speak(signed_in("owen"), probe, "city", CASE, seen=CONTENTS)
    assert is_case(probe)


def test_a_partner_that_kept_its_answer_back_need_not_say_that_it_is_a_case() -> None:
    agreed()
    probe = asked()
    speak(signed_in("tess"), probe, "tax", NO, seen=CONTENTS)
    speak(signed_in("owen"), probe, "city", YES, seen=CONTENTS)
    speak(signed_in("owen"), probe, "city", CASE, seen=CONTENTS)
    assert is_case(probe)


def test_the_second_phase_needs_a_case() -> None:
    agreed()
    probe = asked()
    with pytest.raises(NoCase):
        take("ann", draft(probe="first"), "submit")
    for who, partner in (("tess", "tax"), ("owen", "city")):
        speak(signed_in(who), probe, partner, YES, seen=CONTENTS)
        speak(signed_in(who), probe, partner, CASE, seen=CONTENTS)
    with pytest.raises(NoCase):
        take("ann", draft(), "submit")
    take("ann", draft(probe="first"), "submit")


def test_where_no_case_is_needed_none_is_asked_for() -> None:
    agreed(needs_case=False)
    take("ann", draft(), "submit")


AREAS: dict[str, Any] = {
    "tells": "area", "least_subjects": 3, "most_subjects": 12, "most_per_period": 50,
    "areas": {"residents": {"column": "district"}, "incomes": {"column": "town", "coarsen": {"prefixes": [4]}}},
}  # fmt: skip


def test_a_list_of_which_areas_are_told_is_not_short() -> None:
    agreed(**AREAS)
    with pytest.raises(TooFewSubjects):
        asked(5)
    assert asked(6).tells == "area"


def test_a_source_is_not_asked_for_areas_beside_subjects_by_whatever_agreement() -> None:
    agreed(**AREAS)
    with unguarded():
        ProbeTerms.objects.create(
            agreement=Agreement.objects.get(), purpose="other", recipient_id="tax", sources=["incomes"], law="Law 3",
            document="Doc 3", most_subjects=5, most_per_period=5, period_days=5, tells="count", needs_case=False,
        )  # fmt: skip
    with pytest.raises(AskedOtherwise, match="incomes"):
        asked(6)
    asked(6, models={"residents": "m"})


@pytest.mark.parametrize(("first", "then"), [("area", "each"), ("each", "area")])
def test_a_source_keeps_the_way_in_which_it_was_asked(first: str, then: str) -> None:
    """Whatever its agreement says by now; unless nobody was told anything."""
    terms: dict[str, dict[str, Any]] = {"area": AREAS, "each": {}}
    agreed(**terms[first])
    many = {"area": 6, "each": 2}
    probe = asked(many[first])
    agreed(**terms[then])
    speak(signed_in("tess"), probe, "tax", NO, seen=CONTENTS)
    with pytest.raises(AskedOtherwise, match="residents"):
        asked(many[then], id="second")
    asked(many[then], id="second", models={"incomes": "m"})


def test_answers_know_of_all_that_was_asked_before_but_not_of_what_was_kept_back() -> None:
    agreed(**AREAS)
    sources = ["residents", "incomes"]
    first = record_probe(signed_in("ann"), declared(), 6, CONTENTS, TODAY, {name: [] for name in sources})
    assert asked_before(sources) == {"residents": ["first"], "incomes": ["first"]}
    with pytest.raises(AskedMeanwhile):
        record_probe(signed_in("ann"), declared(id="second"), 6, CONTENTS, TODAY, {name: [] for name in sources})
    speak(signed_in("tess"), first, "tax", NO, seen=CONTENTS)
    assert asked_before(sources) == {"residents": ["first"], "incomes": []}


TELLING_MORE: dict[str, tuple[dict[str, Any], str]] = {
    "two of a list": ({"least_subjects": 2}, "greater than or equal to 3"),
    "a list shorter than twice the least": ({"most_subjects": 5}, "at least twice as many"),
    "no area of a source": ({"areas": {"residents": {"column": "district"}}}, "a column of every source"),
    "areas where subjects are told": ({"tells": "each"}, "belong to tells"),
}


@pytest.mark.parametrize(("other", "says"), TELLING_MORE.values(), ids=TELLING_MORE)
def test_terms_of_areas_that_would_tell_more_are_refused(other: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ProbeTermsDeclared.model_validate(TERMS | AREAS | other)


def test_an_agreement_asks_a_source_in_one_way() -> None:
    with pytest.raises(ValidationError, match="is asked for areas in one place"):
        Covenant.model_validate(AGREEMENT | {"probes": [TERMS, TERMS | AREAS]})


def test_terms_of_another_kind_keep_their_digest() -> None:
    assert not {"areas", "least_subjects"} & ProbeTermsDeclared.model_validate(TERMS).model_dump().keys()


@pytest.mark.parametrize(
    "forged", [{"least_subjects": None}, {"least_subjects": 2}, {"most_subjects": 5}, {"tells": "all"}], ids=str
)
def test_the_database_refuses_a_forger_of_terms(forged: dict[str, Any]) -> None:
    agreed(**AREAS)
    with pytest.raises(IntegrityError, match="probe_terms_tell_enough_or_nothing"), transaction.atomic():
        ProbeTerms.objects.update(**forged)


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "by the requester": ({"person_id": "ann"}, "probe_voice_not_by_the_requester"),
    "a case without a decision": ({"about": "case"}, "probe_case_has_a_written_decision"),
    "kept back without reasons": ({"agreed": False}, "probe_refusal_has_a_reason"),
    "about something else": ({"about": "weather", "reference": "x"}, "probe_voice_is_about"),
}


@pytest.mark.parametrize(("other", "constraint"), FORGED.values(), ids=FORGED)
def test_the_database_refuses_a_forger_of_voices(other: dict[str, Any], constraint: str) -> None:
    agreed()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _forge(asked(), **other)


def test_a_forger_who_names_another_requester_is_refused_at_the_end() -> None:
    agreed()
    probe = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        _forge(probe, requester_id="stef", person_id="ann")
        _end()


def _forge(probe: Probe, **other: Any) -> None:
    values: dict[str, Any] = {
        "event_id": "f" * 32, "probe_id": probe.id, "requester_id": "ann", "person_id": "tess", "partner_id": "tax",
        "about": "answer", "agreed": True, "reference": "", "reason": "", "digest": CONTENTS,
        "at": "2026-11-21T09:00:00Z",
    }  # fmt: skip
    values |= other
    people = {name: signed_in(values[name]).person.pk for name in ("requester_id", "person_id")}
    event = {"operation": "f" * 32, "log": "audit", "name": "probe answered", "at": "2026-11-21T09:00:00Z"}
    insert("register_outboxevent", fields="{}", **event)
    insert("register_probevoice", **(values | people))


def _end() -> None:
    """What the database checks when a transaction ends, now."""
    from django.db import connection

    connection.check_constraints()
