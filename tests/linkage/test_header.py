"""Headers: what is no line of names is refused without a word of it, and no column is taken for another in silence."""

from pathlib import Path

import pytest

from declare import WrongInput, load
from koppelkamer.cli import main
from linkage import Model, dedupe_files
from linkage.propose import propose
from tests.linkage.test_workbench import MODEL, people

ONE = MODEL.replace('left = "given_name"\nright = "voornaam"', 'column = "given_name"').replace(
    "right_format", "format"
)


def with_header(folder: Path, header: str) -> Path:
    """A file of persons (surname, given name, day of birth, two codes) under another header."""
    rows = people(60).write_csv(include_header=False)
    (folder / "file.csv").write_text(f"{header}\n{rows}" if header else rows)
    return folder / "file.csv"


VALUES = {
    "a date": "Geheim,Jan,1980-03-05,p,q",
    "a date the Dutch way": "Geheim,Jan,5/3/1980,p,q",
    "an address of mail": "Geheim,Jan,geheim@example.org,p,q",
    "a number": "Geheim,Jan,111222333,p,q",
    "a telephone number": "Geheim,Jan,+31 6 12345678,p,q",
    "a postcode": "Geheim,Jan,1234 AB,p,q",
    "two alike": "Geheim,Geheim,x,p,q",
}


@pytest.mark.parametrize("header", VALUES.values(), ids=VALUES)
def test_a_record_in_place_of_names_is_refused_and_not_quoted(tmp_path, header, capsys):
    file, model, out = with_header(tmp_path, header), tmp_path / "model.toml", tmp_path / "out"
    assert main(["dedupe", str(file), "--propose", str(model), "--out", str(out)]) == 2
    said = "".join(capsys.readouterr())
    assert "file.csv" in said
    assert all(value not in said for value in header.split(",")[:3])
    assert not model.exists()
    assert not out.exists()


def test_no_value_is_guessed_to_be_a_column(tmp_path, capsys):
    file, model = with_header(tmp_path, "Surnam,Jan,1980-03-05,p,q"), tmp_path / "model.toml"
    model.write_text(ONE)
    assert main(["dedupe", str(file), "--model", str(model), "--out", str(tmp_path / "out")]) == 2
    assert "Surnam" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("header", ["surname,given_name,,,key", "surname,given_name, ,person_,key"])
def test_a_column_without_a_name_is_left_out_and_told(tmp_path, header):
    found = propose(with_header(tmp_path, header))
    assert "columns of file.csv without a name are left out (1)" in found.warnings
    assert {"surname", "given_name"} <= {one.field for one in found.model.comparisons}


TWICE = {
    "the very same": "surname,given_name,born,p,surname",
    "but for blanks": "surname,given_name,born,p, surname",
    "in quotes": 'surname,given_name,born,p,"surname"',
}


@pytest.mark.parametrize("header", TWICE.values(), ids=TWICE)
def test_two_columns_of_one_name_are_refused(tmp_path, header):
    (tmp_path / "model.toml").write_text(ONE)
    model, file = load(tmp_path / "model.toml", Model), with_header(tmp_path, header)
    with pytest.raises(WrongInput, match="has the column surname twice"):
        dedupe_files(file, model, tmp_path / "out")
    with pytest.raises(WrongInput, match=r"columns 1 and 5 of file\.csv have one name"):
        propose(file)
    assert not (tmp_path / "out").exists()
