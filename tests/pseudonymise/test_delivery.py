"""Sealed deliveries: what opens, and why the rest does not."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyrage
import pytest

from declare import BadSignature, Refusal, WrongInput, canonical
from expectations import validate
from expectations.contract import contract
from intake import read_extract
from intake.source import Check, Column, Source
from pseudonymise import manifest as manifests
from pseudonymise.archive import pack, unpack
from pseudonymise.delivery import CONTEXT, LARGEST, MEMBERS, Delivery, encode_delivery, open_delivery
from pseudonymise.domain import DomainNotOpen
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.manifest import Damaged
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.store import save_protected
from tests.pseudonymise.conftest import DAY, PASSPHRASE, PEOPLE, SOURCE, domain, extract, met, new_store


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

    def __call__(self) -> Delivery:
        return open_delivery(self.path, self.store, self.keys, self.source)


def test_a_partner_delivers_to_the_room(store: FileKeyStore, town: DomainKeys, tmp_path: Path) -> None:
    out = tmp_path / "residents.koppel"
    said = encode_delivery(extract(), town, town.signed.recipient, out)
    keys = store.master("reports", day=DAY)
    delivery = open_delivery(out, store, keys, SOURCE)
    local = protect(extract(), keys)
    assert delivery.protected.table.table.equals(local.table.table)
    assert delivery.protected.aside.table.equals(local.aside.table)
    assert delivery.manifest == said
    assert (said.rows_in, said.rows, delivery.quarantine.rows) == (5, 4, {3})
    assert said.quality[0]["outcome"] == "met"


def test_a_delivery_holds_no_name(sealed: Path, store: FileKeyStore) -> None:
    opened = store.open_envelope(sealed.read_bytes())
    identifying = [str(value) for name in ("number", "first", "last", "born") for value in PEOPLE[name].drop_nulls()]
    for content in (sealed.read_bytes(), opened):
        assert not [value for value in identifying if value.encode() in content]
    assert sealed.stat().st_mode & 0o777 == 0o600


def flipped(path: Path, where: int, to: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    copy = to / "flipped.koppel"
    copy.write_bytes(content)
    return copy


def resealed(opening: Opening, to: Path, change: Callable[[bytes], bytes]) -> Path:
    """Sealed to the room again by somebody without the domain's key."""
    content = change(opening.store.open_envelope(opening.path.read_bytes()))
    copy = to / "resealed.koppel"
    copy.write_bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(opening.store.recipient())]))
    return copy


def hide_a_row(archive: bytes) -> bytes:
    files = unpack(archive, MEMBERS, "")
    shown = (
        files["manifest.json"]
        .replace(b'"rows_in":5', b'"rows_in":4')
        .replace(b'[[3,"number","line-break","row"]]', b"[]")
    )
    assert shown != files["manifest.json"]
    return pack({**files, "manifest.json": shown})


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
    "not sealed": (lambda o, to: o._replace(path=plain(to)), WrongInput, "not a sealed delivery"),
    "for another room": (lambda o, to: o._replace(store=new_store(to / "keys")), Refusal, "another room"),
    "last byte flipped": (lambda o, to: o._replace(path=flipped(o.path, -1, to)), Damaged, "damaged"),
    "a byte of the header flipped": (lambda o, to: o._replace(path=flipped(o.path, 120, to)), Refusal, "Ask|ask"),
    "another source": (
        lambda o, to: o._replace(source=SOURCE.model_copy(update={"id": "incomes"})),
        Refusal,
        "not of incomes",
    ),
    "another declaration of the source": (
        lambda o, to: o._replace(source=SOURCE.model_copy(update={"title": "Inhabitants"})),
        Refusal,
        "another declaration",
    ),
    "another domain": (lambda o, to: o._replace(keys=o.store.master("other", day=DAY)), Refusal, "works with other"),
    "another version": (lambda o, to: o._replace(keys=o.store.master("reports", 2, day=DAY)), Refusal, "version 2"),
    "something else in the envelope": (
        lambda o, to: o._replace(path=resealed(o, to, lambda content: b"hello")),
        WrongInput,
        "does not hold a delivery",
    ),
    "rows hidden by a stranger": (
        lambda o, to: o._replace(path=resealed(o, to, hide_a_row)),
        BadSignature,
        "residents by town",
    ),
    "larger than may be": (lambda o, to: o._replace(path=sparse(to)), WrongInput, "larger than 16 GiB"),
}


