"""A notice calls back the parcel that it names and no other, and only the room can write one."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from declare import BadSignature, canonical
from release.notice import NoNotice, Notice, Recalled
from tests.audit.signing import TestSigner

SIGNER = TestSigner()
NOTICE = Notice(
    release="wijken-1", manifest="a" * 64, why="revoked", since=date(2026, 11, 21), recipients=("gemeente",)
)
WRITTEN = NOTICE.signed(SIGNER)


def test_it_calls_back_the_parcel_that_it_names() -> None:
    notice = Notice.read(WRITTEN, SIGNER.public_key)
    assert notice == NOTICE
    with pytest.raises(Recalled, match="was revoked on 2026-11-21"):
        notice.hold_against("wijken-1", "a" * 64)


@pytest.mark.parametrize(("release", "manifest"), [("wijken-2", "a" * 64), ("wijken-1", "b" * 64)])
def test_another_parcel_is_left_alone(release: str, manifest: str) -> None:
    with pytest.raises(NoNotice, match="on parcel wijken-1, and this is another"):
        NOTICE.hold_against(release, manifest)


def changed(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda told: told | {"notice": told["notice"] | fields}


FORGED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another release": changed(release="wijken-2"),
    "another parcel": changed(manifest="b" * 64),
    "another reason": changed(why="retention ended"),
    "another day": changed(since="2026-11-22"),
    "another signature": lambda told: told | {"signature": TestSigner().sign(b"").hex()},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_what_the_room_did_not_sign_is_refused(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with pytest.raises(BadSignature):
        Notice.read(canonical(change(json.loads(WRITTEN))), SIGNER.public_key)


BROKEN = {
    "nothing": b"", "no object": b"[]", "no notice": b"{}", "no signature": canonical({"notice": {}}),
    "a reason that is none": canonical(changed(why="mood")(json.loads(WRITTEN))),
    "a word more": canonical(changed(more=1)(json.loads(WRITTEN))),
    "not utf-8": b"\xff\xfe", "deep": b"[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_notice_is_refused(content: bytes) -> None:
    with pytest.raises(NoNotice):
        Notice.read(content, SIGNER.public_key)
