"""What people copy: Python in the README, Python and commands in docs/from-splink.md, all run as they stand."""

import json
import re
import shlex
from pathlib import Path

import polars as pl
import pytest

from koppelkamer.cli.commands import parse

ROOT = Path(__file__).parents[2]
README, PAGE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/from-splink.md"))
PERSONS = 300
DATA = ROOT / "benchmarks" / "data"


def python(page: str) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL))


def commands(page: str) -> list[str]:
    """In blocks, and between backticks with all they need."""
    blocks = "\n".join(re.findall(r"```\n(.*?)```", page, flags=re.DOTALL)).splitlines()
    found = [*blocks, *re.findall(r"`(koppelkamer \S+ [^`]*--[^`]+)`", page)]
    return [line for line in found if line.startswith("koppelkamer")]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The files that the pages name: FEBRL4, a part of it, and Splink's model of it with the id of these files."""
    for name, file in {"A.csv": "dataset4a.csv", "B.csv": "dataset4b.csv"}.items():
        (tmp_path / file).symlink_to(DATA / file)
        persons = pl.col("rec_id").str.extract(r"(\d+)").cast(pl.UInt32)
        pl.read_csv(DATA / file, infer_schema=False).filter(persons < PERSONS).write_csv(tmp_path / name)
    splink = json.loads((ROOT / "tests/linkage/splink/febrl4.json").read_text())
    (tmp_path / "splink.json").write_text(json.dumps(splink | {"unique_id_column_name": "rec_id"}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_readme_links_two_files_and_explains_a_pair(here, capsys):
    exec(python(README), {})  # noqa: S102  (our own page)
    said = capsys.readouterr().out
    assert "birth_date" in said
    assert "Together: a match with a probability of" in said
    assert (here / "out" / "report.html").exists()


def test_the_page_for_users_of_splink_does_what_it_says(here, capsys):
    imported, linked, *others = commands(PAGE)
    run(imported)
    run(linked)
    exec(python(PAGE), {})  # noqa: S102  (our own page)
    assert "Together: a match with a probability of" in capsys.readouterr().out
    assert (here / "fitted.json").exists()
    ids = dict(zip(("ID_L", "ID_R"), pl.read_parquet(here / "out" / "links.parquet").row(0), strict=False))
    for command in others:
        # the review waits for people; that it can be asked like this is all there is to see
        run(" ".join(ids.get(word, word) for word in command.split()), only_asked=" review " in command)
    assert (here / "proposed.toml").exists()


def run(command: str, *, only_asked: bool = False) -> None:
    call = parse(shlex.split(command)[1:])
    if not only_asked:
        call.command(call)
