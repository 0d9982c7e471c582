"""A fitted model that somebody edited: numbers that cannot be are refused before a pair is scored by them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from declare import load
from koppelkamer.cli import main
from linkage import FittedModel, Model, link_files
from tests.linkage.test_workbench import MODEL, people

JOINT = MODEL.replace('right_format = "%d/%m/%Y"\n', "").replace(
    '[[fields]]\nfield = "surname"', 'joint = [["given_name", "birth_date"]]\n[[fields]]\nfield = "surname"', 1
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The call that links two files with a model fitted on them, up to the name of that model."""
    folder = tmp_path_factory.mktemp("fitted")
    left, right, model = folder / "left.csv", folder / "right.csv", folder / "model.toml"
    people(120).write_csv(left)
    people(150).rename({"given_name": "voornaam"}).write_csv(right)
    model.write_text(JOINT)
    link_files(left, right, load(model, Model), folder / "out")
    return ["link", str(left), str(right), "--model", str(model), "--fitted"]


def number(place: str, at: int, value: float) -> Callable[[dict[str, Any]], object]:
    return lambda model: model["fields"][0][place].__setitem__(at, value)


def calibrated(slope: float) -> Callable[[dict[str, Any]], object]:
    return lambda model: model.update(calibration={"shift": 0.0, "slope": slope, "labels": 40})


WRONG = {
    "m below 0": (number("m", 0, -0.5), "fields.0.m.0: "),
    "m of 0": (number("m", 0, 0.0), "fields.0.m.0: "),
    "u of 0": (number("u", 0, 0.0), "fields.0.u.0: "),
    "u that is no number": (number("u", 1, float("nan")), "fields.0.u.1: "),
    "chances above 1 together": (number("m", 0, 1.0), "a chance for each level, and together they are 1"),
    "too few m": (lambda model: model["fields"][0]["m"].pop(), "a chance for each level"),
    "too many m": (lambda model: model["fields"][0]["m"].append(0.1), "a chance for each level"),
    "too few of a joint": (lambda model: model["joints"][0]["u"].pop(), "a chance for each level"),
    "a joint of unknown fields": (lambda model: model["joints"][0]["fields"].append("x"), "a joint names fields"),
    "prior of 0": (lambda model: model.update(prior=0), "prior: "),
    "prior of 1": (lambda model: model.update(prior=1), "prior: "),
    "prior above 1": (lambda model: model.update(prior=2.0), "prior: "),
    "prior that is no number": (lambda model: model.update(prior=float("nan")), "prior: "),
    "flat calibration": (calibrated(0.0), "calibration.slope: "),
    "calibration upside down": (calibrated(-1.0), "calibration.slope: "),
}


@pytest.mark.parametrize(("edit", "says"), WRONG.values(), ids=WRONG)
def test_numbers_that_cannot_be_are_refused(tmp_path, files, capsys, edit, says):
    content = json.loads((Path(files[1]).parent / "out" / "model.json").read_bytes())
    edit(content)
    (tmp_path / "model.json").write_text(json.dumps(content))
    assert main([*files, str(tmp_path / "model.json"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "this is not a fitted model: " in said
    assert says in said
    assert not (tmp_path / "out").exists()


def test_what_training_writes_can_be_read(files):
    content = (Path(files[1]).parent / "out" / "model.json").read_bytes()
    assert FittedModel.from_json(content).to_json() == content
