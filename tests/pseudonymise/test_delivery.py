"""Sealed deliveries: what opens, and why the rest does not."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pyrage
import pytest
from pydantic import ValidationError

from declare import BadSignature, Refusal, WrongInput, canonical, digest
from expectations import validate
from expectations.contract import contract, suite_digest
from expectations.validated import _EXPECTATIONS, ValidatedExtract
from intake import read_extract
from intake.quarantine import ENTRIES
from intake.source import Check, Column, Source
from pseudonymise import manifest as manifests
from pseudonymise.archive import pack
from pseudonymise.aside import Protected
from pseudonymise.contract import CONTRACT, OtherContract
from pseudonymise.delivery import (
    CONTEXT,
    QUARANTINE,
    Delivery,
    DeliveryManifest,
    OtherDeclaration,
    OtherDomain,
    OtherHardening,
    OtherSource,
    UnknownSender,
    encode_delivery,
    open_delivery,
)  # fmt: skip
from pseudonymise.domain import DomainNotOpen
from pseudonymise.envelope import LARGEST, OtherRoom
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.manifest import Damaged, peek
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.store import open_aside, open_protected, save_protected
from pseudonymise.vault import Unreadable, Vault
from tests.pseudonymise.conftest import DAY, PEOPLE, SOURCE, domain, extract, met, new_store
from tests.pseudonymise.homes import PASSPHRASE


@pytest.fixture(scope="module")
def sealed(town: DomainKeys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("post") / "residents.koppel"
    encode_delivery(extract(), town, town.signed.recipient, out)
    return out


class Opening(NamedTuple):
    """What a test changes about opening the delivery."""

    path: Path
    store: FileKeyStore
    keys: DomainKeys
    source: Source

    def __call__(self) -> tuple[Delivery, list[Protected]]:
        """Opened, and every piece of it read."""
        with tempfile.TemporaryDirectory() as place:
            delivery = open_delivery(self.path, self.store, self.keys, self.source, Path(place))
            return delivery, list(delivery.parts())

    @property
    def opened(self) -> bytes:
        """The archive in the envelope."""
        opened = io.BytesIO()
        self.store.open_envelope(io.BytesIO(self.path.read_bytes()), opened)
        return opened.getvalue()


def test_a_partner_delivers_to_the_room(store: FileKeyStore, town: DomainKeys, tmp_path: Path) -> None:
    out = tmp_path / "residents.koppel"
    said = encode_delivery(extract(), town, town.signed.recipient, out)
    keys = store.master("reports", day=DAY)
    delivery, (protected,) = Opening(out, store, keys, SOURCE)()
    local = protect(extract(), keys)
    assert protected.table.table.equals(local.table.table)
    assert protected.aside.table.equals(local.aside.table)
    assert delivery.manifest == said
    assert (said.contract, said.filled["bsn"], said.filled["payload.town"]) == (CONTRACT, 3, 3)
    assert (said.rows_in, said.rows, delivery.quarantine.rows) == (5, 4, {3})
    assert said.quality[0]["outcome"] == "met"


def test_a_delivery_bears_its_period_and_nothing_that_does_not_look_like_one(
    store: FileKeyStore, town: DomainKeys, keys: DomainKeys, tmp_path: Path
) -> None:
    out = tmp_path / "residents.koppel"
    said = encode_delivery(extract(), town, town.signed.recipient, out, period="2026-10")
    opened = Opening(out, store, keys, SOURCE)()[0].manifest
    assert (opened.period, opened.suite) == ("2026-10", suite_digest(SOURCE))
    for period in ("Bakker", "2026-10-3", "2026-Q", "٢٠٢٦", "2026-10\n"):
        with pytest.raises(ValidationError):
            DeliveryManifest.model_validate(said.model_dump() | {"period": period})


def test_a_delivery_holds_no_name(sealed: Path, store: FileKeyStore, keys: DomainKeys) -> None:
    """Neither where everybody can look nor under the domain's key."""
    opening = Opening(sealed, store, keys, SOURCE)
    identifying = {str(value) for name in ("number", "first", "last", "born") for value in PEOPLE[name].drop_nulls()}
    for content in (sealed.read_bytes(), opening.opened):
        assert not [value for value in identifying if value.encode() in content]
    for part in opening()[1]:
        columns = [*part.table.table.get_columns(), *part.aside.table.get_columns()]
        held = {value if isinstance(value, bytes) else str(value).encode() for column in columns for value in column}
        assert not [value for value in identifying if any(value.encode() in cell for cell in held)]
    assert sealed.stat().st_mode & 0o777 == 0o600


