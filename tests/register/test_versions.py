"""Each change of what was declared: one version, what it replaced, and when."""

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import canonical, digest, to_toml
from register.declarations import Agreement
from register.load import sync_agreements, sync_room
from register.models import OutboxEvent, Version
from register.versions import until
from tests.register.forging import insert
from tests.register.room import AGREEMENT, CONSENT, PARTNERS, PEOPLE, Member, Partner, draft, furnish, unguarded
from tests.register.test_probes import AREAS, TERMS


@pytest.mark.django_db
def test_all_that_is_declared_has_one_version_until_it_changes() -> None:
    furnish()
    draft()
    furnish()
    kinds = sorted(Version.objects.values_list("kind", "name"))
    assert kinds == [("agreement", "covenant"), ("request", "insight"), ("room", "demo"),
                     ("source", "incomes"), ("source", "residents")]  # fmt: skip
    assert not Version.objects.exclude(replaces="").exists()


CHANGES: dict[str, tuple[tuple[Partner, ...], tuple[Member, ...]]] = {
    "the name of a partner": ((Partner("city", "Town"), *PARTNERS[1:]), PEOPLE),
    "the kind of a partner": ((Partner("city", "City", "municipality"), *PARTNERS[1:]), PEOPLE),
    "a role": (PARTNERS, PEOPLE[1:]),
    "the name of a person": (PARTNERS, (Member("ann", "analyst", name="Anna"), *PEOPLE[1:])),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("partners", "people"), CHANGES.values(), ids=CHANGES)
def test_every_change_of_partners_and_people_is_a_version_and_an_event(
    partners: tuple[Partner, ...], people: tuple[Member, ...]
) -> None:
    furnish()
    first = Version.objects.get(kind="room")
    sync_room("demo", "Demo", True, partners, people)
    last = Version.objects.filter(kind="room").order_by("event__number").last()
    assert last is not None
    assert (last.replaces, last.digest) == (first.digest, digest(canonical(last.content)))
    written = OutboxEvent.objects.get(operation=last.event_id).fields
    assert written == {"kind": "room", "id": "demo", "digest": last.digest, "replaces": first.digest,
                       "account": last.account}  # fmt: skip


@pytest.mark.django_db
def test_what_changes_and_changes_back_has_three_versions_each_with_its_moment() -> None:
    furnish()
    before = timezone.now()
    for title in ("Another", "Covenant"):
        sync_agreements([Agreement.model_validate(AGREEMENT | {"title": title})])
    titles = [each.content["title"] for each in until(timezone.now()) if each.kind == "agreement"]
    assert titles == ["Covenant", "Another", "Covenant"]
    assert [each.kind for each in until(before)].count("agreement") == 1
    assert until(before - timedelta(days=1)) == []


@pytest.mark.django_db
def test_a_register_from_before_there_were_versions_begins_with_what_stands() -> None:
    furnish()
    with unguarded():
        Version.objects.all().delete()
    furnish()
    assert Version.objects.filter(kind="agreement", replaces="").count() == 1


_NAMES = st.sampled_from(["residents", "incomes", "phones"])
_SAID = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=20)
_AGREEMENTS = st.fixed_dictionaries(
    {
        "title": _SAID,
        "grounds": st.lists(st.fixed_dictionaries({"source": _NAMES, "law": _SAID, "document": _SAID}), max_size=3),
        "consents": st.lists(st.sampled_from([CONSENT, CONSENT | {"further": True}]), max_size=1),
        "probes": st.sampled_from([[], [TERMS], [TERMS | AREAS]]),
        "bias": st.lists(
            st.fixed_dictionaries({"source": _NAMES, "columns": st.just(["sex"]), "law": _SAID, "document": _SAID}),
            max_size=2,
        ),
    }
)


@settings(deadline=None)
@given(_AGREEMENTS)
def test_an_agreement_written_out_is_the_same_with_the_same_digest(content: dict[str, Any]) -> None:
    declared = Agreement.model_validate(AGREEMENT | content)
    kept = Agreement.model_validate(declared.model_dump(mode="json", by_alias=True))
    read = Agreement.model_validate(tomllib.loads(to_toml(kept.model_dump(by_alias=True, exclude_defaults=True))))
    assert (read, read.digest) == (declared, declared.digest)


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "of an unknown kind": ({"kind": "weather"}, "version_kind_is_known"),
    "replacing itself": ({"replaces": "a" * 64}, "version_replaces_another"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("other", "constraint"), FORGED.values(), ids=FORGED)
def test_the_database_refuses_a_forger_of_versions(other: dict[str, Any], constraint: str) -> None:
    furnish()
    values = {
        "event_id": "f" * 32, "kind": "room", "name": "demo", "digest": "a" * 64, "replaces": "", "content": "{}",
        "account": "root", "at": "2026-11-21T09:00:00Z",
    } | other  # fmt: skip
    fields = {"id": "demo", **{name: values[name] for name in ("kind", "digest", "account")}}
    OutboxEvent.objects.create(operation="f" * 32, log="audit", name="registered", at=values["at"], fields=fields)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        insert("register_version", **values)
