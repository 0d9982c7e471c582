"""What is typed as text has to be text: bytes that are no UTF-8 are said to be wrong before anything is done."""

from pathlib import Path

import pytest

from koppelkamer.cli import main

WRONG = {
    "a remark": ["say", "insight", "bad \udcff"],
    "a reason": ["withdraw-delivery", "incomes", "abc", "--reason", "bad \udcff"],
    "a name": ["withdraw-delivery", "inc\udcff", "abc", "--reason", "fine"],
    "somebody": ["say", "insight", "fine", "--as", "a\udcff"],
}


@pytest.mark.parametrize("typed", WRONG.values(), ids=WRONG)
def test_bytes_that_are_no_utf8_are_wrong_input(
    typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(typed) == 2
    assert "no UTF-8" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
