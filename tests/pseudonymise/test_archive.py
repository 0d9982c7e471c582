"""An archive holds the members it should, as they are, and nothing else."""

import io
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import Refusal, WrongInput
from pseudonymise.archive import Archive, pack
from pseudonymise.manifest import Damaged

FILES = {"one": b"first" * 100, "two": b""}


def packed() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        pack(FILES.items(), Path(place, "archive"))
        return Path(place, "archive").read_bytes()


def opened(content: bytes) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "archive").write_bytes(content)
        archive = Archive(Path(place, "archive"), "it")
        archive.require(FILES)
        return {name: archive.read(name) for name in FILES}


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that comes twice
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def with_field(archive: bytes, local: int, central: int, value: bytes) -> bytes:
    """The archive with `value` in the first member's headers, at these offsets (APPNOTE 6.3, 4.3.7 and 4.3.12)."""
    changed = bytearray(archive)
    for start, offset in ((archive.index(b"PK\x03\x04"), local), (archive.index(b"PK\x01\x02"), central)):
        changed[start + offset : start + offset + len(value)] = value
    return bytes(changed)


BOTH = (("one", FILES["one"]), ("two", b""))
REFUSED = {
    "no archive": (b"hello", WrongInput),
    "nothing": (b"", WrongInput),
    "an end without a beginning": (b"PK\x05\x06" + bytes(8) + b"\xff" * 8 + bytes(2), Refusal),
    "a member missing": (zipped(BOTH[0]), Damaged),
    "a member more": (zipped(*BOTH, ("three", b"")), Damaged),
    "a member twice": (zipped(*BOTH, BOTH[0]), Damaged),
    "a member elsewhere": (zipped(BOTH[0], ("../two", b"")), Damaged),
    "deflated": (zipped(*BOTH, method=zipfile.ZIP_DEFLATED), Damaged),
    "a bomb": (zipped(("one", bytes(10_000_000)), BOTH[1], method=zipfile.ZIP_LZMA), Damaged),
    "of a method nobody knows": (with_field(zipped(*BOTH), 8, 10, b"\x63\x00"), Damaged),
    "encrypted": (with_field(zipped(*BOTH), 6, 8, b"\x01\x00"), Damaged),
    "larger than it is": (with_field(zipped(*BOTH), 22, 24, b"\xff\xff\xff\x7f"), Damaged),
    "of another checksum": (with_field(zipped(*BOTH), 14, 16, b"\x00\x00\x00\x01"), Damaged),
}


@pytest.mark.parametrize(("content", "refusal"), REFUSED.values(), ids=REFUSED)
def test_refused(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal, match="it "):
        opened(content)


def test_what_was_packed_comes_back() -> None:
    assert opened(packed()) == FILES


@given(st.data())
def test_a_changed_archive_opens_the_same_or_is_refused(data: st.DataObject) -> None:
    archive = bytearray(packed())
    for where in data.draw(st.lists(st.integers(0, len(archive) - 1), min_size=1, max_size=4)):
        archive[where] = data.draw(st.integers(0, 255))
    try:
        found = opened(bytes(archive))
    except Refusal:
        return
    assert found == FILES
