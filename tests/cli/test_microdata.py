"""`koppelkamer gate FILE --microdata`: what it says, writes and exits with."""

import json
from pathlib import Path

import pyrage
import pytest

from gate import sign_policy
from koppelkamer.cli import main
from tests.gate.policies import Owner, text

RULES = ("D12", "D16", "D17", "D18", "D19", "D20", "B13")
ANONYMOUS = """
[columns.age]
role = "quasi-identifier"
widths = [10]
[columns.debt]
role = "sensitive"
"""
EXTRACT = """
[extract]
recipient = "the research desk"
address = "{address}"
environment = "closed reading room"
ground = "AVG art. 6(1)(e)"
until = {until}
[columns.age]
role = "quasi-identifier"
widths = [10]
level = 1
necessity = "risk differs by age"
[columns.debt]
role = "sensitive"
necessity = "what is looked into"
"""
OWN = str(pyrage.x25519.Identity.generate().to_public())
CALLS: dict[str, tuple[str, int, list[str], str]] = {
    # declaration, exit code, files, part of what is said
    "anonymous rows": (ANONYMOUS, 0, ["findings.json", "safe.csv", "safe.parquet"], "PASS; 0 of 60 rows left out"),
    "an extract waits for people": (
        EXTRACT.format(address=OWN, until="2199-01-01"), 1, ["extract.parquet.age", "findings.json"], "B13 WARN"),
    "an extract that ended": (EXTRACT.format(address=OWN, until="2020-01-01"), 1, [], "ended on 2020-01-01"),
    "no address": (EXTRACT.format(address="age1none", until="2199-01-01"), 2, [], "not an age address"),
    "an unknown role": (ANONYMOUS.replace("sensitive", "secret"), 2, [], "columns.toml:6"),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "code", "files", "said"), CALLS.values(), ids=CALLS)
def test_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], declared: str, code: int, files: list[str], said: str
) -> None:
    owner, policy, out = Owner(), tmp_path / "policy.toml", tmp_path / "out"
    policy.write_text(text(RULES))
    sign_policy(policy, policy.with_suffix(".sig"), owner)
    (tmp_path / "owner.pub").write_text(owner.public_key.hex())
    (tmp_path / "columns.toml").write_text(declared)
    (tmp_path / "rows.csv").write_text("age,debt\n" + "".join(f"{20 + n % 2 * 20},{n // 2 % 4}\n" for n in range(60)))
    call = f"gate {tmp_path}/rows.csv --policy {policy} --key {tmp_path}/owner.pub --out {out}".split()
    assert main([*call, "--microdata", str(tmp_path / "columns.toml")]) == code
    streams = capsys.readouterr()
    assert said in streams.out + streams.err
    assert (sorted(path.name for path in out.iterdir()) if out.exists() else []) == files
    if files:
        assert json.loads((out / "findings.json").read_text())["rows"]["rows"] == 60
