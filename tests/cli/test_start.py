"""A room made by `init` and filled by `dummy` goes the way of any other room."""

from pathlib import Path

import polars as pl
import pytest

from declare import load
from expectations.dictionary import Dictionary
from gate.policy import Policy
from intake import read_extract
from intake.source import Source
from koppelkamer.dummy import made_up, write
from koppelkamer.room import open_room
from tests.cli.shell import koppelkamer

ROOMS = (Path("koppelkamer/starter"), Path("koppelkamer/demo/room"), Path("tests/journeys/second_room"))
SOURCES = [path for room in ROOMS for path in sorted(room.glob("sources/*.toml"))]

PARTNERS = {"example-residents": "example-town", "example-applications": "example-service"}


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Made by `init`, and a demo room from now on, so that its people can be played."""
    folder = tmp_path / "kamer"
    assert koppelkamer("init", folder, "--title", 'De kamer "één"', at=tmp_path).code == 0
    declared = (folder / "room.toml").read_text().replace("# passphrase_file =", "passphrase_file =")
    (folder / "room.toml").write_text(declared.replace("database =", "demo = true\ndatabase =", 1))
    return folder


def test_every_declaration_of_a_new_room_can_be_read(room: Path) -> None:
    opened = open_room(room)
    assert opened.declaration.title == 'De kamer "één"'
    assert {*opened.agreements, *opened.models, *opened.requests} == {
        "example-agreement", "example-applications-residents", "example-request",
    }  # fmt: skip
    assert load(opened.policy, Policy).owner in {person.username for person in opened.declaration.people}
    concepts = {concept.id for concept in load(room / "dictionary.toml", Dictionary).concepts}
    used = {column.concept for source in opened.sources.values() for column in source.columns}
    assert used == concepts


def test_a_new_room_takes_dummy_deliveries_in_and_gets_as_far_as_people(room: Path) -> None:
    at = room.parent

    def do(*command: object) -> dict[str, object]:
        return koppelkamer(*command, "--json", at=at).facts

    do("key", "init", "--room", room)
    do("key", "sign", "--room", room)
    for source, partner in PARTNERS.items():
        declared, keys, secret = room / "sources" / f"{source}.toml", at / partner, at / f"{partner}.secret"
        do("key", "export", "--room", room, "--partner", partner, "--out", keys, "--passphrase-file", secret)
        do("dummy", declared, "--rows", 300, "--out", f"{source}.csv")
        sealed = ("--source", declared, "--keys", keys, "--passphrase-file", secret, "--out", f"{source}.sealed")
        assert do("encode", f"{source}.csv", *sealed)["rows kept"] == 300
        do("receive", source, f"{source}.sealed", "--room", room)
    do("train", "example-applications-residents", "--room", room)
    assert do("submit", "example-request", "--room", room, "--as", "example-analyst")["state"] == "submitted"


@pytest.mark.parametrize("declared", SOURCES, ids=lambda path: path.stem)
def test_dummy_rows_read_as_declared(declared: Path, tmp_path: Path) -> None:
    source = load(declared, Source)
    rows = made_up(source, 200, 1)
    write(tmp_path / "dummy", rows, source)
    extract = read_extract(source, tmp_path / "dummy")
    assert extract.height == 200
    assert extract.quarantine.counts().is_empty()


def test_two_sources_of_one_seed_are_about_the_same_people() -> None:
    folder = Path("koppelkamer/starter/sources")
    residents, applicants = (load(folder / f"{name}.toml", Source) for name in PARTNERS)
    homes = made_up(residents, 300, 5).get_column("postcode")
    assert made_up(applicants, 300, 5).get_column("postcode").sort().equals(homes.sort(), check_names=False)
    assert not made_up(applicants, 300, 6).get_column("postcode").sort().equals(homes.sort(), check_names=False)


FORMATS = {
    "csv without header": 'kind = "csv"\nheader = false',
    "csv without quotes": 'kind = "csv"\nquote = ""',
    "an old encoding": 'kind = "csv"\nencoding = "latin-1"',
    "fixed": 'kind = "fixed"',
    "jsonl": 'kind = "jsonl"',
    "xml": 'kind = "xml"\nrecord = "melding"',
    "parquet": 'kind = "parquet"',
    "packed by gzip": 'kind = "csv"\npacking = "gzip"',
    "packed by zip": 'kind = "jsonl"\npacking = "zip"\nmember = "rows.jsonl"',
}
TYPES = ("bsn", "given_names", "surname", "date", "sex", "postcode", "house_number", "kvk", "iban", "phone", "email",
         "licence_plate", "bag_id", "country", "nationality", "investigation", "full_name", "integer")  # fmt: skip


@pytest.mark.parametrize("file", FORMATS.values(), ids=FORMATS)
def test_dummy_rows_can_be_read_back_in_every_format(file: str, tmp_path: Path) -> None:
    source = _source(file, tmp_path)
    rows = made_up(source, 50, 3)
    write(tmp_path / "dummy", rows, source)
    extract = read_extract(source, tmp_path / "dummy")
    assert extract.height == 50
    assert extract.quarantine.counts().is_empty()
    numbers = extract.table.select(pl.col("bsn"))
    assert numbers.to_series().cast(pl.String).equals(rows.get_column("bsn"))


def _source(file: str, folder: Path) -> Source:
    """Payload and identifying columns of many types, each 60 characters wide where that matters."""
    placed = "\nstart = {}\nwidth = 60" if "fixed" in file else ""
    columns = [
        f'[[columns]]\nname = "{kind}"\ntype = "{kind}"\nrole = "identify"\nfield = "{kind}"'
        + placed.format(60 * at + 1)
        for at, kind in enumerate(TYPES)
    ]
    path = folder / "s.toml"
    head = f'id = "shapes"\ntitle = "Shapes"\nowner = "x"\n[file]\n{file}\n'
    path.write_text("\n".join([head, *columns]))
    return load(path, Source)


REFUSED = {
    "a folder with something in it": (("init", "full"), "not empty"),
    "a name that logs cannot bear": (("init", "new", "--name", "a/b"), "a room's name"),
    "no rows": (("dummy", "s.toml", "--rows", "0", "--out", "x"), "cannot be made up"),
    "a file that is there": (("dummy", "s.toml", "--out", "full/kept"), "is there already"),
    "a workbook": (("dummy", "book.toml", "--out", "x"), "as a workbook"),
    "no declaration": (("dummy", "none.toml", "--out", "x"), "cannot be read"),
}


@pytest.mark.parametrize(("command", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(command: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("kept")
    _source('kind = "csv"', tmp_path)
    (tmp_path / "book.toml").write_text((tmp_path / "s.toml").read_text().replace('"csv"', '"excel"'))
    before = sorted(tmp_path.rglob("*"))
    said = koppelkamer(*command, at=tmp_path)
    assert (said.code, says in said.err) == (2, True), said.err
    assert sorted(tmp_path.rglob("*")) == before
