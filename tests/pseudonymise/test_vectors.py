"""Published vectors (Project Wycheproof): what is valid holds, what is not is refused.

Where a primitive is ours to call (HMAC and HKDF with SHA-256, AES-GCM with a nonce of 96 bits) they go through our own
functions, and AES-GCM through the hardware module as well. The others show that the library below is sound.
"""

import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pseudonymise.keys.derive import expand
from pseudonymise.keys.handle import LeafKey
from pseudonymise.keys.pkcs11 import Pkcs11Keys, Token
from pseudonymise.keys.wrap import KEY_BITS, open_box
from tests.pseudonymise.softhsm import PIN

VECTORS = Path(__file__).parents[1] / "vectors"


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for group in json.loads((VECTORS / name).read_text())["testGroups"]:
        for case in group["tests"]:
            yield group, case


def hmac_sha512(key: bytes, message: bytes, size: int) -> bytes:
    mac = HMAC(key, SHA512())
    mac.update(message)
    return mac.finalize()[:size]


def expand_sha512(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(algorithm=SHA512(), length=length, info=info).derive(key)


MACS: dict[str, tuple[int, Callable[[bytes, bytes, int], bytes]]] = {
    "sha256": (256, lambda key, message, size: LeafKey(key).macs([message], size)[0]),
    "sha512": (512, hmac_sha512),
}


@pytest.mark.parametrize(("hash_name", "mac"), MACS.items(), ids=MACS)
def test_hmac(hash_name: str, mac: tuple[int, Callable[[bytes, bytes, int], bytes]]) -> None:
    """Full and half tags; our tokens are the half ones of SHA-256."""
    full, made = mac
    seen = Counter()
    for group, case in cases(f"hmac_{hash_name}_test.json"):
        found = made(bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]), group["tagSize"] // 8)
        assert (found.hex() == case["tag"]) == (case["result"] == "valid"), case["tcId"]
        seen[group["tagSize"], case["result"]] += 1
    assert seen == {
        (full // 2, "valid"): 33, (full // 2, "invalid"): 54, (full, "valid"): 33, (full, "invalid"): 54,
    }  # fmt: skip


EXPANDED: dict[str, tuple[int, Callable[[bytes, bytes, int], bytes]]] = {
    "sha256": (83, expand),
    "sha512": (80, expand_sha512),
}


@pytest.mark.parametrize(("hash_name", "expanded"), EXPANDED.items(), ids=EXPANDED)
def test_hkdf(hash_name: str, expanded: tuple[int, Callable[[bytes, bytes, int], bytes]]) -> None:
    """Extract by the standard library, expand by ours; too long an output is refused."""
    valid, made = expanded
    results = Counter()
    for _, case in cases(f"hkdf_{hash_name}_test.json"):
        extracted = hmac.digest(bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"]), hash_name)
        if case["result"] == "valid":
            assert made(extracted, bytes.fromhex(case["info"]), case["size"]).hex() == case["okm"], case["tcId"]
        else:
            with pytest.raises(ValueError, match="larger"):
                made(extracted, bytes.fromhex(case["info"]), case["size"])
        results[case["result"]] += 1
    assert results == {"valid": valid, "invalid": 3}


def gcm(*, ours: bool, key_bits: int | None = None) -> Iterator[tuple[dict[str, Any], bytes, bytes]]:
    """Case, nonce with ciphertext and tag, additional data; `ours`: of nonces of 96 bits, the only length we write."""
    for group, case in cases("aes_gcm_test.json"):
        if (group["ivSize"] == 96) == ours and key_bits in (None, group["keySize"]):
            yield case, bytes.fromhex(case["iv"] + case["ct"] + case["tag"]), bytes.fromhex(case["aad"])


def test_aes_gcm() -> None:
    results = Counter()
    for case, box, aad in gcm(ours=True):
        cipher = AESGCM(bytes.fromhex(case["key"]))
        if case["result"] == "valid":
            assert open_box(cipher, box, aad).hex() == case["msg"], case["tcId"]
        else:
            with pytest.raises(InvalidTag):
                open_box(cipher, box, aad)
        results[case["result"]] += 1
    assert results == {"valid": 116, "invalid": 81}


def test_aes_gcm_with_other_nonces() -> None:
    """Of 64 to 1,024 bits the library opens them; shorter and longer ones it refuses, valid or not."""
    results = Counter()
    for case, box, aad in gcm(ours=False):
        cipher, iv = AESGCM(bytes.fromhex(case["key"])), bytes.fromhex(case["iv"])
        if 8 <= len(iv) <= 128:
            assert case["result"] == "valid"
            assert cipher.decrypt(iv, box[len(iv) :], aad).hex() == case["msg"], case["tcId"]
            results["opened"] += 1
        else:
            with pytest.raises(ValueError, match=r"[Nn]once"):
                cipher.decrypt(iv, box[len(iv) :], aad)
            results[f"refused {case['result']}"] += 1
    assert results == {"opened": 86, "refused valid": 27, "refused invalid": 6}


def test_aes_gcm_in_a_hardware_module(tokens: list[Token]) -> None:
    """Keys of 256 bits, put into the token for this test; a store makes its own there."""
    keys, put = Pkcs11Keys(tokens[1], PIN), putting_keys_into(tokens[1])
    results = Counter()
    for case, box, aad in gcm(ours=True, key_bits=KEY_BITS):
        name = f"vector {case['tcId']}"
        put(name, bytes.fromhex(case["key"]))
        if case["result"] == "valid":
            assert keys.unwrap(name, box, aad).hex() == case["msg"], case["tcId"]
        else:
            with pytest.raises(InvalidTag):
                keys.unwrap(name, box, aad)
        results[case["result"]] += 1
    assert results == {"valid": 39, "invalid": 27}


def putting_keys_into(token: Token) -> Callable[[str, bytes], object]:
    import pkcs11

    session = pkcs11.lib(str(token.library)).get_token(token_label=token.label).open(rw=True)
    fixed = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
        pkcs11.Attribute.TOKEN: False, pkcs11.Attribute.DECRYPT: True,
    }  # fmt: skip
    return lambda name, key: session.create_object(
        {
            **fixed,
            pkcs11.Attribute.VALUE: key,
            pkcs11.Attribute.LABEL: name,
            pkcs11.Attribute.ID: name.encode(),
        }
    )
