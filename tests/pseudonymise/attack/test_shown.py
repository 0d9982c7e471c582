"""Plans are strict, results are kept with the domain, and its limit decides."""

import json
import shutil
from pathlib import Path

import pytest

from declare import Refusal, WrongInput, load
from koppelkamer.cli import main
from pseudonymise.attack.plan import AttackedKind, Plan
from pseudonymise.attack.population import read_names
from pseudonymise.attack.shown import RESULT, AboveLimit, NotShown, TooLittleShown, kept_for, require_shown
from tests.pseudonymise.attack.test_bench import of_the_commonest
from tests.pseudonymise.conftest import domain

SMALL = """
id = "small"
names_file = "names.csv"
persons = 40_000
names = 60
overlaps = [1.0]
seeds = 2
"""
GENEROUS = "limits = { names = 1.0, persons = 1.0 }\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attack")
    people = of_the_commonest(300)
    rows = [f"{name},{round(share * 1e6)}" for name, share in zip(people.names, people.share, strict=True)]
    (folder / "names.csv").write_text("\n".join(["name,count", *rows]))
    (folder / "strict.toml").write_text(SMALL)
    (folder / "generous.toml").write_text(SMALL + GENEROUS)
    return folder


@pytest.fixture(scope="module")
def room(place: Path) -> Path:
    """A room that keeps a result."""
    call = [
        "attack",
        str(place / "generous.toml"),
        "--out",
        str(place / "out"),
        "--room",
        str(place / "room"),
        "--json",
    ]
    assert main(call) == 0
    return place / "room"


def test_the_command_writes_its_pages_and_refuses_above_the_limits(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["attack", str(place / "strict.toml"), "--out", str(place / "refused")]) == 1
    assert "gives away more than the plan allows: names at 100%" in capsys.readouterr().err
    assert {path.name for path in (place / "refused").iterdir()} == {"attack.json", "attack.en.html", "attack.nl.html"}


@pytest.mark.parametrize(
    ("limit", "refusal"), [(None, None), (0.999, None), (0.001, AboveLimit)], ids=["no limit", "wide", "narrow"]
)
def test_the_domain_s_limit_decides(
    room: Path, tmp_path: Path, limit: float | None, refusal: type[Refusal] | None
) -> None:
    large = tmp_path / "large"
    keep(large, planned(shown(room)))
    if refusal is None:
        require_shown(domain(limit=limit), ["surname"], large)
        return
    with pytest.raises(refusal, match=r"an attack names up to [\d.]+%.*the limit is 0.1%"):
        require_shown(domain(limit=limit), ["surname"], large)


TOO_LITTLE = {
    "few persons": ({"persons": 30_000}, "1,000,000 persons"),
    "few names": ({"names": 60}, "1,000 names"),
    "a list of its own": ({"names_file": "names.csv"}, "the list of Dutch surnames"),
    "one overlap": ({"overlaps": [1.0]}, "overlaps 1.0 and 0.8"),
    "two seeds": ({"seeds": 2}, "5 seeds"),
}


@pytest.mark.parametrize(("changes", "lacking"), TOO_LITTLE.values(), ids=TOO_LITTLE)
def test_a_small_attack_shows_nothing(room: Path, tmp_path: Path, changes: dict[str, object], lacking: str) -> None:
    keep(tmp_path, planned(shown(room), **changes))
    with pytest.raises(TooLittleShown, match=lacking):
        require_shown(domain(limit=0.999), ["surname"], tmp_path)


def test_an_attack_that_read_values_shows_nothing(room: Path, tmp_path: Path) -> None:
    others = json.loads(shown(room))["others"]
    keep(tmp_path, changed(planned(shown(room)), others=others | {"dictionary": 1.0}))
    with pytest.raises(TooLittleShown, match="in clear"):
        require_shown(domain(limit=0.999), ["surname"], tmp_path)


@pytest.mark.parametrize("kind", ["full_name", "given_name"])
def test_a_result_speaks_of_one_kind_of_names(room: Path, tmp_path: Path, kind: AttackedKind) -> None:
    keep(tmp_path, planned(shown(room)))
    with pytest.raises(NotShown, match=f"of fields of kind {kind}"):
        require_shown(domain(limit=0.999), ["surname", kind], tmp_path)
    shutil.copytree(kept_for("standard", "surname", tmp_path), kept_for("standard", kind, tmp_path))
    with pytest.raises(NotShown, match=f"of fields of kind {kind}"):
        require_shown(domain(limit=0.999), ["surname", kind], tmp_path)


def shown(room: Path) -> str:
    return (kept_for("standard", "surname", room) / RESULT).read_text()


def keep(room: Path, text: str) -> None:
    kept = kept_for("standard", "surname", room)
    kept.mkdir(parents=True)
    (kept / RESULT).write_text(text)


def changed(text: str, **changes: object) -> str:
    return json.dumps(json.loads(text) | changes)


def versioned(text: str, **versions: str) -> str:
    return changed(text, versions=json.loads(text)["versions"] | versions)


def planned(text: str, **changes: object) -> str:
    """As if it came of a plan of full size, but for the changes."""
    full = Plan(id="full").model_dump(mode="json")
    return changed(text, plan=full | changes)


NOTHING_SHOWN = {
    "nobody attacked it": lambda text: None,
    "of another hardening's version": lambda text: versioned(text, hardening="0"),
    "of another standardisation": lambda text: versioned(text, standardisation="0"),
    "of an earlier form": lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "versions"}),
    "of another hardening": lambda text: changed(text, plan=json.loads(text)["plan"] | {"hardening": "none"}),
    "damaged": lambda text: text[:100],
}


@pytest.mark.parametrize("change", NOTHING_SHOWN.values(), ids=NOTHING_SHOWN)
def test_what_was_not_shown_is_refused(room: Path, tmp_path: Path, change: object) -> None:
    assert callable(change)
    text = change(shown(room))
    if text is not None:
        keep(tmp_path, text)
    with pytest.raises(NotShown, match="no result for its hardening"):
        require_shown(domain(limit=0.999), ["surname"], tmp_path)


WRONG = {
    "an unknown key": ("person = 5", "unknown key person"),
    "no full overlap": ("overlaps = [0.8]", "1.0 is among them"),
    "an unknown hardening": ('hardening = "soft"', "hardening"),
    "one seed": ("seeds = 1", "seeds"),
}


@pytest.mark.parametrize(("line", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_plan_is_refused(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "plan.toml").write_text(f'id = "wrong"\n{line}\n')
    with pytest.raises(WrongInput, match=says):
        load(tmp_path / "plan.toml", Plan)


def test_a_list_without_counts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("naam\njong\n")
    with pytest.raises(WrongInput, match="no list of names with counts"):
        read_names(tmp_path / "names.csv", "surname")
