"""The demo's walk over deliveries full of canaries, each step failing in every way before it succeeds.

Run as `python -m tests.walls.driver ROOM OUTCOME` in a process of its own: one process serves one room. OUTCOME gets
what was planted, how each stumble ended, and where a secret was found, as JSON; the screens go to the usual streams.
"""

import base64
import contextlib
import errno
import hashlib
import importlib
import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from polars.exceptions import PanicException

import flows.books
import flows.deliveries
import flows.receive
import koppelkamer.cli.crosscheck
import koppelkamer.cli.room
from koppelkamer.cli import main
from koppelkamer.demo import walk
from koppelkamer.room import Room, open_room
from pseudonymise.keys import handle
from tests.walls import canaries

CANARY: Final = f"could not parse '{canaries.WORD}vogel' (948371614)"
ERRORS: Final[dict[str, Callable[[], BaseException]]] = {
    "error": lambda: ValueError(CANARY),
    "panic": lambda: PanicException(CANARY),
    "interrupt": lambda: KeyboardInterrupt(CANARY),
    "full disk": lambda: OSError(errno.ENOSPC, CANARY, f"{canaries.WORD}.parquet"),
}

ENCODE: Final = (
    ("koppelkamer.cli.encode.read_delivery", "error"),
    ("expectations.validate", "error"),
    ("pseudonymise.canary.require_canaries", "error"),
    ("pseudonymise.delivery.protected_parts", "error"),
    ("pseudonymise.delivery.encode_delivery", "error"),
    ("zipfile.ZipFile.writestr", "full disk"),
    ("pyrage.encrypt_io", "full disk"),
)
RECEIVE_CLEAR: Final = (
    ("flows.arrival.read_delivery", "error"),
    ("flows.arrival.validate", "error"),
    ("flows.arrival.validate", "panic"),
    ("flows.arrival.validate", "interrupt"),
    ("flows.arrival.protected_parts", "error"),
    ("flows.arrival.rekey", "error"),
    ("flows.receive.save_protected", "error"),
    ("flows.receive.save_protected", "interrupt"),
    ("pathlib.Path.write_bytes", "full disk"),
    ("polars.DataFrame.write_parquet", "full disk"),
    ("register.runs.record_delivery", "error"),
)
RECEIVE_SEALED: Final = (
    ("flows.arrival.open_delivery", "error"),
    ("pyrage.decrypt_io", "full disk"),
    ("pseudonymise.vault.Vault.from_bytes", "panic"),
)
TRAIN: Final = (
    ("flows.models.protected_table", "error"),
    ("flows.models.train", "error"),
    ("flows.models.train", "interrupt"),
    ("pathlib.Path.write_bytes", "full disk"),
)
CROSSCHECK: Final = (
    ("flows.crosscheck.protected_table", "error"),
    ("flows.crosscheck.contradictions", "panic"),
    ("flows.crosscheck.report", "error"),
    ("register.crosschecks.record_crosschecks", "error"),
)
SUBMIT: Final = (("flows.submit.plan_of", "error"), ("register.load.sync_request", "error"))
RUN: Final = (
    ("flows.link.protected_table", "error"),
    ("flows.link.link_tables", "error"),
    ("flows.link.link_tables", "panic"),
    ("flows.link.link_tables", "interrupt"),
    ("flows.bias.aside_table", "error"),
    ("flows.link.draft", "error"),
    ("flows.link.examine", "error"),
    ("flows.facts.gather", "error"),
    ("flows.reports.render", "error"),
    ("pathlib.Path.write_bytes", "full disk"),
    ("polars.DataFrame.write_parquet", "full disk"),
    ("register.runs.finish_run", "error"),
)
RELEASE: Final = (
    ("flows.release.permit", "error"),
    ("flows.release.decided", "error"),
    ("flows.release.render", "error"),
    ("flows.release.write_pages", "error"),
    ("flows.release.write_parcel", "error"),
    ("flows.release.write_parcel", "interrupt"),
    ("release.parcel.as_parquet", "panic"),
    ("pathlib.Path.write_bytes", "full disk"),
    ("tempfile.mkdtemp", "full disk"),
    ("register.runs.record_parcel", "error"),
)