@pytest.mark.parametrize(("change", "refusal", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, tmp_path: Path,
    change: Callable[[Opening, Path], Opening], refusal: type[Refusal], message: str,
) -> None:  # fmt: skip
    opening = Opening(sealed, store, keys, SOURCE)
    assert opening().manifest.rows == 4
    with pytest.raises(refusal, match=message) as caught:
        change(opening, tmp_path)()
    assert caught.value.remedy


def test_one_partner_cannot_deliver_for_another(tmp_path: Path) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    copies = {name: own.export_domain("reports", 1, "p", tmp_path / name, partner=name) for name in ("town", "tax")}
    for name, copy in copies.items():
        encode_delivery(extract(), copy.master("reports", day=DAY), own.recipient(), tmp_path / f"{name}.koppel")
    keys = own.master("reports", day=DAY)
    assert open_delivery(tmp_path / "town.koppel", own, keys, SOURCE).manifest.source == "residents"
    with pytest.raises(BadSignature, match="residents by town"):
        open_delivery(tmp_path / "tax.koppel", own, keys, SOURCE)


@pytest.mark.parametrize("partner", [None, "tax"])
def test_an_owner_without_a_copy_in_its_name_delivers_nothing(tmp_path: Path, partner: str | None) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    copy = own.export_domain("reports", 1, "p", tmp_path / "copy", partner=partner).master("reports", day=DAY)
    encode_delivery(extract(), copy, own.recipient(), tmp_path / "residents.koppel")
    with pytest.raises(Refusal, match="no copy of the domain's key was made for town") as caught:
        open_delivery(tmp_path / "residents.koppel", own, own.master("reports", day=DAY), SOURCE)
    assert "key export --partner town" in caught.value.remedy


def forged(archive: bytes, holder: DomainKeys, context: bytes, **changes: object) -> bytes:
    """What a holder of the domain's key makes of a delivery: another manifest, with HMAC and signature."""
    files = unpack(archive, MEMBERS, "")
    content = json.loads(files["manifest.json"])["manifest"] | changes
    mac = holder.leaf("manifest", "").macs([canonical(content)], 32)[0].hex()
    text = canonical({"manifest": content, "mac": mac})
    return pack({**files, "manifest.json": text, "manifest.sig": holder.signer.sign(context + text)})


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
        assert opening._replace(path=path)().manifest.rows == 4


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
    "a person for a column set apart": {"quarantine": [[3, NAMED, "line-break", "row"]]},
    "a person for a rule set apart": {"quarantine": [[3, "number", "jansen-bsn-123456782", "row"]]},
    "a rule of another column": {"quarantine": [[3, "first", "bsn-format", "cell"], [3, "first", "line-break", "row"]]},
    "a row before the first": {"quarantine": [[0, "number", "line-break", "row"]]},
    "a row after the last": {"quarantine": [[6, "number", "line-break", "row"]]},
    "another scope": {"quarantine": [[3, "number", "line-break", NAMED]]},
    "a person for a field": {"fields": {NAMED: "surname"}},
    "another entity": {"entity": "company"},
    "each person twice": {"once": False},
    "a climbing delivery": {"delivery": "../../../../keys"},
    "a file more": {"files": {"notes.parquet": "5e" * 32}},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES)
def test_a_partner_says_nothing_in_its_own_words(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, room: RoomKeys, town: DomainKeys, tmp_path: Path,
    changes: dict[str, object],
) -> None:  # fmt: skip
    opening, shelf = Opening(sealed, store, keys, SOURCE), tmp_path / "store"
    path = resealed(opening, tmp_path, lambda archive: forged(archive, town, CONTEXT, **changes))
    with pytest.raises(Damaged) as caught:
        save_protected(rekey(opening._replace(path=path)().protected, room), room, shelf, "room/residents")
    assert not shelf.exists()
    assert "ansen" not in caught.value.message + caught.value.remedy


def test_what_intake_and_expectations_say_is_accepted(
    store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path
) -> None:
    (tmp_path / "file.csv").write_text(FILE)
    validated = validate(read_extract(CHECKED, tmp_path / "file.csv"))
    said = encode_delivery(validated, town, store.recipient(), tmp_path / "residents.koppel")
    found = open_delivery(tmp_path / "residents.koppel", store, keys, CHECKED)
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
            open_delivery(flipped(sealed, where, tmp_path), store, keys, SOURCE)


def test_a_lapsed_domain_opens_nothing(store: FileKeyStore) -> None:
    again = FileKeyStore.open(store.folder, PASSPHRASE)
    with pytest.raises(DomainNotOpen, match="until 2026-12-31"):
        again.master("reports", day=date(2027, 1, 1))


def test_other_rules_are_refused(
    sealed: Path, store: FileKeyStore, keys: DomainKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "RULES", "standardise 0, encode 1")
    with pytest.raises(Refusal, match="other rules"):
        open_delivery(sealed, store, keys, SOURCE)


FORGED_MANIFESTS: dict[str, dict[str, object]] = {
    "a delivery that climbs": {"delivery": "../../../keys"},
    "a delivery in capitals": {"delivery": "5E" * 32},
    "a delivery and a line more": {"delivery": "5e" * 32 + "\n"},
    "a source that climbs": {"source": "../incomes"},
    "a key that is a name": {"key_id": "Jansen"},
    "rules that are a text": {"rules": "Ask for Jansen!"},
    "an entity of its own": {"entity": "Jansen"},
    "rows below none": {"rows": -1},
    "rows as text": {"rows": "4"},
    "a file elsewhere": {"files": {"../protected.parquet": "5e" * 32}},
    "a digest that is none": {"files": {"protected.parquet": "Jansen"}},
    "one key more": {"note": "Jansen"},
}


@pytest.mark.parametrize("change", FORGED_MANIFESTS.values(), ids=FORGED_MANIFESTS)
def test_names_and_digests_hold_nothing_else(keys: DomainKeys, change: dict[str, object]) -> None:
    honest = manifests.Manifest.of(protect(extract(), keys), {"protected.parquet": "5e" * 32})
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
