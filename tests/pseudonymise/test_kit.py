"""What a partner runs at home: with the base install alone, without a network, in pieces."""

import errno
import importlib.metadata
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pyrage
import pytest
from packaging.requirements import Requirement

from declare import Fault, load
from expectations import validate
from intake import Source, read_extract
from intake.spool import Spool
from pseudonymise.delivery import encode_delivery, open_delivery
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.store import open_aside, open_protected, save_protected
from tests.pseudonymise.conftest import CHEAP, DAY, SOURCE, domain

ROOT = Path(__file__).parents[2]
DECLARED = """
id = "residents"
title = "Residents"
owner = "town"
columns = [
    { name = "number", type = "bsn", role = "identify", field = "bsn" },
    { name = "last", type = "surname", role = "identify", field = "surname" },
    { name = "born", type = "date", role = "identify", field = "birth_date" },
    { name = "town", type = "municipality", role = "payload" },
]
"""
FILE = "number,last,born,town\n111222333,van den Berg,1980-02-03,363\n111222334,Bakker,1990-04-05,599\n"


def closure(name: str, seen: dict[str, importlib.metadata.Distribution]) -> None:
    """A distribution and all that it asks for without extras."""
    found = importlib.metadata.distribution(name)
    if found.name in seen:
        return
    seen[found.name] = found
    for text in found.requires or ():
        asked = Requirement(text)
        for extra in ("", *asked.extras):
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                closure(asked.name, seen)
                break


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install koppelkamer` brings, as links to what is installed here; no network in it."""
    folder = tmp_path_factory.mktemp("base")
    wanted: dict[str, importlib.metadata.Distribution] = {}
    closure("koppelkamer", wanted)
    names = {name.lower() for name in wanted}
    assert not names & {"django", "prefect", "fastapi", "pytest"}
    for distribution in wanted.values():
        for path in distribution.files or ():
            top = path.parts[0]
            if top != ".." and not top.startswith("_editable") and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))
    for package in ("audit", "declare", "expectations", "flows", "gate", "intake", "koppelkamer", "linkage",
                    "pseudonymise", "register", "release", "console"):  # fmt: skip
        (folder / package).symlink_to(ROOT / package)
    (folder / "sitecustomize.py").write_text(OFFLINE)
    return folder


OFFLINE = """
import sys

def closed(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise SystemExit("the network was asked for")

sys.addaudithook(closed)
"""


def command(base: Path, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A call whose only packages are those of `base`."""
    paths = [str(base), sysconfig.get_paths()["stdlib"], sysconfig.get_config_var("DESTSHARED")]
    start = f"import sys; sys.path = {paths!r}; import sitecustomize\n"
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return [sys.executable, "-S", "-c", start + program, *arguments], environment


def at_home(base: Path, home: Path, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    call, environment = command(base, program, *arguments)
    return subprocess.run(call, cwd=home, env=environment, capture_output=True, text=True, check=False)


ROOM = "de wachtzin van de kamer"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of a partner: its file, the source's declaration, and its copy of the domain's key."""
    store = FileKeyStore.create(tmp_path / "room", ROOM, work=CHEAP)
    store.add_domain(domain(until=DAY.replace(year=2999)))
    store.export_domain("reports", 1, "van de gemeente", tmp_path / "keys", partner="town")
    for name, content in {"residents.csv": FILE, "residents.toml": DECLARED, "passphrase": "van de gemeente\n"}.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "passphrase").chmod(0o600)
    return tmp_path


ENCODE = (
    "encode", "residents.csv", "--source", "residents.toml", "--keys", "keys", "--passphrase-file", "passphrase",
    "--out", "residents.sealed",
)  # fmt: skip
MAIN = "from koppelkamer.cli import main; sys.exit(main())"


@pytest.mark.slow
def test_the_base_install_encodes_offline(base: Path, home: Path, tmp_path: Path) -> None:
    for name in ("django", "prefect", "fastapi"):
        assert "ModuleNotFoundError" in at_home(base, home, f"import {name}").stderr
    assert (
        "the network was asked for" in at_home(base, home, "import socket; socket.create_connection(('::1', 9))").stderr
    )
    said = at_home(base, home, MAIN, *ENCODE, "--json")
    assert said.returncode == 0, said.stderr
    facts = json.loads(said.stdout)
    assert (facts["rows in"], facts["leaves"]["payload"], facts["leaves"]["aside"]) == (2, {"town": 2}, [])
    assert facts["leaves"]["tokens"]["bsn"] == 1  # the other one fails the eleven test
    room = FileKeyStore.open(home / "room", ROOM)
    (tmp_path / "received").mkdir()
    source = load(home / "residents.toml", Source)
    delivery = open_delivery(home / "residents.sealed", room, room.master("reports"), source, tmp_path / "received")
    assert [part.table.table.height for part in delivery.parts()] == [2]


@pytest.mark.slow
def test_killed_half_way_nothing_is_left_to_send_or_to_read(base: Path, home: Path) -> None:
    rows = "".join(f"111222333,Kanariepiet {number:05},1980-02-03,363\n" for number in range(20_000))
    (home / "residents.csv").write_text(FILE + rows)
    # All rows go through the disk, a few hundred at a time.
    small = "import intake.read, intake.spool\nintake.read.BLOCK = 16_384\nintake.spool.HELD = 0\n"
    process = started(base, home, small + MAIN, *ENCODE)
    assert process.stderr is not None
    for line in process.stderr:
        if "protecting" in line:
            process.kill()
            break
    assert process.wait() == -9
    assert not (home / "residents.sealed").exists()
    left = [path for path in home.glob(".*.part/**/*") if path.is_file()]
    assert left
    assert not [path for path in left if b"Kanariepiet" in path.read_bytes()]


def started(base: Path, home: Path, program: str, *arguments: str) -> "subprocess.Popen[str]":
    call, environment = command(base, program, *arguments)
    return subprocess.Popen(
        call, cwd=home, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A thousand rows, some of which are set apart."""
    path = tmp_path / "residents.csv"
    with path.open("w") as out:
        out.write("number,first,prefix,last,born,town,income,nationality\n")
        for row in range(1, 1001):
            born = "1980-02-31" if row % 7 == 0 else f"19{row % 90 + 10}-0{row % 9 + 1}-1{row % 8}"
            out.write(f"{111222333 + row % 3},Anna,van,Naam{row},{born},0363,{row},0001{',' * (row % 50 == 0)}\n")
    return path


def test_a_delivery_in_pieces_is_the_delivery(
    file: Path, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, room: RoomKeys, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    whole = validate(read_extract(SOURCE, file))
    monkeypatch.setattr("intake.read.BLOCK", 4096)
    (tmp_path / "spool").mkdir()
    pieces = validate(read_extract(SOURCE, file, Spool(tmp_path / "spool", held=20_000)))
    assert len(pieces.parts) > len(list((tmp_path / "spool").iterdir())) > 3
    assert pieces.quality == whole.quality
    assert pieces.quarantine.entries.sort("row", "rule").equals(whole.quarantine.entries.sort("row", "rule"))
    said = encode_delivery(pieces, town, town.signed.recipient, tmp_path / "sealed")
    assert (said.rows_in, said.rows, len(said.parts)) == (1000, whole.height, len(pieces.parts))
    (tmp_path / "place").mkdir()
    delivery = open_delivery(tmp_path / "sealed", store, keys, SOURCE, tmp_path / "place")
    save_protected((rekey(part, room) for part in delivery.parts()), room, tmp_path / "stored", "here")
    expected = rekey(protect(whole, keys), room)
    assert open_protected(room, tmp_path / "stored", "here").table.equals(expected.table.table)
    assert open_aside(room, tmp_path / "stored", "here").table.equals(expected.aside.table)


def test_a_full_disk_leaves_no_delivery(
    file: Path, town: DomainKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise pyrage.EncryptError(f"OSError: [Errno {errno.ENOSPC}] No space left on device")

    monkeypatch.setattr(pyrage, "encrypt_io", full)
    with pytest.raises(Fault, match="disk is full"):
        encode_delivery(validate(read_extract(SOURCE, file)), town, town.signed.recipient, tmp_path / "out" / "sealed")
    assert list((tmp_path / "out").iterdir()) == []