def flipped(path: Path, where: int, to: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    copy = to / "flipped.koppel"
    copy.write_bytes(content)
    return copy


def resealed(opening: Opening, to: Path, change: Callable[[bytes], bytes]) -> Path:
    """Sealed to the room again by somebody without the domain's key."""
    content = change(opening.opened)
    copy = to / "resealed.koppel"
    copy.write_bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(opening.store.recipient())]))
    return copy


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        return {name: members.read(name) for name in members.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        pack(files.items(), Path(place, "archive"))
        return Path(place, "archive").read_bytes()


def hide_a_row(archive: bytes) -> bytes:
    files = unpacked(archive)
    shown = files["manifest.json"].replace(b'"rows_in":5', b'"rows_in":4')
    assert shown != files["manifest.json"]
    return packed({**files, "manifest.json": shown})


def sparse(to: Path) -> Path:
    """A file that says it is large and takes no room."""
    copy = to / "large.koppel"
    with copy.open("wb") as file:
        file.truncate(LARGEST + 1)
    return copy


def plain(to: Path) -> Path:
    copy = to / "plain.csv"
    copy.write_text("bsn,name\n")
    return copy


REFUSED: dict[str, tuple[Callable[[Opening, Path], Opening], type[Refusal], str]] = {
    "no file": (lambda o, to: o._replace(path=to / "none"), WrongInput, "does not exist"),
    "not sealed": (lambda o, to: o._replace(path=plain(to)), WrongInput, "not a sealed file"),
    "for another room": (lambda o, to: o._replace(store=new_store(to / "keys")), OtherRoom, "another room"),
    "last byte flipped": (lambda o, to: o._replace(path=flipped(o.path, -1, to)), Damaged, "damaged"),
    "a byte of the header flipped": (lambda o, to: o._replace(path=flipped(o.path, 120, to)), Refusal, "Ask|ask"),
    "another source": (
        lambda o, to: o._replace(source=SOURCE.model_copy(update={"id": "incomes"})),
        OtherSource,
        "not of incomes",
    ),
    "another declaration of the source": (
        lambda o, to: o._replace(source=SOURCE.model_copy(update={"title": "Inhabitants"})),
        OtherDeclaration,
        "another declaration",
    ),
    "another domain": (
        lambda o, to: o._replace(keys=o.store.master("other", day=DAY)),
        OtherDomain,
        "works with other",
    ),
    "another version": (lambda o, to: o._replace(keys=o.store.master("reports", 2, day=DAY)), OtherDomain, "version 2"),
    "hardened otherwise": (
        lambda o, to: o._replace(
            path=resealed(o, to, lambda archive: forged(archive, o.keys, CONTEXT, hardening="none"))
        ),
        OtherHardening,
        "hardened as none, the domain asks standard",
    ),
    "something else in the envelope": (
        lambda o, to: o._replace(path=resealed(o, to, lambda content: b"hello")),
        WrongInput,
        "does not hold a delivery",
    ),
    "rows hidden by a stranger": (
        lambda o, to: o._replace(path=resealed(o, to, hide_a_row)),
        Damaged,
        "damaged or was changed",
    ),
    "larger than may be": (lambda o, to: o._replace(path=sparse(to)), WrongInput, "larger than 64 GiB"),
}


@pytest.mark.parametrize(("change", "refusal", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, tmp_path: Path,
    change: Callable[[Opening, Path], Opening], refusal: type[Refusal], message: str,
) -> None:  # fmt: skip
    opening = Opening(sealed, store, keys, SOURCE)
    assert opening()[0].manifest.rows == 4
    with pytest.raises(refusal, match=message) as caught:
        change(opening, tmp_path)()
    assert caught.value.remedy


def test_one_partner_cannot_deliver_for_another(tmp_path: Path) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    copies = {
        name: own.export_domain("reports", 1, PASSPHRASE, tmp_path / name, partner=name) for name in ("town", "tax")
    }
    for name, copy in copies.items():
        encode_delivery(extract(), copy.master("reports", day=DAY), own.recipient(), tmp_path / f"{name}.koppel")
    keys = own.master("reports", day=DAY)
    assert Opening(tmp_path / "town.koppel", own, keys, SOURCE)()[0].manifest.source == "residents"
    with pytest.raises(BadSignature, match="residents by town"):
        Opening(tmp_path / "tax.koppel", own, keys, SOURCE)()


@pytest.mark.parametrize("partner", [None, "tax"])
def test_an_owner_without_a_copy_in_its_name_delivers_nothing(tmp_path: Path, partner: str | None) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    copy = own.export_domain("reports", 1, PASSPHRASE, tmp_path / "copy", partner=partner).master("reports", day=DAY)
    encode_delivery(extract(), copy, own.recipient(), tmp_path / "residents.koppel")
    with pytest.raises(UnknownSender, match="no copy of the domain's key was made for town") as caught:
        Opening(tmp_path / "residents.koppel", own, own.master("reports", day=DAY), SOURCE)()
    assert "key export --partner town" in caught.value.remedy


def forged(archive: bytes, holder: DomainKeys, context: bytes, **changes: object) -> bytes:
    """What a holder of the domain's key makes of a delivery: another manifest, with HMAC and signature."""
    files = unpacked(archive)
    content = json.loads(files["manifest.json"])["manifest"] | changes
    return signed(files, content, holder, context)


def signed(files: dict[str, bytes], content: dict[str, Any], holder: DomainKeys, context: bytes = CONTEXT) -> bytes:
    mac = holder.leaf("manifest", "").macs([canonical(content)], 32)[0].hex()
    text = canonical({"manifest": content, "mac": mac})
    return packed({**files, "manifest.json": text, "manifest.sig": holder.signer.sign(context + text)})


def set_apart(archive: bytes, holder: DomainKeys, entries: pl.DataFrame) -> bytes:
    """The delivery with another table of what was set apart, made by a holder of the domain's key."""
    files = unpacked(archive)
    content = json.loads(files["manifest.json"])["manifest"]
    table = Vault(holder, QUARANTINE).to_bytes(entries, f"delivery/{content['source']}/{content['delivery']}")
    content["files"]["quarantine.parquet"] = digest(table)
    return signed({**files, "quarantine.parquet": table}, content, holder)


@pytest.mark.parametrize(
    ("context", "refused"),
    [
        (CONTEXT, nullcontext()),
        (b"", pytest.raises(BadSignature)),
        (b"koppelkamer parcel v1\n", pytest.raises(BadSignature)),
    ],
    ids=["of deliveries", "none", "of parcels"],
)
def test_a_signature_holds_in_its_context(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path,
    context: bytes, refused: AbstractContextManager[object],
) -> None:  # fmt: skip
    opening = Opening(sealed, store, keys, SOURCE)
    path = resealed(opening, tmp_path, lambda archive: forged(archive, town, context))
    with refused:
        assert opening._replace(path=path)()[0].manifest.rows == 4


HONEST = met(contract(SOURCE)[0], 4)
REST = [met(asked, 4) for asked in contract(SOURCE)[1:]]
NAMED = "Jansen BSN 123456782"
FORGERIES: dict[str, dict[str, object]] = {
    "a person for a checked column": {"quality": [HONEST | {"column": NAMED}, *REST]},
    "a person for a rule": {"quality": [HONEST | {"rule": "jansen-bsn-123456782"}, *REST]},
    "a person for an expectation": {"quality": [HONEST | {"expectation": "jansen_123456782"}, *REST]},
    "a person for an outcome": {"quality": [HONEST | {"outcome": NAMED}, *REST]},
    "another consequence": {"quality": [HONEST | {"consequence": "warn"}, *REST]},
    "no column": {"quality": [HONEST | {"column": None}, *REST]},
    "a person for a count": {"quality": [HONEST | {"unexpected": NAMED}, *REST]},
    "a number as text": {"quality": [HONEST | {"evaluated": "4"}, *REST]},
    "less than none": {"quality": [HONEST | {"unexpected": -1}, *REST]},
    "more than there are": {"quality": [HONEST | {"unexpected": 6}, *REST]},
    "a key more": {"quality": [HONEST | {"note": NAMED}, *REST]},
    "a key less": {"quality": [{key: HONEST[key] for key in HONEST if key != "outcome"}, *REST]},
    "a check left out": {"quality": REST},
    "a check twice": {"quality": [HONEST, HONEST, *REST]},
    "no checks at all": {"quality": []},
    "quality that is a text": {"quality": NAMED},
    "a person for a field": {"fields": {NAMED: "surname"}},
    "another entity": {"entity": "company"},
    "each person twice": {"once": False},
    "a climbing delivery": {"delivery": "../../../../keys"},
    "a file more": {"files": {"notes.parquet": "5e" * 32}},
    "other totals": {"filled": {"bsn": 4}},
    "other rows": {"parts": [3], "rows_in": 4},
    "a name without end": {"source": "a" * 61},
    "a piece too large to hold": {"parts": [2**24], "rows_in": 2**24 + 1},
    "rows in more pieces": {"parts": [2, 2]},
    "no pieces": {"parts": []},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES)
def test_a_partner_says_nothing_in_its_own_words(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, room: RoomKeys, town: DomainKeys, tmp_path: Path,
    changes: dict[str, object],
) -> None:  # fmt: skip
    opening, shelf = Opening(sealed, store, keys, SOURCE), tmp_path / "store"
    path = resealed(opening, tmp_path, lambda archive: forged(archive, town, CONTEXT, **changes))
    with pytest.raises((Damaged, Unreadable)) as caught:
        save(opening._replace(path=path), room, shelf)
    assert not shelf.exists()
    assert "ansen" not in caught.value.message + caught.value.remedy


def save(opening: Opening, room: RoomKeys, shelf: Path) -> None:
    save_protected([rekey(part, room) for part in opening()[1]], room, shelf, "room/residents")


def test_half_a_character_is_no_manifest() -> None:
    """JSON can write it; no bytes stand for it."""
    content = json.dumps({"manifest": {"contract": CONTRACT.model_dump(), "filled": {"\ud800": 1}}})
    with pytest.raises(Damaged):
        peek(content.encode(), DeliveryManifest, "it")


APART = [(3, "number", "line-break", "row")]
FORGED_QUARANTINES: dict[str, list[tuple[int | None, str | None, str, str]]] = {
    "a person for a column": [(3, NAMED, "line-break", "row")],
    "a person for a rule": [(3, "number", "jansen-bsn-123456782", "row")],
    "a rule of another column": [(3, "first", "bsn-format", "cell"), *APART],
    "a row before the first": [(0, "number", "line-break", "row")],
    "a row after the last": [(6, "number", "line-break", "row")],
    "no row": [(None, "number", "line-break", "row")],
    "another scope": [(3, "number", "line-break", NAMED)],
    "one row hidden": [],
}


@pytest.mark.parametrize("entries", FORGED_QUARANTINES.values(), ids=FORGED_QUARANTINES)
def test_what_is_set_apart_is_in_the_words_of_the_source(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path,
    entries: list[tuple[int | None, str | None, str, str]],
) -> None:  # fmt: skip
    opening = Opening(sealed, store, keys, SOURCE)
    for said, refused in ((APART, nullcontext()), (entries, pytest.raises(Damaged))):
        table = pl.DataFrame(said, schema=ENTRIES, orient="row")
        path = resealed(opening, tmp_path, lambda archive, table=table: set_apart(archive, town, table))  # type: ignore[misc]
        with refused:
            opening._replace(path=path)()


def test_set_apart_has_its_own_columns(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path
) -> None:
    opening, table = Opening(sealed, store, keys, SOURCE), pl.DataFrame(APART, schema=ENTRIES, orient="row")
    path = resealed(opening, tmp_path, lambda archive: set_apart(archive, town, table.with_columns(note=pl.lit(NAMED))))
    with pytest.raises(Damaged):
        opening._replace(path=path)()


def test_a_piece_in_the_place_of_another(
    store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path
) -> None:
    """Whoever sends may sign what it likes; a piece opens in its own place only."""
    encode_delivery(in_pieces(), town, store.recipient(), tmp_path / "two.koppel")
    opening = Opening(tmp_path / "two.koppel", store, keys, SOURCE)
    delivery, parts = opening()
    assert delivery.manifest.parts == (2, 2)
    assert [part.table.table["row"].to_list() for part in parts] == [[1, 2], [4, 5]]

    def exchanged(archive: bytes) -> bytes:
        files = unpacked(archive)
        content = json.loads(files["manifest.json"])["manifest"]
        one, two = "protected-00001.parquet", "protected-00002.parquet"
        swapped = {**files, one: files[two], two: files[one]}
        return signed(swapped, content | {"files": {name: digest(swapped[name]) for name in content["files"]}}, town)

    with pytest.raises(Unreadable):
        opening._replace(path=resealed(opening, tmp_path, exchanged))()


def test_pieces_are_one_table_in_the_store(
    store: FileKeyStore, keys: DomainKeys, town: DomainKeys, room: RoomKeys, tmp_path: Path
) -> None:
    encode_delivery(in_pieces(), town, store.recipient(), tmp_path / "two.koppel")
    save(Opening(tmp_path / "two.koppel", store, keys, SOURCE), room, tmp_path / "store")
    whole = rekey(protect(extract(), keys), room)
    assert open_protected(room, tmp_path / "store", "room/residents").table.equals(whole.table.table)
    assert open_aside(room, tmp_path / "store", "room/residents").table.equals(whole.aside.table)


def in_pieces() -> ValidatedExtract:
    whole = extract()
    return replace(whole, parts=(whole.parts[0].head(2), whole.parts[0].tail(2)), _made_by=_EXPECTATIONS)


def test_what_intake_and_expectations_say_is_accepted(
    store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path
) -> None:
    (tmp_path / "file.csv").write_text(FILE)
    validated = validate(read_extract(CHECKED, tmp_path / "file.csv"))
    said = encode_delivery(validated, town, store.recipient(), tmp_path / "residents.koppel")
    found, _ = Opening(tmp_path / "residents.koppel", store, keys, CHECKED)()
    assert found.manifest == said
    assert found.manifest.quality == validated.quality
    assert found.quarantine.entries.equals(validated.quarantine.entries)
    assert set(found.quarantine.entries.get_column("rule")) == {
        "too-few-fields", "too-many-fields", "bsn-format", "bsn-eleven-test", "line-break", "required",
        "values-to-not-be-in-set", "pair-values-a-to-be-greater-than-b",
    }  # fmt: skip


CHECKED = Source(
    id="residents", title="Residents", owner="town",
    columns=(
        Column(name="number", type="bsn", role="identify", field="bsn"),
        Column(name="last name", type="surname", role="identify", field="surname", required=True),
        Column(
            name="kind", type="category", role="payload",
            checks=(Check(expectation="expect_column_values_to_not_be_in_set", arguments={"value_set": ["x"]}),),
        ),
        Column(name="low", type="integer", role="drop"),
        Column(
            name="high", type="integer", role="payload",
            checks=(
                Check(
                    expectation="expect_column_pair_values_a_to_be_greater_than_b",
                    arguments={"column_A": "high", "column_B": "ceiling"},
                ),
                Check(
                    expectation="expect_compound_columns_to_be_unique",
                    arguments={"column_list": ["high", "kind"]}, severity="warn",
                ),
                Check(
                    expectation="expect_column_mean_to_be_between", arguments={"min_value": 100}, severity="warn",
                ),
            ),
        ),
        Column(name="ceiling", type="integer", role="payload"),
    ),
)  # fmt: skip
FILE = """number,last name,kind,low,high,ceiling
111222333,Bakker,a,1,3,2
111222333,Bakker
111222333,Bakker,a,1,3,2,7
none,Jansen,a,1,3,2
111222334,Berg,a,1,3,2
111222333,,a,1,3,2
111222333,"Vis
ser",a,1,3,2
111222333,Dijk,x,1,3,2
111222333,Smit,a,1,1,2
"""


def test_every_byte_counts(sealed: Path, store: FileKeyStore, keys: DomainKeys, tmp_path: Path) -> None:
    size = len(sealed.read_bytes())
    for where in range(0, size, size // 30):
        with pytest.raises(Refusal):
            Opening(flipped(sealed, where, tmp_path), store, keys, SOURCE)()


def test_a_lapsed_domain_opens_nothing(store: FileKeyStore) -> None:
    again = FileKeyStore.open(store.folder, PASSPHRASE)
    with pytest.raises(DomainNotOpen, match="until 2026-12-31"):
        again.master("reports", day=date(2027, 1, 1))


OTHER_CONTRACTS: dict[str, tuple[object, str]] = {
    "standardisation": ({"standardisation": "1"}, "standardisation 1 instead of"),
    "token": ({"token": "koppelkamer/0"}, "token koppelkamer/0 instead of"),
    "encoding": ({"encoding": "7"}, "encoding 7 instead of"),
    "canary records": ({"canaries": "00"}, "canaries 00 instead of"),
    "tables": ({"tables": "protected/1"}, "tables protected/1 instead of"),
    "hardening": ({"hardening": "0"}, "hardening 0 instead of"),
    "one version more": ({"colour": "1"}, "one that this program does not know"),
    "words of its own": ({"token": "Ask for Jansen!"}, "one that this program does not know"),
}


@pytest.mark.parametrize(("change", "says"), OTHER_CONTRACTS.values(), ids=OTHER_CONTRACTS)
def test_another_contract_is_refused_by_name(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path,
    change: dict[str, str], says: str,
) -> None:  # fmt: skip
    opening = Opening(sealed, store, keys, SOURCE)
    said = CONTRACT.model_dump() | change
    path = resealed(opening, tmp_path, lambda archive: forged(archive, town, CONTEXT, contract=said, note="of then"))
    with pytest.raises(OtherContract, match=says) as caught:
        opening._replace(path=path)()
    assert "Jansen" not in str(caught.value)


FORGED_MANIFESTS: dict[str, dict[str, object]] = {
    "a delivery that climbs": {"delivery": "../../../keys"},
    "a delivery in capitals": {"delivery": "5E" * 32},
    "a delivery and a line more": {"delivery": "5e" * 32 + "\n"},
    "a source that climbs": {"source": "../incomes"},
    "a key that is a name": {"key_id": "Jansen"},
    "an entity of its own": {"entity": "Jansen"},
    "rows below none": {"parts": [-1]},
    "rows as text": {"parts": ["4"]},
    "a file elsewhere": {"files": {"../protected-00001.parquet": "5e" * 32}},
    "a digest that is none": {"files": {"protected-00001.parquet": "Jansen"}},
    "one key more": {"note": "Jansen"},
}


@pytest.mark.parametrize("change", FORGED_MANIFESTS.values(), ids=FORGED_MANIFESTS)
def test_names_and_digests_hold_nothing_else(keys: DomainKeys, change: dict[str, object]) -> None:
    honest = manifests.Manifest.of(protect(extract(), keys).table, [4], {"protected-00001.parquet": "5e" * 32})
    content = honest.model_dump(mode="json")
    for said, fails in ((content, False), (content | change, True)):
        text = canonical({"manifest": said, "mac": "é"})
        with pytest.raises(Damaged) if fails else nullcontext():
            assert manifests.peek(text, manifests.Manifest, "it") == honest
        with pytest.raises(Damaged):
            manifests.open_manifest(text, manifests.Manifest, keys, "it")


def test_an_address_that_is_none(keys: DomainKeys, tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="not an age address"):
        encode_delivery(extract(), keys, "age1nobody", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
