import pytest

from audit.event import FORMS, KINDS, Event, UndeclaredEvent

PARCEL = {
    "activity": "reports-2026",
    "status": "ok",
    "started": "2026-11-21T09:00:00Z",
    "ended": "2026-11-21T09:00:02Z",
    "release": "reports-2026-1",
    "manifest": "a" * 64,
}
REFUSED = {
    "a field that is not on the list": PARCEL | {"surname": "Jansen"},
    "a user in the processing log": PARCEL | {"person": "d.visser"},
    "a digest that is a sentence": PARCEL | {"manifest": "Jansen lives here"},
    "an id that is a sentence": PARCEL | {"release": "Jansen lives here"},
    "a nested value": PARCEL | {"release": {"name": "Jansen"}},
    "a truth value": PARCEL | {"status": True},
    "a missing field": {name: value for name, value in PARCEL.items() if name != "manifest"},
}


def event(
    fields: dict, name: str = "parcel written", operation: str = "op-1", at: str = "2026-11-21T09:00:02Z"
) -> Event:
    return Event(name, operation, at, fields)


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
def test_what_is_not_declared_is_not_written_and_not_repeated(fields: dict) -> None:
    with pytest.raises(UndeclaredEvent) as refusal:
        event(fields)
    assert "Jansen" not in str(refusal.value)


def test_undeclared_name_operation_and_time_refuse() -> None:
    for wrong in ({"name": "gossip"}, {"operation": "two words"}, {"at": "yesterday"}):
        with pytest.raises(UndeclaredEvent):
            event(PARCEL, **wrong)


def test_a_declared_event_is_written() -> None:
    assert event(PARCEL).kind.number == 205


def test_numbers_are_unique_and_every_field_has_a_form() -> None:
    numbers = [kind.number for kind in KINDS.values()]
    assert len(set(numbers)) == len(numbers)
    assert {name for kind in KINDS.values() for name in (*kind.fields, *kind.optional)} <= FORMS.keys()


def test_the_processing_log_names_no_user() -> None:
    for kind in KINDS.values():
        if kind.log == "processing":
            assert not {"person", "role", "how", "reason"} & {*kind.fields, *kind.optional}