@dataclass
class Stumble:
    """How a command ended: exit code, what it said, and which parts of the room were not as before."""

    name: str
    command: str
    error: str
    code: int
    said: str
    changed: list[str]
    running: int
    """Runs that the register holds for still going on."""


_TERMS: Final = re.compile(r'("register_(?:agreementground|processingagreement|sharingtriple)" VALUES)\(\d+,')

STUMBLES: list[Stumble] = []
SECRETS: dict[bytes, str] = {}


@contextlib.contextmanager
def failing(place: str, error: BaseException) -> Iterator[None]:
    """Within, whoever calls what is at `place` meets `error`."""
    holder, name = _holder(place)
    before = getattr(holder, name)

    def fail(*_: object, **__: object) -> None:
        raise error from LookupError(CANARY)

    setattr(holder, name, fail)
    try:
        yield
    finally:
        setattr(holder, name, before)


def _holder(place: str) -> tuple[Any, str]:
    holder, name = place.rsplit(".", 1)
    try:
        return importlib.import_module(holder), name
    except ModuleNotFoundError:
        module, kind = holder.rsplit(".", 1)
        return getattr(importlib.import_module(module), kind), name


@contextlib.contextmanager
def once(place: str, by: Callable[..., object]) -> Iterator[None]:
    """Within, what `place` makes of something is made once: doing it anew takes longer than all that follows."""
    holder, name = _holder(place)
    before, kept = getattr(holder, name), {}

    def remembered(*arguments: Any, **options: Any) -> Any:
        key = by(*arguments)
        if key not in kept:
            kept[key] = before(*arguments, **options)
        return kept[key]

    setattr(holder, name, remembered)
    try:
        yield
    finally:
        setattr(holder, name, before)


def stumble(room: Room, cases: tuple[tuple[str, str], ...], *arguments: str | Path) -> None:
    """The command once for each case; what it says is kept, and goes to the error stream all the same."""
    for place, kind in cases:
        with failing(place, ERRORS[kind]()):
            attempt(room, f"{arguments[0]}: {place}", kind, *arguments)


def attempt(room: Room, name: str, kind: str, *arguments: str | Path) -> None:
    before, said = _state(room), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main([str(part) for part in arguments])
    sys.stderr.write(said.getvalue())
    after = _state(room)
    changed = {part for part in after.keys() | before.keys() if before.get(part) != after.get(part)}
    via = " via prefect" if "prefect" in arguments else ""
    STUMBLES.append(
        Stumble(f"{name}, {kind}{via}", str(arguments[0]), kind, code, said.getvalue(), sorted(changed), _running(room))
    )


def _state(room: Room) -> dict[str, str]:
    """Digests of what each part of the room holds; the logs and Prefect's own database apart."""
    found = {"register": hashlib.sha256("\n".join(_dump(room)).encode()).hexdigest()}
    for part in ("store/deliveries", "store/runs", "models", "reports", "parcels", "deliveries"):
        digest = hashlib.sha256()
        for name, content in canaries.files(room.folder / part):
            digest.update(name.encode() + content)
        found[part] = digest.hexdigest()
    left = [str(path.relative_to(room.folder)) for path in room.folder.rglob("*.part")]
    return found | dict.fromkeys(left, "left behind")


def _dump(room: Room) -> list[str]:
    """The register as SQL, but for the running numbers of an agreement's terms: each command loads those anew."""
    with contextlib.closing(sqlite3.connect(room.folder / "register.db")) as register:
        lines = [line for line in register.iterdump() if '"sqlite_sequence"' not in line]
    return [_TERMS.sub(r"\1(", line) for line in lines]


def _running(room: Room) -> int:
    with contextlib.closing(sqlite3.connect(room.folder / "register.db")) as register:
        (count,) = register.execute("SELECT count(*) FROM register_run WHERE state = 'running'").fetchone()
    return int(count)


