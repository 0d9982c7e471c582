"""Words that differ in meaning never meet: not in training, not in a run, not in a cross-check."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import koppelkamer.demo
from declare import Refusal, WrongInput
from expectations.dictionary import ConceptsDiffer
from flows.books import fitted_models
from flows.meanings import check_agreed, check_model, check_places, homonyms_of, words_of
from flows.models import train_model
from koppelkamer.room import Room, open_room

SECOND = Path(__file__).parents[1] / "journeys" / "second_room"
DEMO = Path(koppelkamer.demo.__file__).parent / "room"

Changed = Callable[..., Room]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """A copy of a room in which texts of declarations are replaced."""

    def copy(folder: Path, *changes: tuple[str, str, str]) -> Room:
        to = tmp_path / "room"
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for name, old, new in changes:
            text = (to / name).read_text("utf-8")
            assert old in text
            (to / name).write_text(text.replace(old, new), "utf-8")
        return open_room(to)

    return copy


OTHER_HOME = ("sources/complaints.toml", 'concept = "home"', 'concept = "district"')
BLOCK_ONLY = ("models/complaints-tenants.toml", '[[comparisons]]\nfield = "home"\n', "")

MIXED = {
    "a field that is compared": (OTHER_HOME,),
    "a field that only blocks read": (OTHER_HOME, BLOCK_ONLY),
}


@pytest.mark.parametrize("changes", MIXED.values(), ids=MIXED)
def test_a_model_of_fields_that_mean_different_things_is_neither_trained_nor_run(
    changed: Changed, changes: Any
) -> None:
    room = changed(SECOND, *changes)
    (request,) = room.requests.values()
    said = r"model complaints-tenants holds complaints\.postcode .district. beside tenants\.pc .home."
    with pytest.raises(ConceptsDiffer, match=said) as refused:
        train_model(room, None, "complaints-tenants")  # type: ignore[arg-type]  # it never gets as far as keys
    assert refused.value.exit_code == 1
    with pytest.raises(ConceptsDiffer, match=said):
        fitted_models(room, request)


def test_what_the_dictionary_puts_beside_each_other_may_meet(changed: Changed) -> None:
    beside = ("dictionary.toml", 'id = "district"\n', 'id = "district"\nbeside = ["home"]\n')
    room = changed(SECOND, OTHER_HOME, beside)
    check_model(room, room.model("complaints-tenants"))


def test_every_concept_has_an_owner_among_the_partners(changed: Changed) -> None:
    room = changed(SECOND, ("dictionary.toml", 'owner = "corporatie"', 'owner = "nobody"'))
    with pytest.raises(WrongInput, match=r"owner of family-name who is no partner"):
        _ = room.dictionary


def test_the_demo_joins_only_what_its_dictionary_allows(changed: Changed) -> None:
    room = changed(DEMO)
    for model in room.models.values():
        check_model(room, model)
    strict = changed_dictionary(room, '\nbeside = ["surname", "partner-surname"]', "")
    with pytest.raises(ConceptsDiffer, match=r"reports\.achternaam .name-in-use. beside residents\.geslachtsnaam"):
        check_model(strict, strict.model("reports-residents"))


def changed_dictionary(room: Room, old: str, new: str) -> Room:
    path = room.folder / "dictionary.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return open_room(room.folder)


def test_cross_checks_hold_beside_each_other_what_means_the_same(changed: Changed) -> None:
    room = changed(DEMO)
    declared = room.cross_checks
    for check in declared.contradictions:
        for agreed in check.fields:
            check_agreed(room, check.id, room.model(check.model), agreed)
    for orphan in declared.orphans:
        check_places(room, orphan.id, orphan.source, orphan.addresses, orphan.field)
    strict = changed_dictionary(room, '\nbeside = ["settlement-date"]', "")
    (check,) = strict.cross_checks.contradictions
    years = next(agreed for agreed in check.fields if agreed.left)
    with pytest.raises(ConceptsDiffer, match=r"incomes\.adres_sinds .* beside residents\.datum_vestiging"):
        check_agreed(strict, check.id, strict.model(check.model), years)
    with pytest.raises(Refusal, match="mean different things"):
        check_places(
            changed_source(strict, "addresses", 'concept = "address"', 'concept = "street"'), "c", "residents",
            "addresses", "address",
        )  # fmt: skip


def changed_source(room: Room, source: str, old: str, new: str) -> Room:
    path = room.folder / "sources" / f"{source}.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return open_room(room.folder)


def test_equal_names_with_different_meanings_are_told_with_the_request(changed: Changed) -> None:
    room = changed(SECOND, ("sources/complaints.toml", 'name = "opmerking"', 'name = "wijk"'))
    (request,) = room.requests.values()
    (homonym,) = homonyms_of(room, request)
    assert (homonym.name, dict(homonym.meanings)) == ("wijk", {"complaints": "remark", "tenants": "district"})


def test_words_are_those_a_request_links_and_counts_by(changed: Changed) -> None:
    room = changed(SECOND)
    (request,) = room.requests.values()
    words = words_of(room, request)
    assert list(words) == ["family-name", "first-name", "birth-date", "home", "district", "rent", "damage"]
    assert words["rent"] == {
        "title": "Huur", "definition": "Rent of a month without service costs, in euros.", "owner": "corporatie",
        "columns": ["tenants.maandhuur"],
    }  # fmt: skip
