"""Forgeries of releases, what they rest on, and feedback: refused by the database itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from register.models import Membership, Opinion, Release
from register.runs import Examined, finish_run, record_parcel, start_run
from register.session import act_as
from tests.register.forging import (
    Forgeries,
    advised,
    by_setting,
    copied,
    decided,
    event,
    give,
    held,
    insert,
    not_refused,
    released,
    resumed,
    update,
)
from tests.register.room import ANSWERS, TODAY, approved, deliveries, examined, furnish, person, plan, take, unguarded

pytestmark = pytest.mark.django_db


def by_officer(who: str, **forged: Any) -> str:
    """A forged decision to release."""
    release = {"subject": "release", "subject_id": "insight-1", "before": "advised", "after": "released"}
    return decided(who, f"op-{who}", **release | {"role": "release_officer", "action": "release"} | forged)


def by_dpo(who: str, **forged: Any) -> str:
    """A forged opinion's decision."""
    return by_officer(who, **{"role": "dpo", "action": "advise", "before": "examined", "after": "advised"} | forged)


def release_it(officer: str, **forged: Any) -> None:
    """A release decision as the program would write it, but for what is `forged`."""
    release = Release.objects.get()
    opinion = release.opinions.order_by("decision__event__number").last()
    values = {
        "decision_id": forged.pop("decision", None) or by_officer(officer),
        "release_id": release.id,
        "officer_id": person(officer).pk,
        "requester_id": release.requester_id,
        "runner_id": release.runner_id,
        "outcome": release.outcome,
        "digest": release.digest,
        "opinion_id": opinion and opinion.pk,
        "adviser_id": person("dora").pk,
        "favourable": opinion.favourable if opinion else True,
        "countersignature_id": None,
        "second_id": None,
        "reason": "because",
        "answers": json.dumps(ANSWERS),
    }
    insert("register_releasedecision", **values | forged)


def failed() -> None:
    """A refused release with an opinion that the program would not have taken."""
    examined("FAIL")
    with unguarded():
        opine("dora")
        by_officer("rob")


def opine(who: str, **forged: Any) -> None:
    """An opinion as the program would write it, but for what is `forged`."""
    values = {
        "decision_id": forged.pop("decision", None) or by_dpo(who),
        "release_id": "insight-1",
        "person_id": person(who).pk,
        "favourable": True,
        "digest": Release.objects.get().digest,
    }
    insert("register_opinion", **values | forged)


def countersign(who: str, **forged: Any) -> None:
    """A countersignature as the program would write it, but for what is `forged`."""
    values = {
        "decision_id": by_officer(who, **{"action": "countersign", "after": "advised"} | forged),
        "release_id": "insight-1",
        "person_id": person(who).pk,
        "digest": Release.objects.get().digest,
    }
    insert("register_countersignature", **values)


def countersigned() -> None:
    advised("advise against")
    take("ria", Release.objects.get(), "countersign", "because")


def later_release() -> str:
    """Of the same request, examined and not decided on."""
    run = start_run(act_as("stef"), "insight", plan(), deliveries(), today=TODAY)
    return finish_run(act_as("stef"), run, Examined("PASS", "5" * 64, "6" * 64), links=7).id


def tell(**forged: Any) -> None:
    told = {"partner": "city", "release": forged.get("release_id", "insight-1"), "digest": "0" * 64}
    values = {
        "event_id": event("op-0", "feedback recorded", "ann", **told),
        "release_id": "insight-1",
        "released_id": Release.objects.get(id="insight-1").decision_id,
        "partner_id": "city",
        "person_id": person("ann").pk,
        "indicator": "",
        "text": "good",
        "digest": "0" * 64,
        "at": "2026-11-21 09:00:00",
    }
    insert("register_feedback", **values | forged)


def signature() -> str:
    return str(Release.objects.get().countersignatures.get().pk)


def advised_against() -> None:
    advised("advise against")


def gate_refused() -> None:
    examined("FAIL")


def begun() -> Any:
    return start_run(act_as("stef"), approved().id, plan(), deliveries(), today=TODAY)


