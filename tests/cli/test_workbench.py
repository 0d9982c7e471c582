"""Commands on plain files, given what is wrong; and wrong usage."""

from pathlib import Path

import pytest

from tests.cli.shell import koppelkamer
from tests.cli.test_bad_input import REFUSED, WRONG, clear_message

pytestmark = pytest.mark.slow

MODEL = """
id = "plain"

[[fields]]
field = "surname"
type = "surname"
column = "naam"

[[blocks]]
on = ["surname"]

[[comparisons]]
field = "surname"
"""
SOURCE = """
id = "names"
title = "Namen"
owner = "somebody"

[[columns]]
name = "naam"
type = "surname"
role = "identify"
field = "surname"
"""
NAMES = "naam\nKanariepiet\nDe Vries\n"
CELLS = "wijk,people,records\n*,30,30\nKanariepiet,30,30\n"

FILES = {
    "good.toml": MODEL,
    "odd.toml": MODEL.replace("[[blocks]]", "[[blokken]]"),
    "source.toml": SOURCE,
    "names.csv": NAMES,
    "empty.csv": "",
    "other.csv": "kleur\nrood\n",
    "binary.csv": "naam\n\x00\udcff\n",
    "cells.csv": CELLS,
    "policy.toml": "",
    "labels.csv": "id_l,id_r,label\n7,8,match\n8,9,other\n",
    "torn.csv": "id_l,id_r,label\n0,1,match\n0,1,other\n",
    "others.csv": "id_l,id_r,label,files\n0,1,match,sha256:0\n",
    "key.csv": "id_l,id_r\n0,0\n",
    "wijk.csv": "naam,wijk\nKanariepiet,noord\nDe Vries,zuid\n",
    "sexes.csv": "sex,wijk\n" + "m,noord\nv,zuid\n" * 400,
}

WRONGS = {
    "link: no such file": ("link names.csv none.csv --model good.toml --out out", "none.csv"),
    "link: an empty file": ("link names.csv empty.csv --model good.toml --out out", "empty.csv"),
    "link: another file": ("link names.csv other.csv --model good.toml --out out", "other.csv"),
    "link: an unknown key": ("link names.csv names.csv --model odd.toml --out out", "Did you mean blocks?"),
    "link: no model": ("link names.csv names.csv --out out", "--propose"),
    "link: two models": ("link names.csv names.csv --model good.toml --propose new.toml", "one model"),
    "link: nowhere to put it": ("link names.csv names.csv --model good.toml", "--out"),
    "link: labels for a fitted model": (
        "link names.csv names.csv --model good.toml --out out --fitted m.json --labels l.csv",
        "not trained on labels",
    ),
    "link: one pair, two labels": (
        "link names.csv names.csv --model good.toml --out out --labels torn.csv",
        "1 labelled pairs have two different labels",
    ),
    "link: labels of other files": (
        "link names.csv names.csv --model good.toml --out out --labels labels.csv --labels others.csv",
        "others.csv was not made from these files",
    ),
    "link: a classifier without labels": (
        "link names.csv names.csv --model good.toml --out out --classifier svm",
        "svm learns from labels",
    ),
    "dedupe: labels for a classifier that takes none": (
        "dedupe names.csv --model good.toml --out out --classifier ecm --labels labels.csv",
        "ecm learns without labels",
    ),
    "link: a classifier, and no links": (
        "link names.csv names.csv --model good.toml --blocks --classifier ecm --by wijk",
        "--classifier, --by would do nothing",
    ),
    "link: errors by what is compared": (
        "link names.csv names.csv --model good.toml --out out --truth key.csv --by naam",
        "column naam is read by the model",
    ),
    "link: errors by what is not there": (
        "link names.csv wijk.csv --model good.toml --out out --truth key.csv --by wijk,buurt",
        "wijk makes no two groups of at least 10",
    ),
    "dedupe: errors by what is not there": (
        "dedupe wijk.csv --model good.toml --out out --by buurt",
        "no file has a column buurt",
    ),
    "link: a fitted model that is none": (
        "link names.csv names.csv --model good.toml --out out --fitted names.csv",
        "not a fitted model",
    ),
    "link: labels of other records": (
        "link names.csv names.csv --model good.toml --out out --labels labels.csv",
        "2 labelled pairs",
    ),
    "dedupe: a model that is there is not written over": ("dedupe names.csv --propose good.toml", "good.toml"),
    "dedupe: nothing to propose": ("dedupe other.csv --propose new.toml", "fewer than two records"),
    "dedupe: an empty file": ("dedupe empty.csv --model good.toml --out out", "empty.csv"),
    "dedupe: no text": ("dedupe binary.csv --model good.toml --out out", "binary.csv"),
    "explain: a declaration for a fitted model": ("explain good.toml 0 1 --left names.csv", "fitted model"),
    "review: no pairs": ("review none.parquet --left names.csv --model good.toml --out out/l.csv", "none.parquet"),
    "check: an empty file": ("check empty.csv --source source.toml --out out", "empty"),
    "check: a model for a source": ("check names.csv --source good.toml --out out", "good.toml"),
    "check: no text": ("check binary.csv --source source.toml --out out", "utf-8"),
    "encode: no keys": (
        "encode names.csv --source source.toml --keys keys --passphrase-file pass --out sealed",
        "pass",
    ),
    "gate: no key": ("gate cells.csv --policy policy.toml --key none.pub --out out", "none.pub"),
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content.encode(errors="surrogateescape"))
    return tmp_path


