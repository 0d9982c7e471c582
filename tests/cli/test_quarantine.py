"""The circle: bad rows go back to the supplier's steward, sealed, and come in again corrected, without the rest."""

import csv
import json
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.rooms import change, clear, one, state
from tests.cli.shell import Said, koppelkamer
from tests.cli.test_bad_input import DONE, REFUSED, WRONG
from tests.journeys.second_room.way import Way

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
MARK = "Kwakernaak"
"""A surname in every bad row; it is to be found nowhere in clear but where the steward opens it."""
BAD = {  # row → what it lacks: column, text
    2: ("aard", "lekkage"),
    3: ("geb_dat", "1980-13-45"),
    5: ("klachtnr", ""),
    8: ("aard", ""),
}
SPLIT = 9
"""The row that has too few fields."""


@dataclass(frozen=True)
class Circle:
    """A room with a delivery in it, and the partner's home, where the steward works too."""

    room: Path
    home: Path
    sent: dict[str, Any]
    received: dict[str, Any]
    before: Path
    """The room as it was before the delivery."""

    def copy(self, to: Path) -> "Circle":
        room, home = (Path(shutil.copytree(each, to / each.name)) for each in (self.room, self.home))
        return replace(self, room=room, home=home)

    def encode(self, rows: str, *more: object, out: str = "corrected.sealed") -> Said:
        declared = ("--source", "complaints.toml", "--keys", "keys", "--passphrase-file", "passphrase")
        call = ("encode", rows, *declared, "--supplements", self.sent["delivery"], "--out", out, "--json")
        return koppelkamer(*call, *more, at=self.home)

    def receive(self, file: str = "corrected.sealed", *more: object) -> Said:
        return koppelkamer("receive", "complaints", self.home / file, "--json", *more, at=self.room)

    def correct(self, numbers: list[int], **cells: str) -> str:
        """A file of those rows of rows.csv, all that was wrong put right; `cells` change every one of them."""
        rows = [row | RIGHT.get(int(row["row"]), {}) | cells for row in self.rows() if int(row["row"]) in numbers]
        return self.write(rows)

    def write(self, rows: list[dict[str, str]], name: str = "corrected.csv") -> str:
        with (self.home / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return name

    def rows(self) -> list[dict[str, str]]:
        with (self.home / "opened" / "rows.csv").open(newline="") as file:
            return list(csv.DictReader(file))


RIGHT = {
    2: {"aard": "riool"},
    3: {"geb_dat": "1980-03-04"},
    5: {"klachtnr": "K5"},
    8: {"aard": "kelder"},
    9: {"klachtnr": "K9", "klager": MARK, "geb_dat": "1970-01-01", "aard": "straat"},
}
"""What the steward fills in, by row."""


@pytest.fixture(scope="module")
def circle(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Circle:
    folder = tmp_path_factory.mktemp("circle")
    room = way.copy("trained", folder / "room")
    home = Path(shutil.copytree(way.delivery("complaints").parent, folder / "home"))
    (home / "steward.pass").write_text("van de gegevensbeheerder\n")
    (home / "steward.pass").chmod(0o600)
    key = ("quarantine", "key", "--out", "steward.key", "--passphrase-file", "steward.pass", "--json")
    address = koppelkamer(*key, at=home).facts["steward"]
    for declared in (room / "sources" / "complaints.toml", home / "complaints.toml"):
        change(declared, 'owner = "waterschap"', f'owner = "waterschap"\nsteward = "{address}"')
    spoil(home / "complaints.tsv")
    keys = ("--keys", "keys", "--passphrase-file", "passphrase", "--source", "complaints.toml")
    sent = koppelkamer("encode", "complaints.tsv", *keys, "--out", "complaints.sealed", "--json", at=home).facts
    before = Path(shutil.copytree(room, folder / "before"))
    received = koppelkamer("receive", "complaints", home / "complaints.sealed", "--json", at=room).facts
    opened = open_it(home, "complaints.quarantine.age", "opened")
    assert opened.code == DONE, opened.err
    circle = Circle(room, home, sent, received, before)
    circle.encode(circle.correct([2]), out="second row.sealed")
    return circle


def open_it(home: Path, file: str, out: str, typed: str = "steward.pass") -> Said:
    call = ("quarantine", "open", file, "--key", "steward.key", "--out", out, "--passphrase-file", typed)
    return koppelkamer(*call, at=home)


def spoil(path: Path) -> None:
    lines = path.read_text(encoding="latin-1").splitlines()
    names = lines[0].split("\t")
    for row, (column, text) in BAD.items():
        cells = dict(zip(names, lines[row].split("\t"), strict=True))
        lines[row] = "\t".join((cells | {"klager": MARK, column: text}).values())
    lines[SPLIT] = f"K9\t{MARK}"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="latin-1")


def test_the_steward_gets_each_row_that_lost_something_with_its_reason(circle: Circle) -> None:
    rows = {int(row["row"]): row for row in circle.rows()}
    assert rows.keys() == {*BAD, SPLIT}
    for number, (column, text) in BAD.items():
        assert rows[number][column] == text and rows[number]["klager"] == MARK
        assert f"{column}: " in rows[number]["reden"] and f"{column}: " in rows[number]["reason"]
    assert rows[SPLIT]["klager"] == "" and "te weinig velden" in rows[SPLIT]["reden"]
    files = sorted((circle.home / "opened").iterdir())
    assert [file.name for file in files] == ["quarantine.csv", "rows.csv", "terugmeldingen.csv"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_room_has_no_rows_to_give_back_and_seals_what_it_knows(circle: Circle) -> None:
    (sealed,) = circle.room.glob("reports/deliveries/complaints/*/quarantine.age")
    assert open_it(circle.home, str(sealed), "of the room").code == DONE
    assert [file.name for file in (circle.home / "of the room").iterdir()] == ["quarantine.csv"]
    assert MARK.encode() not in b"".join(file.read_bytes() for file in circle.room.rglob("*") if file.is_file())


def test_at_home_rows_in_clear_are_where_the_steward_opened_them_and_nowhere_else(circle: Circle) -> None:
    named = {path.name for path in circle.home.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()}
    assert named == {"complaints.tsv", "rows.csv", "corrected.csv"}


def test_corrected_rows_take_their_places_some_now_and_some_later_and_none_twice(
    circle: Circle, tmp_path: Path
) -> None:
    here, before = circle.copy(tmp_path), circle.received
    assert before["rows in"] - before["rows kept"] == 4
    first = here.receive("second row.sealed").facts
    assert (first["rows in"], first["rows kept"]) == (before["rows in"], before["rows kept"] + 1)
    assert (first["corrected"], first["supplements"]) == (1, here.sent["delivery"])
    again = here.receive("second row.sealed")
    assert again.code == REFUSED and "came in on" in again.out

    some = here.correct([3, 5, 8, 9])
    change(here.home / some, "kelder", "lekkage")
    checked = koppelkamer("check", some, "--source", "complaints.toml", "--out", "checked",
                          "--supplements", here.sent["delivery"], "--json", at=here.home).facts  # fmt: skip
    assert checked["rows"] == {"in": 4, "kept": 3, "set_apart": 1}
    here.encode(some)
    after = here.receive().facts
    assert (after["rows kept"], after["corrected"]) == (before["rows in"] - 1, 3)
    left = {("aard", "required", 1)}
    assert {(each["column"], each["rule"], each["count"]) for each in after["quarantine"]} == left
    failed = [each for each in after["quality"] if each["outcome"] == "failed"]
    assert {(each["column"], each["rule"], each["unexpected"]) for each in failed} == left
    findings = json.loads((Path(after["report"]) / "quality.json").read_text())["findings"]
    assert [(each["column"], each["rule"]) for each in findings] == [("aard", "required")]

    whole = state(here.room)
    here.encode(here.correct([2, 8]))
    twice = here.receive()
    assert twice.code == REFUSED and "wait for no correction: 2;" in twice.out
    assert state(here.room) == whole

    told = stored(here.room)
    assert told["delivery"] == after["delivery"] != here.sent["delivery"]
    assert told["records"] == told["linked"] == before["rows in"] - 1
    base = "SELECT digest FROM register_delivery WHERE id = (SELECT max(supplements_id) FROM register_delivery)"
    assert one(here.room, base) == here.sent["delivery"]


def stored(room: Path) -> dict[str, Any]:
    """What a run would link now, asked in a process of its own: one serves one room."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(room)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


ASKED = """
import json, sys
from pathlib import Path
from flows.books import open_register
from flows.deliveries import latest, protected_table
from flows.keyring import open_keyring
from flows.models import fitted_model
from koppelkamer.room import open_room
from linkage import link

room = open_room(Path(sys.argv[1]))
keyring = open_keyring(room)
open_register(room)
tables = {name: protected_table(room, keyring, name, latest(name)) for name in ("complaints", "tenants")}
linked = link(tables, [fitted_model(room, "complaints-tenants")])
print(json.dumps({
    "delivery": latest("complaints"), "linked": linked.entities.filter(source="complaints").height,
    "records": tables["complaints"].table["record"].n_unique(),
}))
"""


def other_room(here: Circle) -> tuple[Path, str]:
    return here.before, "second row.sealed"


def other_declaration(here: Circle) -> tuple[Path, str]:
    for declared in (here.room / "sources" / "complaints.toml", here.home / "complaints.toml"):
        change(declared, "Klachten over water", "Klachten over veel water")
    here.encode(here.correct([2]))
    return here.room, "corrected.sealed"


def failing_again(here: Circle) -> tuple[Path, str]:
    here.encode(here.correct([2], aard="lekkage"))
    return here.room, "corrected.sealed"


def later_delivery(here: Circle) -> tuple[Path, str]:
    path = here.home / "complaints.tsv"
    path.write_bytes(path.read_bytes().replace(b"lekkage", b"riool"))
    keys = ("--keys", "keys", "--passphrase-file", "passphrase", "--source", "complaints.toml")
    koppelkamer("encode", "complaints.tsv", *keys, "--out", "later.sealed", at=here.home)
    assert here.receive("later.sealed").code == DONE
    return here.room, "second row.sealed"


REFUSALS = {
    "of a delivery that is not there": (other_room, "this room does not hold"),
    "of one by another declaration": (other_declaration, "made by another declaration"),
    "that fail again": (failing_again, "fails again"),
    "of one whose place another took": (later_delivery, "has taken the place"),
}


@pytest.mark.parametrize(("step", "message"), REFUSALS.values(), ids=REFUSALS)
def test_corrections_that_the_room_does_not_take(circle: Circle, tmp_path: Path, step: Any, message: str) -> None:
    here = circle.copy(tmp_path)
    room, file = step(here)
    before = state(room)
    said = koppelkamer("receive", "complaints", here.home / file, "--json", at=room)
    assert said.code == REFUSED and message in said.out and MARK not in said.out + said.err
    assert state(room) == before


def test_what_a_sealed_file_says_itself_no_call_may_change(circle: Circle) -> None:
    before = state(circle.room)
    said = circle.receive("second row.sealed", "--supplements", "b" * 64)
    assert said.code == REFUSED and "not bbbb" in said.out
    assert state(circle.room) == before


def test_at_home_a_file_of_corrections_that_is_none_is_refused(circle: Circle, tmp_path: Path) -> None:
    here = circle.copy(tmp_path)
    said = here.encode(here.write([{"rij": row.pop("row"), **row} for row in here.rows()]))
    assert said.code == WRONG and "lacks columns: row" in said.out and MARK not in said.out + said.err
    assert not (here.home / "corrected.sealed").exists()


def test_a_delivery_of_which_no_row_is_left_is_not_sealed(circle: Circle, tmp_path: Path) -> None:
    here = circle.copy(tmp_path)
    header, *rows = (here.home / "complaints.tsv").read_text(encoding="latin-1").splitlines()
    without = ["\t" + row.partition("\t")[2] for row in rows]
    (here.home / "complaints.tsv").write_text("\n".join([header, *without]) + "\n", encoding="latin-1")
    keys = ("--keys", "keys", "--passphrase-file", "passphrase", "--source", "complaints.toml")
    said = koppelkamer("encode", "complaints.tsv", *keys, "--out", "none.sealed", at=here.home)
    assert said.code == REFUSED and "can be kept" in said.err and "`koppelkamer check`" in said.err
    assert not list(here.home.glob("none*")) and MARK not in said.err


def test_in_clear_where_the_source_allows_it(circle: Circle, tmp_path: Path) -> None:
    """The room has the rows then, and gives them back; the number of a complaint is unique among all of them."""
    here = circle.copy(tmp_path)
    clear(here.room)
    first = here.receive("complaints.tsv").facts
    (sealed,) = here.room.glob(f"reports/deliveries/complaints/{first['delivery'][:12]}/quarantine.age")
    assert open_it(here.home, str(sealed), "given back").code == DONE
    assert (here.home / "given back" / "rows.csv").read_text() == (here.home / "opened" / "rows.csv").read_text()
    after = here.receive(here.correct([2, 9]), "--supplements", first["delivery"]).facts
    assert (after["rows kept"], after["corrected"]) == (first["rows kept"] + 2, 2)
    assert MARK.encode() not in b"".join(file.read_bytes() for file in here.room.rglob("*") if file.is_file())


OPENED_WRONGLY = {
    "another passphrase": ("complaints.quarantine.age", "other.pass", REFUSED, "wrong passphrase"),
    "no sealed file": ("complaints.tsv", "steward.pass", WRONG, "not a sealed file"),
    "cut off": ("cut.age", "steward.pass", REFUSED, "damaged or was changed"),
}


@pytest.mark.parametrize(("file", "secret", "code", "message"), OPENED_WRONGLY.values(), ids=OPENED_WRONGLY)
def test_nothing_is_written_of_what_does_not_open(
    circle: Circle, tmp_path: Path, file: str, secret: str, code: int, message: str
) -> None:
    home = Path(shutil.copytree(circle.home, tmp_path / "home"))
    (home / "cut.age").write_bytes((home / "complaints.quarantine.age").read_bytes()[:-9])
    (home / "other.pass").write_text("een ander")
    (home / "other.pass").chmod(0o600)
    before = sorted(home.iterdir())
    said = open_it(home, file, "new", secret)
    assert said.code == code and message in said.err and MARK not in said.err
    assert sorted(home.iterdir()) == before


def test_neither_a_key_nor_an_opened_folder_is_written_over(circle: Circle) -> None:
    assert open_it(circle.home, "complaints.quarantine.age", "opened").code == REFUSED
    again = koppelkamer(
        "quarantine", "key", "--out", "steward.key", "--passphrase-file", "steward.pass", at=circle.home
    )
    assert again.code == REFUSED and "is there already" in again.err