def released_already(**other: Any) -> None:
    run = begun()
    copied(
        Release(
            id=run.id, request=run.request, requester=run.request.requester, run=run, runner=run.runner,
            outcome="PASS", warnings=[], verdict_digest="3" * 64, output_digest="4" * 64, digest="5" * 64,
            state="examined", examined_at=timezone.now(),
        ),
        **other,
    )  # fmt: skip


def replaced() -> None:
    """An opinion in favour, and a later one against."""
    advised()
    take("dora", Release.objects.get(), "advise against", "because")


def advised_by_the_officer() -> None:
    """Whose opinion another DPO's took the place of."""
    release = examined()
    give("rob", "dpo")
    take("rob", release, "advise against", "because")
    take("dora", release, "advise")


def signed_before() -> None:
    """A countersignature, and only then the opinion against."""
    advised("advise against")
    take("ria", Release.objects.get(), "countersign", "because")
    take("dora", Release.objects.get(), "advise against", "because")


def tell_for_nobody() -> None:
    Membership.objects.filter(person__username="ann").delete()
    tell()


def release_on(opinion: Opinion | None, **forged: Any) -> None:
    release_it("rob", opinion_id=opinion and opinion.pk, **forged)


def warned() -> None:
    examined("WARN")


def in_a_parcel() -> None:
    released()
    record_parcel(Release.objects.get(), "6" * 64, started=timezone.now())