@pytest.mark.parametrize(("command", "says"), WRONGS.values(), ids=WRONGS)
def test_wrong_files_are_told_in_one_message(desk: Path, command: str, says: str) -> None:
    said = koppelkamer(*command.split(), at=desk)
    assert said.code == WRONG
    clear_message(said, says)
    assert not (desk / "out").exists()
    assert not (desk / "sealed").exists()


def test_a_proposed_model_is_used_unedited(desk: Path) -> None:
    rows = "".join(
        f"{'BDFGHJ'[n % 6]}{'aeiou'[n % 5]}{'klmnr'[n // 6 % 5]}sen,{1950 + n % 50}-03-{n % 28 + 1:02}\n"
        for n in range(60)
    )
    (desk / "births.csv").write_text(f"surname,born\n{rows}{rows}")
    found = koppelkamer("dedupe", "births.csv", "--propose", "new.toml", "--out", "out", "--json", at=desk).facts
    assert found["links"] == 60
    assert found["proposal"]["fields"] == ["surname", "birth_date"]
    assert any("only 2 field(s)" in warning for warning in found["proposal"]["warnings"])
    sizes = koppelkamer("dedupe", "births.csv", "--model", "new.toml", "--blocks", "--json", at=desk).facts
    assert [one["pairs"] for one in sizes["blocks"]] == [one["pairs"] for one in found["proposal"]["blocks"]]


def test_without_a_key_a_model_is_written_and_not_used(desk: Path) -> None:
    said = koppelkamer("link", "sexes.csv", "sexes.csv", "--propose", "new.toml", "--out", "out", at=desk)
    assert said.code == REFUSED
    clear_message(said, "no key was found on which matches meet, so nothing was linked")
    assert "# NO KEY WAS FOUND" in (desk / "new.toml").read_text()
    assert not (desk / "out").exists()
    alone = koppelkamer("link", "sexes.csv", "sexes.csv", "--propose", "other.toml", at=desk)
    assert (alone.code, "no key was found" in alone.out) == (0, True)
    assert (desk / "other.toml").read_bytes() == (desk / "new.toml").read_bytes()


USAGES = {
    "nothing": "", "no such command": "relase wijken", "an option missing": "encode a.csv --out out",
    "an unknown option": "verify . --fast", "no such action": "key burn", "no number": "demo --persons many",
}  # fmt: skip


@pytest.mark.parametrize("command", USAGES.values(), ids=USAGES)
def test_wrong_usage_shows_the_usage(desk: Path, command: str) -> None:
    said = koppelkamer(*command.split(), at=desk)
    assert said.code == WRONG
    assert said.err.startswith("usage: koppelkamer")
    assert "Traceback" not in said.err


def test_as_json_a_refusal_is_json(desk: Path) -> None:
    said = koppelkamer("verify", "nothing", "--json", at=desk)
    assert (said.code, said.err) == (WRONG, "")
    assert '"remedy"' in said.out
