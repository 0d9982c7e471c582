"""`koppelkamer import-splink`: a model file that can be used, all that is told, and nothing overwritten."""

from pathlib import Path

import pytest

from declare import WrongInput, load
from koppelkamer.cli.commands import parse
from koppelkamer.cli.splink import import_splink
from linkage import Model

SAVED = Path(__file__).parents[1] / "linkage" / "splink" / "people.json"


def test_a_saved_model_becomes_one_that_loads_and_the_screen_tells_what_did_not_come_along(tmp_path):
    out = tmp_path / "people.toml"
    said = import_splink(parse(["import-splink", str(SAVED), "--out", str(out)]))
    model = load(out, Model)
    assert said.facts["comparisons"] == len(model.comparisons)
    assert any("Exact match on transformed postcode" in line for line in said.facts["not carried over"])
    assert set(said.facts["changed"]) <= {line.removeprefix("  - ") for line in said.lines}


def test_a_model_that_may_have_been_edited_is_not_overwritten(tmp_path):
    (tmp_path / "people.toml").write_text("mine")
    with pytest.raises(WrongInput, match="there already"):
        import_splink(parse(["import-splink", str(SAVED), "--out", str(tmp_path / "people.toml")]))
    assert (tmp_path / "people.toml").read_text() == "mine"
