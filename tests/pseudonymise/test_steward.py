"""What is sealed for a steward: by age, whole or not at all, and on no disk in clear."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from declare import Fault, Refusal, WrongInput
from pseudonymise.archive import packed
from pseudonymise.keys import WrongPassphrase
from pseudonymise.keys.handle import Mailbox
from pseudonymise.manifest import Damaged
from pseudonymise.steward import (
    NotForThisSteward,
    make_mailbox,
    open_for_steward,
    open_steward_key,
    seal_to_steward,
)

ROOT = Path(__file__).parents[2]
NAMES = ("a.csv", "b.csv")
MARK = b"Kwakernaak"
WORDS = "van de gegevensbeheerder"


@pytest.fixture(scope="module")
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def key(identity: pyrage.x25519.Identity) -> Mailbox:
    return Mailbox(str(identity))


def members() -> Iterator[tuple[str, Iterator[bytes]]]:
    yield "a.csv", iter([MARK, b"", b"2" * 100_000])
    yield "b.csv", iter(())


def test_a_key_is_an_identity_under_a_passphrase_that_age_itself_opens(tmp_path: Path) -> None:
    path = tmp_path / "steward.key"
    address = make_mailbox(path, WORDS, "steward")
    assert path.stat().st_mode & 0o777 == 0o600
    opened = open_steward_key(path, WORDS)
    assert opened.recipient == address and "SECRET" not in repr(opened)
    text = pyrage.passphrase.decrypt(path.read_bytes(), WORDS).decode()
    (secret,) = (line for line in text.splitlines() if not line.startswith("#"))
    assert str(pyrage.x25519.Identity.from_str(secret).to_public()) == address
    with pytest.raises(WrongPassphrase):
        open_steward_key(path, "een ander")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(WrongPassphrase):
        open_steward_key(path, WORDS)
    with pytest.raises(Refusal, match="is there already"):
        make_mailbox(path, WORDS, "steward")


NO_KEY = {
    "nothing": None,
    "empty": b"",
    "an identity in clear": b"AGE-SECRET-KEY-1",
    "sealed to an address": b"age-encryption.org/v1\n-> X25519 abc\n",
    "larger than any key": b"age-encryption.org/v1\n-> scrypt " + b"x" * 70_000,
}


@pytest.mark.parametrize("content", NO_KEY.values(), ids=NO_KEY)
def test_what_is_no_key(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "steward.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongInput):
        open_steward_key(path, WORDS)


def test_a_key_without_a_passphrase_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="needs a passphrase"):
        make_mailbox(tmp_path / "steward.key", "", "steward")
    assert not list(tmp_path.iterdir())


def test_what_was_sealed_is_opened_whole(tmp_path: Path, key: Mailbox, identity: pyrage.x25519.Identity) -> None:
    sealed = tmp_path / "quarantine.age"
    seal_to_steward(members(), key.recipient, sealed)
    assert MARK not in sealed.read_bytes() and sealed.stat().st_mode & 0o777 == 0o600
    written = open_for_steward(sealed, key, tmp_path / "opened", NAMES)
    assert [path.name for path in written] == list(NAMES)
    assert [path.read_bytes() for path in written] == [MARK + b"2" * 100_000, b""]
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed.read_bytes(), [identity]))) as archive:
        assert archive.namelist() == list(NAMES) and archive.testzip() is None


def sealed_as(content: bytes, key: Mailbox) -> bytes:
    return pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(key.recipient)])


def archive(*names: str, method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as written:
        for name in names:
            written.writestr(name, MARK * 100)
    return made.getvalue()


MADE_BY_HAND = {
    "no archive": (b"nothing of the kind", WrongInput),
    "a file of another name": (archive("a.csv", "run.exe"), Damaged),
    "a file outside the folder": (archive("../a.csv"), Damaged),
    "compressed, as a bomb would be": (archive("a.csv", method=zipfile.ZIP_DEFLATED), Damaged),
    "a byte changed": (archive("a.csv").replace(MARK, MARK.lower(), 1), Damaged),
}


@pytest.mark.parametrize(("content", "refusal"), MADE_BY_HAND.values(), ids=MADE_BY_HAND)
def test_whoever_sealed_it_is_a_stranger(tmp_path: Path, key: Mailbox, content: bytes, refusal: type[Refusal]) -> None:
    path = tmp_path / "quarantine.age"
    path.write_bytes(sealed_as(content, key))
    with pytest.raises(refusal):
        open_for_steward(path, key, tmp_path / "opened", NAMES)
    assert list(tmp_path.iterdir()) == [path]


def test_another_steward_opens_nothing(tmp_path: Path, key: Mailbox) -> None:
    seal_to_steward(members(), key.recipient, tmp_path / "quarantine.age")
    stranger = Mailbox(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(NotForThisSteward):
        open_for_steward(tmp_path / "quarantine.age", stranger, tmp_path / "opened", NAMES)
    assert not (tmp_path / "opened").exists()


class Stopped(Exception):
    pass


@pytest.mark.parametrize("error", [Stopped, OSError, KeyboardInterrupt])
def test_what_goes_wrong_while_it_is_made_comes_out_as_it_is(
    tmp_path: Path, key: Mailbox, error: type[BaseException]
) -> None:
    """age would tell of it in words of its own, with what it quotes in them."""

    def broken() -> Iterator[tuple[str, Iterator[bytes]]]:
        yield "a.csv", iter([MARK])
        raise error("Kwakernaak")

    with pytest.raises(error) as raised:
        seal_to_steward(broken(), key.recipient, tmp_path / "quarantine.age")
    assert raised.value.__context__ is None or "Kwakernaak" not in str(raised.value.__context__)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path: Path, key: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise pyrage.EncryptError("OSError: [Errno 28] No space left on device")

    monkeypatch.setattr(pyrage, "encrypt_io", full)
    with pytest.raises(Fault, match="the disk is full"):
        seal_to_steward(members(), key.recipient, tmp_path / "quarantine.age")
    assert not list(tmp_path.iterdir())


KILLED = """
import os, sys
from pathlib import Path
from pseudonymise.steward import seal_to_steward

def members():
    yield "a.csv", pieces()

def pieces():
    for _ in range(20):
        yield b"Kwakernaak" * 100_000
    print("in the middle", flush=True)
    os.read(0, 1)

seal_to_steward(members(), sys.argv[1], Path(sys.argv[2]))
"""


def test_killed_in_the_middle_it_leaves_no_file_of_that_name_and_nothing_in_clear(tmp_path: Path, key: Mailbox) -> None:
    sealed = tmp_path / "quarantine.age"
    call = [sys.executable, "-c", KILLED, key.recipient, str(sealed)]
    with subprocess.Popen(call, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"in the middle\n"
        os.kill(process.pid, signal.SIGKILL)
    assert not sealed.exists()
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".part") and left.stat().st_size > 10**6 and MARK not in left.read_bytes()


def test_an_archive_is_never_held_whole() -> None:
    """A piece comes out before the next is asked for."""
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield b"x" * 1_000

    stream = packed([("a.csv", pieces())])
    lengths = [(len(next(stream)), list(asked)) for _ in range(3)]
    assert [seen for _, seen in lengths] == [[0], [0, 1], [0, 1, 2]]
    assert all(length >= 1_000 for length, _ in lengths)
