"""A direction back in the second room, through the real command: areas that hold enough of a list, and never whom."""

from pathlib import Path
from typing import Final

import polars as pl
import pytest

from tests.cli.shell import Said, koppelkamer
from tests.cli.test_probe import AGREED, COLUMNS, CONCEPT, CONCEPTS, NUMBER, PROBE, SUBJECTS
from tests.journeys.second_room.way import Way

AREAS: Final = """
tells = "area"
least_subjects = 3
[probes.areas.tenants]
column = "wijk"
"""
NOBODY: Final = ("Quaedvlieg", None, "Xavier", "1931-01-02", "9999ZZ", "7")


@pytest.fixture(scope="module")
def tenants(way: Way) -> pl.DataFrame:
    read = pl.read_csv(way.delivery("tenants", "tsv"), separator="\t", encoding="latin-1", infer_schema=False)
    return read.rename({"familienaam": "naam"}).select(*COLUMNS, "wijk").drop_nulls(("naam", "roepnaam", "geboren"))


@pytest.fixture(scope="module")
def room(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = way.copy("trained", tmp_path_factory.mktemp("direction") / "room")
    columns = [
        f'[[columns]]\nname = "{name}"\ntype = "{kind}"\nrole = "identify"\nfield = "{field}"\n'
        f'concept = "{CONCEPTS[field]}"\n'
        for name, (kind, field) in COLUMNS.items()
    ]
    (room / "sources" / "subjects.toml").write_text(SUBJECTS + "".join(columns) + NUMBER)
    (agreement,) = (room / "agreements").glob("*.toml")
    terms = AGREED.replace('tells = "each"\n', AREAS).replace("most_subjects = 5", "most_subjects = 12")
    agreement.write_text(agreement.read_text() + terms.replace("most_per_period = 6", "most_per_period = 100"))
    (room / "dictionary.toml").write_text((room / "dictionary.toml").read_text() + CONCEPT)
    (room / "probes").mkdir()
    return room


def asked(room: Path, name: str, subjects: pl.DataFrame) -> Said:
    """After the list came in."""
    nobody = dict(zip(COLUMNS, NOBODY, strict=True))
    listed = pl.concat([subjects.select(*COLUMNS), pl.DataFrame(nobody, schema=dict.fromkeys(COLUMNS, pl.String))])
    path = room.parent / f"{name}.csv"
    listed.with_columns(nummer=pl.format("{}-{}", pl.lit(name), pl.int_range(pl.len()))).write_csv(path)
    assert koppelkamer("receive", "subjects", path, at=room).code == 0
    (room / "probes" / f"{name}.toml").write_text(PROBE.replace('"eerste"', f'"{name}"'))
    return koppelkamer("probe", name, "--as", "noor", "--json", at=room)


def areas(room: Path, name: str) -> list[str]:
    """As the owner sees them before anybody else does; the asker sees nothing yet."""
    assert koppelkamer("probe", name, "read", "--as", "noor", "--json", at=room).facts["answers"] == []
    (answer,) = koppelkamer("probe", name, "show", "--as", "quinten", "--json", at=room).facts["answers"]
    return list(answer["areas"])


def of(tenants: pl.DataFrame, first: int, **many: int) -> pl.DataFrame:
    """So many tenants of each district, from the `first` on."""
    return pl.concat([tenants.filter(pl.col("wijk") == name).slice(first, count) for name, count in many.items()])


def test_areas_with_enough_of_a_list_are_told_once_confirmed_and_nothing_else(
    room: Path, tenants: pl.DataFrame
) -> None:
    assert asked(room, "first", of(tenants, 0, Beekzijde=5, Oever=2)).code == 0
    assert areas(room, "first") == ["Beekzijde"]
    assert koppelkamer("probe", "first", "confirm", "--as", "quinten", at=room).code == 0
    read = koppelkamer("probe", "first", "read", "--as", "noor", "--json", at=room).facts
    (answer,) = read["answers"]
    assert {**answer, "missed": 0, "outcome": ""} == {
        "source": "tenants", "areas": ["Beekzijde"], "least": 3, "missed": 0, "outcome": ""
    }  # fmt: skip
    assert "subjects" not in read
    shown = koppelkamer("probe", "first", "read", "--as", "noor", at=room).out
    assert "elsewhere, too few, or not found" in shown


def test_other_lists_about_the_same_persons_tell_nothing_more(room: Path, tenants: pl.DataFrame) -> None:
    """One fewer where enough were, one more where too few were, and somebody under four labels."""
    listed = [of(tenants, 0, Beekzijde=4, Oever=3), *[of(tenants, 40, Veen=1)] * 4]
    assert asked(room, "again", pl.concat(listed)).code == 0
    assert areas(room, "again") == []


def test_a_list_of_few_under_many_labels_tells_nothing(room: Path, tenants: pl.DataFrame) -> None:
    """Who is told that enough of them are in an area would know it of all."""
    assert asked(room, "doubled", pl.concat([of(tenants, 60, Beekzijde=3)] * 2)).code == 0
    assert areas(room, "doubled") == []


def test_a_list_filled_up_with_people_who_do_not_count_tells_nothing(room: Path, tenants: pl.DataFrame) -> None:
    """Made up, or counted for an earlier list: three of the others in an area would be all of them."""
    strangers = pl.DataFrame([NOBODY] * 3, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    counted = of(tenants, 0, Oever=2)
    listed = [part.select(*COLUMNS) for part in (strangers, counted, of(tenants, 70, Beekzijde=3))]
    assert asked(room, "filled", pl.concat(listed)).code == 0
    assert areas(room, "filled") == []


def test_what_may_be_missed_tells_nothing_of_the_list(room: Path, tenants: pl.DataFrame) -> None:
    """Where it came of this very list, whether anybody was found would show."""
    strangers = pl.DataFrame([NOBODY] * 6, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    lists = {"empty": strangers, "one": pl.concat([strangers[1:], of(tenants, 80, Oever=1).select(*COLUMNS)])}
    missed = set()
    for name, listed in lists.items():
        assert asked(room, name, listed).code == 0
        (answer,) = koppelkamer("probe", name, "show", "--as", "quinten", "--json", at=room).facts["answers"]
        missed.add(answer["missed"])
    (share,) = missed
    assert 0 <= share < 1


def test_a_column_that_the_source_does_not_keep_tells_no_area(room: Path) -> None:
    (agreement,) = (room / "agreements").glob("*.toml")
    text = agreement.read_text()
    agreement.write_text(text.replace('column = "wijk"', 'column = "maandhuur"'))
    (room / "probes" / "wrong.toml").write_text(PROBE.replace('"eerste"', '"wrong"'))
    said = koppelkamer("probe", "wrong", "--as", "noor", at=room)
    agreement.write_text(text)
    assert (said.code, "keeps no column maandhuur" in said.err) == (2, True)
    assert not (room / "store" / "probes" / "wrong").exists()
