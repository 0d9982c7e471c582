"""The linkage room never holds a key: it trains and links where the modules that know keys cannot be imported."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from declare import load
from expectations.validated import _EXPECTATIONS, ValidatedExtract
from intake import Extract, Source, read_extract
from koppelkamer.demo.population import generate
from linkage import Model, link, train
from pseudonymise.keys import FileKeyStore, Work
from pseudonymise.protect import protect
from pseudonymise.protected import ProtectedTable
from pseudonymise.rekey import rekey
from tests.pseudonymise.conftest import DAY, domain
from tests.walls.test_types import ROOT

ROOM: Final = ROOT / "koppelkamer" / "demo" / "room"
MODEL: Final = ROOM / "models" / "reports-residents.toml"
KEYED: Final = ("keys", "token", "encode", "protect", "rekey", "vault", "store", "delivery", "domain")
"""Modules of `pseudonymise` that hold, take or name keys."""

PROGRAM: Final = f"""
import json, sys
for name in {KEYED!r}:
    sys.modules["pseudonymise." + name] = None
from pathlib import Path
import polars as pl
from declare import load
from linkage import Model, link, train
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable

folder, model = Path(sys.argv[1]), load(Path(sys.argv[2]), Model)

def table(source):
    facts = json.loads((folder / (source + ".json")).read_text())
    return ProtectedTable(**facts, table=pl.read_parquet(folder / (source + ".parquet")), _made_by=_PSEUDONYMISE)

left, right = table(model.left), table(model.right)
fitted = train(left, right, model)
linked = link({{model.left: left, model.right: right}}, [fitted])
linked.links.write_parquet(folder / "links.parquet")
loaded = sorted(name for name, module in sys.modules.items() if name.startswith("pseudonymise.") and module)
print(json.dumps({{"fitted": fitted.digest, "loaded": loaded}}))
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ProtectedTable]:
    """Reports and residents of 400 made-up persons, protected and re-keyed as on receipt."""
    folder = tmp_path_factory.mktemp("made")
    generate(folder, 400, seed=11)
    store = FileKeyStore.create(folder / "keys", "sleutel voor een proef", work=Work(memory_kib=64, passes=1, lanes=1))
    store.add_domain(domain())
    shared, own = store.master("reports", day=DAY), store.room("reports", day=DAY)
    return {
        source: rekey(protect(_validated(_read(folder, source)), shared), own).table
        for source in ("reports", "residents")
    }


def _read(folder: Path, source: str) -> Extract:
    return read_extract(load(ROOM / "sources" / f"{source}.toml", Source), folder / "deliveries" / f"{source}.csv")


def _validated(extract: Extract) -> ValidatedExtract:
    """As it came: the checks are another test's."""
    names = [column.name for column in extract.source.kept]
    return ValidatedExtract(
        extract.source, extract.delivery, extract.rows_in, (extract.frame.select("row", *names),),
        extract.quarantine, (), _made_by=_EXPECTATIONS,
    )  # fmt: skip


def _keep(tables: Iterable[ProtectedTable], folder: Path) -> None:
    for table in tables:
        facts = {name: value for name, value in asdict(table).items() if name != "table"}
        (folder / f"{table.source}.json").write_text(json.dumps(facts))
        table.table.write_parquet(folder / f"{table.source}.parquet")


def _without_keys(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", PROGRAM, str(folder), str(MODEL)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_protected_tables_link_alike_where_no_key_can_be_imported(
    tables: dict[str, ProtectedTable], tmp_path: Path
) -> None:
    model = load(MODEL, Model)
    _keep(tables.values(), tmp_path)
    told = _without_keys(tmp_path)
    fitted = train(tables[model.left], tables[model.right], model)
    expected = link(tables, [fitted]).links
    assert told["fitted"] == fitted.digest
    assert expected.height > 100
    assert pl.read_parquet(tmp_path / "links.parquet").equals(expected)
    assert {name.split(".")[1] for name in told["loaded"]} <= {"protected", "standardise"}


@pytest.mark.parametrize("module", KEYED)
def test_each_walled_module_exists(module: str) -> None:
    """A renamed module would pass the wall unseen."""
    import importlib

    assert importlib.import_module(f"pseudonymise.{module}")