class Stumbling(walk.Flows):
    """The room's flows; each first fails on the command line, some through Prefect, and then does its work."""

    def __init__(self, room: Room, keyring: Any) -> None:
        super().__init__(room, keyring)
        self.room, self.keyring = room, keyring
        # The same room is opened some fifty times: its keys once, and its tables stand.
        koppelkamer.cli.room.open_keyring = lambda _: keyring
        koppelkamer.cli.crosscheck.open_keyring = lambda _: keyring
        flows.books.migrate = lambda: None
        self._encode()

    def _encode(self) -> None:
        room, home = self.room.folder, self.room.folder / "partners" / "gemeente"
        source, keys = room / "sources" / "residents.toml", home / "keys"
        arguments = ["--source", source, "--keys", keys, "--passphrase-file", home / "passphrase"]
        file, out = room / "deliveries" / "residents.csv", room / "stumbles" / "residents.sealed"
        with once("expectations.validate", lambda extract: extract.delivery):
            stumble(self.room, ENCODE, "encode", file, *arguments, "--out", out)
        attempt(
            self.room, "check", "none", "check", room / "deliveries" / "reports.csv",
            "--source", room / "sources" / "reports.toml", "--out", room / "checked",
        )  # fmt: skip

    def receive(self, source: str, file: Path) -> Any:
        where = ("--room", self.room.folder)
        if source == "residents":
            stumble(self.room, RECEIVE_SEALED, "receive", source, file, *where)
        if source == "reports":
            with once("flows.arrival.validate", lambda extract: extract.delivery):
                stumble(self.room, RECEIVE_CLEAR, "receive", source, file, *where)
            prefect = (("flows.arrival.validate", "error"), ("flows.arrival.validate", "panic"))
            stumble(self.room, prefect, "receive", source, file, *where, "--via", "prefect")
            for name, content in wrong_files(file.read_bytes()).items():
                wrong = self.room.folder / "deliveries" / "wrong.csv"
                wrong.write_bytes(content)
                attempt(self.room, f"receive: {name}", "wrong file", "receive", source, wrong, *where)
                wrong.unlink()
        return super().receive(source, file)

    def link(self, by: Any, request: str) -> Any:
        if request == "meldingen":
            arguments = ("run", request, "--room", self.room.folder, "--as", by.person.username)
            with (
                once("flows.link.draft", lambda linked, request, *_: request.digest),
                once("flows.link.examine", lambda subject, _: subject.digest),
            ):
                stumble(self.room, RUN, *arguments)
            prefect = (("flows.link.link_tables", "interrupt"), ("flows.link.draft", "error"))
            stumble(self.room, prefect, *arguments, "--via", "prefect")
        return super().link(by, request)

    def release(self, request: str) -> Path:
        arguments = ("release", request, "--room", self.room.folder)
        stumble(self.room, (("flows.release.write_parcel", "error"),), *arguments, "--via", "prefect")
        stumble(self.room, RELEASE, *arguments)
        return super().release(request)


def wrong_files(right: bytes) -> dict[str, bytes]:
    """What may come instead of a delivery, with canaries where a message might quote."""
    header, body = right.split(b"\n", 1)
    row = f"{canaries.WORD};948371614;".encode()
    return {
        "no header": row + body.split(b"\n", 1)[0] + b"\n" + body,
        "a column more": header + f";{canaries.WORD}".encode() + b"\n" + body,
        "a column twice": header + b";voornaam\n" + body,
        "another encoding": right + f"{canaries.WORD};948371614\n".encode("cp1252"),
        "a stray quote": right + f'M2024-1;{canaries.WORD}"vogel;"948371614\n'.encode(),
        "an open quote": right + f'"{canaries.WORD};948371614\n'.encode(),
        "header only": header + b"\n",
        "nothing": b"",
        "a sealed one": b"age-encryption.org/v1\n" + row,
    }


def plant(folder: Path, persons: int, seed: int, made: Callable[..., None] = walk.generate) -> None:
    made(folder, persons, seed)
    OUTCOME["planted"] = canaries.plant(folder, open_room(folder).sources.values())


