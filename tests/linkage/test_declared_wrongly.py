"""Declarations that cannot be meant are refused by name, and not by what they would break later."""

import json

import pytest

from declare import WrongInput, load
from koppelkamer.cli import main
from linkage import Model, link_files
from tests.linkage.test_bad_files import PLAIN, RIGHT, of, written
from tests.linkage.test_workbench import people

PLAIN_DATE = '[[fields]]\nfield = "seen"\ntype = "date"\ncolumn = "seen"\nformat = "%Y-%m-%d"\n'
ONE_BLOCK = '[[blocks]]\non = ["surname.sound"]\n'
BLOCK_ON = "[[blocks]]\non = ['%s']\n"
DECLARED = {  # declaration, what is said
    "a negative seed": ("seed = -1\n" + PLAIN, "seed"),
    "a seed too large to be written": (f"seed = {10**22}\n" + PLAIN, "seed"),
    "a rule that asks nothing": (PLAIN + "[prior]\nrules = [[]]\n", "prior.rules"),
    "dates without a year": (PLAIN + PLAIN_DATE.replace("%Y", "%y"), "%Y, %m and %d, once each"),
    "dates with two years": (PLAIN + PLAIN_DATE.replace("%d", "%Y"), "%Y, %m and %d, once each"),
    "a separator of two bytes": (PLAIN + '[file]\nseparator = "é"\n', "one ASCII character"),
    "a quotation mark between columns": (PLAIN + "[file]\nseparator = '\"'\n", "one ASCII character"),
    "the end of a line between columns": (PLAIN + '[file]\nseparator = "\\n"\n', "one ASCII character"),
    "a block on a sum": (PLAIN.replace(ONE_BLOCK, BLOCK_ON % "SUM(length(surname))"), "a value for each text"),
    "a block on the last": (PLAIN.replace(ONE_BLOCK, BLOCK_ON % "MAX(surname)"), "a value for each text"),
}


@pytest.mark.parametrize(("declaration", "says"), DECLARED.values(), ids=DECLARED)
def test_what_is_declared_wrongly_is_refused_by_name(tmp_path, capsys, declaration, says):
    model = tmp_path / "model.toml"
    model.write_text(declaration)
    files = [str(written(tmp_path, f"{name}.parquet", people(9))) for name in ("left", "right")]
    assert main(["link", *files, "--model", str(model), "--out", str(tmp_path / "out"), "--json"]) == 2
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert says in refused
    assert "Value error" not in refused


def test_without_candidates_there_is_nothing_to_learn_from(tmp_path):
    (tmp_path / "model.toml").write_text(PLAIN)
    files = [written(tmp_path, f"{name}.parquet", people(rows)) for name, rows in (("left", 0), ("right", 9))]
    with pytest.raises(WrongInput, match="no pairs to learn from"):
        link_files(*files, load(tmp_path / "model.toml", Model), tmp_path / "out", classifier="ecm")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_one_value_on_one_side_is_told_on_screen_and_page(tmp_path, capsys, language):
    (tmp_path / "model.toml").write_text(PLAIN)
    files = written(tmp_path, "left.parquet", of("surname", "Jansen")), written(tmp_path, "right.parquet", RIGHT)
    call = ["link", *map(str, files), "--model", str(tmp_path / "model.toml"), "--out", str(tmp_path / "out")]
    assert main([*call, "--language", language, "--json"]) == 0
    assert (
        "surname has one value on one side: it tells hardly anything" in json.loads(capsys.readouterr().out)["warnings"]
    )
    said = {"en": "surname has one value on one side", "nl": "surname heeft aan één kant maar één waarde"}
    assert said[language] in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_evidence_that_is_not_there_gets_the_nearest_name(tmp_path):
    (tmp_path / "model.toml").write_text(PLAIN.replace(ONE_BLOCK, BLOCK_ON % "birth_date.years"))
    files = [written(tmp_path, f"{name}.parquet", people(9)) for name in ("left", "right")]
    with pytest.raises(WrongInput, match="no such evidence") as refused:
        link_files(*files, load(tmp_path / "model.toml", Model), tmp_path / "out")
    assert refused.value.remedy == "Did you mean birth_date.year?"
