import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import Refusal, WrongInput
from intake.source import Column, Source
from pseudonymise import protected as protected_module
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.keys import DomainKeys, FileKeyStore
from pseudonymise.protect import protect
from pseudonymise.protected import ProtectedTable, bits, shared_key
from pseudonymise.rekey import rekey
from pseudonymise.vault import Vault
from tests.pseudonymise.conftest import DAY, PEOPLE, SOURCE, domain, extract, new_store


@pytest.fixture(scope="module")
def protected(keys: DomainKeys) -> Protected:
    return protect(extract(), keys)


def test_every_column_goes_where_its_role_says(protected: Protected) -> None:
    table, aside = protected.table.table, protected.aside.table
    assert table.columns[:2] == ["row", "record"]
    assert table["row"].to_list() == [1, 2, 4, 5]
    assert {"bsn", "surname", "surname.sound", "surname.other", "given_name", "birth_date.swapped"} < set(table.columns)
    assert not (set(bits("surname")) | set(bits("birth_date"))) & set(table.columns)
    assert [name for name in table.columns if name.startswith("payload.")] == [
        "payload.town", "payload.born_in", "payload.income_class",
    ]  # fmt: skip
    assert aside.columns == ["row", "nationality", "decade"]
    assert table["payload.born_in"].to_list() == ["1980", "1980", "1990", None]
    assert aside["nationality"].to_list() == ["0001", "0052", "0001", None]


def test_identifying_values_are_gone(protected: Protected) -> None:
    kept = [name for name in protected.table.table.columns if name.startswith("payload.")]
    types = set(protected.table.table.drop("row", *kept).dtypes)
    assert types == {pl.Binary}
    written = protected.table.table.drop(kept).with_columns(pl.col(pl.Binary).bin.encode("hex")).write_csv().lower()
    names = [value for name in ("number", "first", "last", "born") for value in PEOPLE[name].drop_nulls()]
    assert not [name for name in names if name.lower() in written]


def test_columns_of_one_field_compare(protected: Protected) -> None:
    table = protected.table.table
    assert table["birth_date.swapped"][1] == table["birth_date"][0]
    assert table["bsn"][0] == table["bsn"][3] != table["bsn"][2]


def test_nothing_gives_no_token(protected: Protected) -> None:
    table = protected.table.table
    last = table.row(3, named=True)
    empty = [name for name in table.columns if name.startswith(("surname", "given_name", "birth_date"))]
    assert {last[name] for name in empty} == {None}
    assert table["birth_date"][2] is None
    assert table["birth_date.year"][2] is not None


def test_the_table_says_what_it_is(protected: Protected, keys: DomainKeys) -> None:
    table = protected.table
    assert (table.source, table.entity, table.once, table.delivery) == ("residents", "person", True, "5e" * 32)
    assert table.fields == {"bsn": "identifier", "given_name": "given_name", "surname": "surname", "birth_date": "date"}
    assert table.key_id == keys.key_id
    assert repr(protected.table) == "ProtectedTable(residents, 4 rows)"


def test_an_empty_delivery(keys: DomainKeys) -> None:
    made = protect(extract(PEOPLE.clear()), keys)
    assert made.table.table.schema == protect(extract(), keys).table.table.schema
    assert made.table.table.height == made.aside.table.height == 0


def test_same_input_same_tokens(protected: Protected, keys: DomainKeys) -> None:
    again = protect(extract(), keys)
    assert again.table.table.equals(protected.table.table)


def test_a_source_without_anything_to_link_by(keys: DomainKeys) -> None:
    counts = Source(id="counts", title="", owner="town", columns=(Column(name="n", type="integer", role="payload"),))
    table = pl.DataFrame({"row": [1], "n": [3]}, schema_overrides={"row": pl.UInt32})
    with pytest.raises(WrongInput, match="no column to link by"):
        protect(extract(table, counts), keys)


def test_retired_keys_make_nothing_new(tmp_path: Path) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    own.retire("reports", 1)
    with pytest.raises(Refusal, match="retired"):
        protect(extract(), own.master("reports", day=DAY))


def forged(protected: Protected) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(ProtectedTable)]
    return {name: getattr(protected.table, name) for name in names}


BYPASSES = {
    "built by hand": lambda p: ProtectedTable(**forged(p)),
    "with a mark of one's own": lambda p: ProtectedTable(**forged(p), _made_by=object()),
    "another table slipped in": lambda p: dataclasses.replace(p.table, table=PEOPLE),
    "an aside table by hand": lambda p: AsideTable("residents", "00", PEOPLE),
    "another aside slipped in": lambda p: dataclasses.replace(p.aside, table=PEOPLE),
}


@pytest.mark.parametrize("bypass", BYPASSES.values(), ids=BYPASSES)
def test_the_types_are_made_here_only(protected: Protected, bypass: Callable[[Protected], object]) -> None:
    with pytest.raises(TypeError, match="made by pseudonymise only"):
        bypass(protected)


def test_the_type_comes_without_keys() -> None:
    """Linkage imports the type; that must not bring the keys along."""
    program = "import sys, pseudonymise.protected; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    rooms = {name for name in loaded if name.split(".")[0] == "pseudonymise"}
    assert rooms == {"pseudonymise", "pseudonymise.protected"}
    assert not {"pyrage", "pyarrow", "intake", "expectations"} & set(loaded)


def test_only_the_vault_takes_keys_out_of_their_handles() -> None:
    folder = Path(protected_module.__file__).parent
    users = {path.name for path in folder.rglob("*.py") if re.search(r"\.(column|footer)_key\(", path.read_text())}
    assert users == {"vault.py"}


def test_tables_of_two_keys_do_not_mix(protected: Protected, store: FileKeyStore) -> None:
    other = protect(extract(), store.master("other", day=DAY))
    assert shared_key([protected.table, protected.table]) == protected.table.key_id
    with pytest.raises(Refusal, match="2 different keys"):
        shared_key([protected.table, other.table])
    with pytest.raises(Refusal, match="0 different keys"):
        shared_key([])


def test_handles_in_messages(keys: DomainKeys, store: FileKeyStore) -> None:
    assert repr(Vault(keys)) == "Vault(reports version 1, records)"
    assert SOURCE.id in repr(protect(extract(), keys).aside)


def test_rekeying_needs_the_right_domain(protected: Protected, store: FileKeyStore) -> None:
    room = store.room("reports", day=DAY)
    for wrong, keys in ((protected, store.room("reports", 2, day=DAY)), (rekey(protected, room), room)):
        with pytest.raises(Refusal, match="not made under domain"):
            rekey(wrong, keys)
