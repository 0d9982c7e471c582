"""A small room: a key store with cheap passphrase work, one domain, one source with made-up people."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations.contract import Asked, contract
from expectations.validated import _EXPECTATIONS, ValidatedExtract
from intake.quarantine import Quarantine
from intake.source import Column, Derived, Source
from pseudonymise.domain import Domain
from pseudonymise.keys import DomainKeys, FileKeyStore, KeyStore, RoomKeys
from pseudonymise.keys.pkcs11 import Token
from tests.pseudonymise.homes import CHEAP, PASSPHRASE, Home, file_home, pkcs11_home
from tests.pseudonymise.softhsm import CONFIGURATION, softhsm

DAY = date(2026, 6, 1)
DELIVERY = "5e" * 32

SOURCE = Source(
    id="residents",
    title="Residents",
    owner="town",
    once=True,
    columns=(
        Column(name="number", type="bsn", role="identify", field="bsn"),
        Column(name="first", type="given_names", role="identify", field="given_name"),
        Column(name="prefix", type="prefix", role="identify", field="surname"),
        Column(name="last", type="surname", role="identify", field="surname"),
        Column(name="born", type="date", role="identify", field="birth_date"),
        Column(name="town", type="municipality", role="payload"),
        Column(name="income", type="decimal", role="drop"),
        Column(name="nationality", type="category", role="aside"),
    ),
    derived=(
        Derived(name="born_in", origin="born", coarsen="year"),
        Derived(name="income_class", origin="income", coarsen="band", edges=(20000.0,)),
        Derived(name="decade", origin="born", coarsen="age-band", edges=(18.0, 65.0), reference=DAY, role="aside"),
    ),
)

PEOPLE = pl.DataFrame(
    {
        "row": [1, 2, 4, 5],
        "number": ["111222333", None, "123456782", "111222333"],
        "first": ["Anna Maria", "Piet", "ANNA", None],
        "prefix": ["van den", None, None, None],
        "last": ["Berg", "Jansen-Bakker", "Bakker", None],
        "born": ["1980-02-03", "1980-03-02", "1990-00-00", None],
        "town": ["0363", "0363", "0599", None],
        "income": [10000.0, 30000.0, None, 20000.0],
        "nationality": ["0001", "0052", "0001", None],
    },
    schema_overrides={"row": pl.UInt32},
)


def domain(**changes: object) -> Domain:
    agreed: dict[str, object] = {
        "id": "reports", "title": "Reports", "purpose": "Where reports concentrate",
        "grounds": ("Gemeentewet art. 172",),
        "parties": {"town": ("supplier", "linkage-unit"), "tax": ("supplier",), "bureau": ("recipient",)},
        "from": date(2026, 1, 1), "until": date(2026, 12, 31),
    }  # fmt: skip
    return Domain.model_validate({**agreed, **changes})


def extract(table: pl.DataFrame = PEOPLE, source: Source = SOURCE, delivery: str = DELIVERY) -> ValidatedExtract:
    """As expectations would make it, with row 3 in quarantine."""
    entry = pl.DataFrame({"row": [3], "column": ["number"], "rule": ["line-break"], "scope": ["row"]})
    return ValidatedExtract(
        source=source,
        delivery=delivery,
        rows_in=table.height + 1,
        parts=(table.lazy(),),
        quarantine=Quarantine.empty().with_entries(entry),
        quality=tuple(met(asked, table.height) for asked in contract(source)),
        _made_by=_EXPECTATIONS,
    )


def met(asked: Asked, rows: int) -> dict[str, Any]:
    """The item of a quality report that says so."""
    said = {name: getattr(asked, name) for name in ("expectation", "column", "rule", "consequence")}
    return {**said, "evaluated": rows, "unexpected": 0, "outcome": "met"}


def new_store(path: Path) -> FileKeyStore:
    return FileKeyStore.create(path, PASSPHRASE, work=CHEAP)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> FileKeyStore:
    """Read only: tests that change keys make their own with `new_store`."""
    made = new_store(tmp_path_factory.mktemp("room") / "keys")
    for changes in ({}, {"version": 2}, {"id": "other"}):
        made.add_domain(domain(**changes))
    return made


@pytest.fixture(scope="session")
def keys(store: FileKeyStore) -> DomainKeys:
    return store.master("reports", day=DAY)


@pytest.fixture(scope="session")
def town(store: FileKeyStore, tmp_path_factory: pytest.TempPathFactory) -> DomainKeys:
    """The copy of the town, which owns the source and delivers it."""
    home = tmp_path_factory.mktemp("town") / "keys"
    return store.export_domain("reports", 1, "van de gemeente", home, partner="town").master("reports", day=DAY)


@pytest.fixture(scope="session")
def room(store: FileKeyStore) -> RoomKeys:
    return store.room("reports", day=DAY)


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Token]]:
    """Three tokens of a hardware module; in the third nobody ever logs in."""
    folder = tmp_path_factory.mktemp("softhsm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONFIGURATION, str(folder / "softhsm2.conf"))
        yield softhsm(folder, "room", "second", "third")


@pytest.fixture(params=["file", "pkcs11"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A place for a key store, once of each kind."""
    if request.param == "file":
        return file_home(tmp_path)
    return pkcs11_home(tmp_path, request.getfixturevalue("tokens")[0])


@pytest.fixture
def own(home: Home) -> KeyStore:
    """A key store of a test's own, with one domain."""
    made = home.make()
    made.add_domain(domain())
    return made
