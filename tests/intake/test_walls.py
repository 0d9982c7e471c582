"""No cell value leaves by a message, a repr, a traceback or the quarantine; importing is light."""

import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from declare import WrongInput
from tests.intake.sources import read, source

CANARY = "Kanarievogel"
DECLARED = source("a", {"name": "b", "type": "date", "role": "payload", "required": True})

BROKEN = {
    "in the header": f"a,b,{CANARY}\n1,2,3\n".encode(),
    "instead of a header": f"{CANARY},{CANARY}\n1,2\n".encode(),
    "next to a wrong byte": b"a,b\n" + CANARY.encode() + b"\xff,2\n",
    "next to a NUL": b"a,b\n" + CANARY.encode() + b"\0,2\n",
    "in an open quote": b'a,b\n"' + CANARY.encode() + b",2\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_refusal_shows_no_value(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WrongInput) as refusal:
        read(tmp_path, content, DECLARED)
    shown = "".join(traceback.format_exception(refusal.value)) + repr(refusal.value.__dict__)
    assert CANARY not in shown
    assert refusal.value.__context__ is None


def test_a_record_longer_than_a_block_shows_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.read.csv.LONGEST", 64)
    monkeypatch.setattr("intake.read.BLOCK", 32)
    with pytest.raises(WrongInput, match="cannot be split into records") as refusal:
        read(tmp_path, "a,b\n" + "1,2\n" * 10 + CANARY * 20 + ",2\n" + "1,2\n" * 50, DECLARED)
    assert refusal.value.__context__ is None


def test_quarantine_and_reprs_show_no_value(tmp_path: Path) -> None:
    extract = read(tmp_path, f"a,b\n{CANARY},{CANARY}\n{CANARY}\n{CANARY},1980-05-17\n", DECLARED)
    assert extract.quarantine.rows == {1, 2}
    shown = repr(extract) + repr(extract.quarantine) + extract.quarantine.entries.write_json()
    assert CANARY not in shown
    assert extract.quarantine.counts().height == 3


def test_importing_loads_nothing_heavy() -> None:
    heavy = ["great_expectations", "pandas", "prefect", "django", "recordlinkage"]
    program = f"import sys, intake, expectations; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