FORGERIES: Forgeries = {
    "released without a decision": (
        "release_needs_a_decision",
        advised,
        lambda: update("register_release", Release.objects.get().id, state="released"),
    ),
    "released by the runner": ("release_officer_is_nobody_else", advised, lambda: release_it("stef")),
    "released by the runner behind another's name": (
        "release_decision_as_examined",
        advised,
        lambda: release_it("stef", runner_id=person("rob").pk),
    ),
    "released by the requester": ("release_officer_is_nobody_else", advised, lambda: release_it("ann")),
    "released by the DPO": ("release_officer_is_nobody_else", advised, lambda: release_it("dora")),
    "released without an opinion": (
        "release_on_an_opinion_or_by_itself",
        advised,
        lambda: release_it("rob", opinion_id=None),
    ),
    "released on an opinion that was not given": (
        "opinion_id",
        advised,
        lambda: release_it("rob", opinion_id="nothing"),
    ),
    "released after FAIL": ("release_never_after_fail", failed, lambda: release_it("rob", decision="op-rob")),
    "FAIL called PASS in the decision": (
        "release_decision_as_examined",
        failed,
        lambda: release_it("rob", decision="op-rob", outcome="PASS"),
    ),
    "FAIL moved on": (
        "release_fail_stays_refused",
        gate_refused,
        lambda: update("register_release", Release.objects.get().id, state="examined"),
    ),
    "an opinion against, called favourable": (
        "release_decision_has_an_opinion",
        advised_against,
        lambda: release_it("rob", favourable=True),
    ),
    "against the opinion, alone": (
        "release_against_advice_takes_two",
        advised_against,
        lambda: release_it("rob"),
    ),
    "against the opinion, the officer twice": (
        "release_against_advice_takes_two",
        countersigned,
        lambda: release_it("ria", countersignature_id=signature(), second_id=person("ria").pk),
    ),
    "against the opinion, in another's name": (
        "release_decision_second_signed",
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("aud").pk),
    ),
    "against the opinion, without reasons": (
        "release_against_advice_takes_two",
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("ria").pk, reason=""),
    ),
    "another output than was decided on": (
        "release_rests_on_its_decision",
        advised,
        lambda: release_it("rob", digest="f" * 64),
    ),
    "feedback without a word": ("feedback_says_something", released, lambda: tell(text="")),
    "feedback on what was never released": (
        "feedback_on_what_was_released",
        released,
        lambda: tell(release_id=later_release()),
    ),
    "FAIL turned to PASS": (
        "release_stays_as_written",
        gate_refused,
        lambda: Release.objects.update(outcome="PASS"),
    ),
    "another verdict": (
        "release_stays_as_written", examined, lambda: Release.objects.update(verdict_digest="f" * 64),
    ),
    "warnings taken away": (
        "release_stays_as_written", warned, lambda: Release.objects.update(warnings=[]),
    ),
    "a release that begins as advised": (
        "release_begins_as_examined", furnish, lambda: released_already(state="advised"),
    ),
    "a FAIL that begins as PASS would": (
        "release_fail_stays_refused", furnish, lambda: released_already(outcome="FAIL"),
    ),
    "released, then withheld": (
        "release_state_was_decided", released, lambda: Release.objects.update(state="withheld"),
    ),
    "held, and its decision taken away": (
        "release_decision_stays",
        held,
        lambda: Release.objects.update(decision=None),
    ),
    "a parcel that nobody was told of": (
        "release_parcel_is_told", released, lambda: Release.objects.update(manifest_digest="6" * 64),
    ),
    "a parcel that was not written": (
        "release_parcel_is_told", in_a_parcel, lambda: Release.objects.update(manifest_digest=""),
    ),
    "a release held, and led back to somewhere else": (
        "release_is_held_where_it_was",
        held,
        lambda: Release.objects.update(held_from="advised"),
    ),
    "a release resumed to somewhere else": (
        "decision_is_about_what_there_is", held, lambda: resumed("advised", "release"),
    ),
    "an opinion made from a hold": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=by_dpo("dora", action="hold", after="on_hold")),
    ),
    "an opinion made from a decision on the request": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=decided(
            "dora", "op-1", role="dpo", action="hold", before="completed", after="on_hold",
        )),
    ),
    "a favourable opinion made from advice against": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=by_dpo("dora", action="advise against")),
    ),
    "an opinion of the requester": ("opinion_is_nobody_elses", examined, lambda: opine("ann")),
    "an opinion of the runner": ("opinion_is_nobody_elses", examined, lambda: opine("stef")),
    "an opinion turned": ("opinion_stays_as_written", advised, lambda: Opinion.objects.update(favourable=False)),
    "countersigned by who advised": (
        "countersignature_is_nobody_elses", advised_against, lambda: countersign("dora"),
    ),
    "countersigned from another decision": (
        "countersignature_rests_on_its_decision",
        advised_against,
        lambda: countersign("ria", action="release", after="released"),
    ),
    "released by an auditor": (
        "decision_by_who_has_the_role",
        advised,
        lambda: release_it("aud", decision=by_officer("aud", given=False)),
    ),
    "released from a decision to withhold": (
        "release_rests_on_its_decision",
        advised,
        lambda: release_it("rob", decision=by_officer("rob", action="withhold", after="withheld")),
    ),
    "released on an opinion that another took the place of": (
        "release_on_the_latest_opinion",
        replaced,
        lambda: release_on(Opinion.objects.get(favourable=True), favourable=True),
    ),
    "released by who had given an opinion": (
        "release_by_who_gave_no_opinion", advised_by_the_officer, lambda: release_it("rob"),
    ),
    "countersigned before the opinion": (
        "release_on_the_latest_opinion",
        signed_before,
        lambda: release_on(
            Opinion.objects.order_by("decision__event__number").last(),
            countersignature_id=Release.objects.get().countersignatures.get().pk,
            second_id=person("ria").pk,
        ),
    ),
    "feedback for a partner that somebody does not speak for": (
        "feedback_is_told_by_a_recipient",
        released,
        tell_for_nobody,
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_a_forger_is_refused_by_the_rule(given: Callable[[], Any]) -> None:
    given()
    assert not_refused(FORGERIES, given) == {}


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "feedback": (released, tell),
    "a release": (advised, lambda: release_it("rob")),
    "a release by two": (
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("ria").pk),
    ),
    "an opinion": (examined, lambda: opine("dora")),
    "an opinion against": (
        examined, lambda: opine("dora", decision=by_dpo("dora", action="advise against"), favourable=False),
    ),
    "a countersignature": (advised_against, lambda: countersign("ria")),
}  # fmt: skip


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_row_of_no_forger_is_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()