def train(room: Room, keyring: Any, model: str, trained: Callable[..., Any] = walk.train_model) -> Any:
    if model == "reports-residents":
        stumble(room, TRAIN, "train", model, "--room", room.folder)
    return trained(room, keyring, model)


def crosscheck(room: Room, keyring: Any, by: Any, checked: Callable[..., Any] = walk.crosscheck) -> Any:
    stumble(room, CROSSCHECK, "crosscheck", "--room", room.folder, "--as", by.person.username)
    return checked(room, keyring, by)


def submit(room: Room, by: Any, request: str, submitted: Callable[..., Any] = walk.submit) -> Any:
    if request == "meldingen":
        stumble(room, SUBMIT, "submit", request, "--room", room.folder, "--as", by.person.username)
    return submitted(room, by, request)


def remember_secrets() -> None:
    """Every secret that a handle was ever made around, by the kind of handle."""
    for kind in (handle.StoredMaster, handle.LeafKey, handle.SigningKey, handle.SealingKey, handle.Mailbox):
        _remember(kind)


def _remember(kind: Any) -> None:
    made = kind.__init__

    def init(self: Any, secret: bytes | str) -> None:
        SECRETS[secret if isinstance(secret, bytes) else secret.encode()] = kind.__name__
        made(self, secret)

    kind.__init__ = init


def secrets_in_clear(room: Path) -> list[str]:
    """Files that hold a secret as it is, in hexadecimal or in base64; names and kinds only."""
    needles = {form: kind for secret, kind in SECRETS.items() for form in _forms(secret)}
    rare = {form: kind for form, kind in needles.items() if kind != "LeafKey"}
    found = []
    for name, content in canaries.files(room):
        # Leaf keys come by the hundred and Prefect's database is large: there only the masters are looked for.
        wanted = rare if name.startswith("store/prefect") else needles
        found += [f"{kind} in {name}" for form, kind in wanted.items() if form in content]
    return found


def _forms(secret: bytes) -> list[bytes]:
    text, coded = secret.hex().encode(), base64.b64encode(secret)[:40]
    return [secret, text, text.upper(), coded, coded.translate(bytes.maketrans(b"+/", b"-_"))]


def passphrases_elsewhere(room: Path) -> list[str]:
    private = [*room.rglob("passphrase"), room / "keys" / "console.secret"]
    words = {path.read_text().strip().encode(): path for path in private}
    return [
        f"the content of {path.name} in {name}"
        for name, content in canaries.files(room)
        for word, path in words.items()
        if word in content and room / name != path
    ]


def protected_tables(room: Room, keyring: Any) -> dict[str, list[str]]:
    """What is found in the decrypted tables of the store: payload apart, which is kept as declared."""
    search, found = canaries.Search(), {}
    for source in room.sources.values():
        delivery = flows.deliveries.latest(source.id)
        table = flows.deliveries.protected_table(room, keyring, source.id, delivery).table
        identity = table.select(name for name in table.columns if not name.startswith("payload."))
        aside = flows.deliveries.aside_table(room, keyring, source.id, delivery).table
        found[source.id] = sorted(search.found(canaries.table_bytes(identity) + canaries.table_bytes(aside)))
    return found


OUTCOME: dict[str, Any] = {}


def drive(folder: Path, outcome: Path) -> int:
    remember_secrets()
    walk.generate, walk.Flows, walk.train_model, walk.submit = plant, Stumbling, train, submit
    walk.crosscheck = crosscheck
    OUTCOME["code"] = main(["demo", "--room", str(folder), "--persons", "200"])
    room = open_room(folder)
    keyring = koppelkamer.cli.room.open_keyring(room)
    OUTCOME["handles"] = sorted(set(SECRETS.values()))
    OUTCOME["secrets"] = secrets_in_clear(folder) + passphrases_elsewhere(folder)
    OUTCOME["protected"] = protected_tables(room, keyring)
    OUTCOME["stumbles"] = [asdict(each) for each in STUMBLES]
    outcome.write_text(json.dumps(OUTCOME))
    return 0


if __name__ == "__main__":
    sys.exit(drive(Path(sys.argv[1]), Path(sys.argv[2])))
