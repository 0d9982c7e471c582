"""What a request may ask for besides one table goes the whole way through the commands: several tables, and rows."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.keyring import open_keyring
from flows.ledger import Ledger
from koppelkamer.room import open_room
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import APPROVALS, DECLARATIONS, Way

pytestmark = pytest.mark.slow

QUESTIONS = ("legitimate", "suitable", "necessary", "proportionate")

TABLES = """
[output]
kind = "table"
unit = "complaints"
magnitude = "complaints.schade"

[output.coarsen."complaints.aard"]
groups = [{ binnen = ["kelder", "riool"], buiten = ["grondwater", "straat"] }]

[[output.tables]]
name = "huur"
dimensions = ["tenants.wijk", "tenants.rent_band"]

[[output.tables]]
name = "aard"
dimensions = ["tenants.wijk", "complaints.aard"]
magnitude = false
"""


def declared(name: str, output: str) -> str:
    """The second room's own request under another name, with another output and every column of its sources."""
    head, _, rest = (DECLARATIONS / "requests" / "wijken.toml").read_text().partition("[output]")
    head = head.replace('id = "wijken"', f'id = "{name}"', 1).replace('["schade"]', '["schade", "aard"]')
    return head + output + "\n[effect]" + rest.partition("[effect]")[2]


def asked(room: Path, name: str, output: str) -> Said:
    """What submitting such a request says."""
    (room / "requests" / f"{name}.toml").write_text(declared(name, output))
    return koppelkamer("submit", name, "--as", "noor", "--json", at=room)


def examined(room: Path, name: str, output: str) -> dict[str, Any]:
    """What the run of such a request says, after everybody approved."""
    assert asked(room, name, output).facts["state"] == "submitted"
    for person, action in APPROVALS:
        assert koppelkamer("decide", name, action, "--as", person, at=room).code == 0
    return koppelkamer("run", name, "--as", "otto", "--json", at=room).facts


def released(room: Path, name: str, output: str) -> Path:
    """The parcel, after a run and two decisions."""
    found = examined(room, name, output)["verdict"]["findings"]
    rules = sorted({finding["rule"] for finding in found if finding["outcome"] != "PASS"})
    said = "\n".join(f"[{rule}]\n" + "".join(f'{each} = "Ja."\n' for each in QUESTIONS) for rule in rules)
    (room / "answers.toml").write_text(said)
    koppelkamer("decide", f"{name}-1", "advise", "--as", "siem", at=room)
    reason = ("--reason", "Het advies is gevolgd.", "--answers", "answers.toml")
    koppelkamer("decide", f"{name}-1", "release", "--as", "tineke", *reason, at=room)
    return Path(koppelkamer("release", name, "--json", at=room).facts["parcel"])


def test_several_tables_are_one_release(way: Way, tmp_path: Path) -> None:
    room = way.copy("trained", tmp_path / "room")
    parcel = released(room, "samen", TABLES)
    stems = ("table-aard", "table-huur")
    assert {path.name for path in parcel.glob("table*")} == {
        f"{stem}.{kind}" for stem in stems for kind in ("csv", "csv-metadata.json", "parquet")
    }
    kinds, rents = (pl.read_parquet(parcel / f"{stem}.parquet") for stem in stems)
    assert (kinds.columns[:2], rents.columns[:2]) == (
        ["tenants.wijk", "complaints.aard"], ["tenants.wijk", "tenants.rent_band"]
    )  # fmt: skip
    assert set(kinds["complaints.aard"]) == {"*", "binnen", "buiten"}
    assert "trap 1 van 2 (4 waarden werden er 2)" in (parcel / "report.nl.html").read_text()
    assert "value" in rents.columns and "value" not in kinds.columns
    by_district = [
        table.filter(pl.nth(1) == "*").select("tenants.wijk", "people", "records").sort("tenants.wijk")
        for table in (kinds, rents)
    ]
    assert by_district[0].equals(by_district[1])
    assert koppelkamer("verify", room, at=tmp_path).code == 0
    metadata = json.loads((parcel / "table-huur.csv-metadata.json").read_bytes())
    assert metadata["url"] == "table-huur.csv"


ANONYMOUS = """
[output]
kind = "anonymous"
unit = "complaints"

[output.attributes."tenants.wijk"]
role = "quasi-identifier"
groups = [{ laag = ["Beekzijde", "Veen"], hoog = ["Oever", "Terp"] }]

[output.attributes."tenants.rent_band"]
role = "quasi-identifier"

[output.attributes."complaints.aard"]
role = "sensitive"
"""


def test_anonymous_rows_leave_one_for_each_person(way: Way, tmp_path: Path) -> None:
    room = way.copy("trained", tmp_path / "room")
    parcel = released(room, "anoniem", ANONYMOUS)
    rows = pl.read_parquet(parcel / "rows.parquet")
    quasi = ["tenants.wijk", "tenants.rent_band"]
    assert rows.columns == [*quasi, "complaints.aard"]
    classes = rows.group_by(quasi).agg(n=pl.len(), kinds=pl.col("complaints.aard").n_unique())
    assert (classes["n"] >= 10).all() and (classes["kinds"] >= 2).all()
    report = json.loads((parcel / "findings.json").read_bytes())["report"]["leaves"]
    assert (report["people"], report["anonymised"]["left_out"]) == (
        rows.height, report["anonymised"]["rows_before"] - rows.height
    )  # fmt: skip
    page = (parcel / "report.nl.html").read_text()
    assert "anonieme regels, een per persoon" in page and "wat er in de regels staat" in page
    assert koppelkamer("verify", room, at=tmp_path).code == 0
    ledger = Ledger(open_room(room), open_keyring(open_room(room)))
    entered = ledger._read(ledger.folder / "anoniem-1", "anoniem-1")
    assert entered.table["people"].to_list() == [rows.height] * 2
    assert entered.lineage.members["person"].n_unique() == rows.height
