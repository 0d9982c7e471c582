"""Published vectors (Project Wycheproof) through our own functions: what is valid holds, what is not is refused."""

import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pseudonymise.keys.derive import expand
from pseudonymise.keys.handle import LeafKey
from pseudonymise.keys.wrap import open_box

VECTORS = Path(__file__).parents[1] / "vectors"


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for group in json.loads((VECTORS / name).read_text())["testGroups"]:
        for case in group["tests"]:
            yield group, case


def test_hmac_sha256() -> None:
    """Full and half tags; our tokens are the half ones."""
    seen = set()
    for group, case in cases("hmac_sha256_test.json"):
        made = LeafKey(bytes.fromhex(case["key"])).macs([bytes.fromhex(case["msg"])], group["tagSize"] // 8)[0]
        assert (made.hex() == case["tag"]) == (case["result"] == "valid"), case["tcId"]
        seen.add((group["tagSize"], case["result"]))
    assert seen == {(128, "valid"), (128, "invalid"), (256, "valid"), (256, "invalid")}


def test_hkdf_sha256() -> None:
    """Extract by the standard library, expand by ours; too long an output is refused."""
    results = []
    for _, case in cases("hkdf_sha256_test.json"):
        extracted = hmac.digest(bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"]), "sha256")
        if case["result"] == "valid":
            assert expand(extracted, bytes.fromhex(case["info"]), case["size"]).hex() == case["okm"], case["tcId"]
        else:
            with pytest.raises(ValueError, match="larger"):
                expand(extracted, bytes.fromhex(case["info"]), case["size"])
        results.append(case["result"])
    assert (results.count("valid"), results.count("invalid")) == (83, 3)


def test_aes_gcm() -> None:
    """Vectors with a nonce of 96 bits, the only length we write."""
    opened = refused = 0
    for group, case in cases("aes_gcm_test.json"):
        if group["ivSize"] != 96:
            continue
        cipher = AESGCM(bytes.fromhex(case["key"]))
        box = bytes.fromhex(case["iv"] + case["ct"] + case["tag"])
        if case["result"] == "valid":
            assert open_box(cipher, box, bytes.fromhex(case["aad"])).hex() == case["msg"], case["tcId"]
            opened += 1
        else:
            with pytest.raises(InvalidTag):
                open_box(cipher, box, bytes.fromhex(case["aad"]))
            refused += 1
    assert opened > 50
    assert refused > 50
