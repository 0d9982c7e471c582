"""A stranger with one entry and a proof can tell that it stands in the room's log, and nothing else passes for one."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from audit import BrokenLog, Inclusion
from audit.checkpoint import sign_head
from declare import BadSignature, canonical
from tests.audit.signing import TestSigner, decision

SIGNER = TestSigner()
PROOF = decision(SIGNER, id="r-1", digest="a" * 64)


def test_the_entry_is_told_from_the_proof_alone() -> None:
    event = Inclusion.from_bytes(PROOF.to_bytes()).check("audit", SIGNER.public_key)
    assert (event.name, event.fields["id"], event.fields["digest"]) == ("decided", "r-1", "a" * 64)


FORGED: dict[str, Inclusion] = {
    "another entry": replace(PROOF, line=PROOF.line.replace("r-1", "r-2")),
    "another place": replace(PROOF, number=PROOF.number + 1),
    "no place": replace(PROOF, number=0),
    "no path": replace(PROOF, path=()),
    "a longer path": replace(PROOF, path=(*PROOF.path, "0" * 64)),
    "another root": replace(PROOF, head=replace(PROOF.head, root="0" * 64)),
    "a smaller tree": replace(PROOF, head=replace(PROOF.head, size=3)),
    "no signature": replace(PROOF, head=replace(PROOF.head, signature="")),
    "a signature that is none": replace(PROOF, head=replace(PROOF.head, signature="zz")),
    "a head that another signed": replace(PROOF, head=decision(TestSigner(), id="r-1", digest="a" * 64).head),
    "a head of the other log": replace(PROOF, head=sign_head("processing", [], SIGNER)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_proof_is_refused(forged: Inclusion) -> None:
    with pytest.raises((BrokenLog, BadSignature)):
        forged.check("audit", SIGNER.public_key)


def test_of_the_other_log_it_proves_nothing() -> None:
    with pytest.raises(BrokenLog):
        PROOF.check("processing", SIGNER.public_key)


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "not json": lambda told: None,
    "a list": lambda told: [told],
    "a field more": lambda told: told | {"more": 1},
    "a field less": lambda told: {name: value for name, value in told.items() if name != "path"},
    "a path of no hashes": lambda told: told | {"path": ["xyz"]},
    "a path of short hashes": lambda told: told | {"path": ["00"]},
    "a number in words": lambda told: told | {"number": "three"},
    "no head": lambda told: told | {"head": None},
    "a size in words": lambda told: told | {"head": told["head"] | {"size": "five"}},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_is_no_proof_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    content = change(json.loads(json.dumps(asdict(PROOF))))
    with pytest.raises(BrokenLog):
        Inclusion.from_bytes(b"{" if content is None else canonical(content))


@pytest.mark.parametrize("number", [0, 6])
def test_an_entry_that_the_head_does_not_reach_has_no_proof(number: int) -> None:
    with pytest.raises(BrokenLog):
        Inclusion.of([], number, PROOF.head)
