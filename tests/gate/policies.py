"""Signed policies: the strict profile, with some of its lines replaced."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate import SignedPolicy, profile, sign_policy, verify_policy


class Owner:
    """A policy's owner with a key of 32 bytes."""

    def __init__(self, seed: bytes = bytes(32)) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = self.public_key.hex()[:8]

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def text(rules: tuple[str, ...] | None = None, perturbation: str = "", **values: float) -> str:
    """The profile with other rules and limits, and with the lines of a section `[perturbation]`."""
    content = profile("nl-streng").read_text()
    for name, value in values.items():
        content, number = re.subn(rf"^({name} = {{ value =) [0-9.]+", rf"\1 {value}", content, flags=re.MULTILINE)
        assert number == 1, name
    if rules is not None:
        content = re.sub(r"^rules = \[.*?\]$", f"rules = {list(rules)}", content, flags=re.MULTILINE | re.DOTALL)
    return f"{content}\n[perturbation]\n{perturbation}\n" if perturbation else content


@cache
def signed(rules: tuple[str, ...] | None = None, perturbation: str = "", **values: float) -> SignedPolicy:
    with TemporaryDirectory() as folder:
        path, signature, owner = Path(folder) / "policy.toml", Path(folder) / "policy.toml.sig", Owner()
        path.write_text(text(rules, perturbation, **values))
        sign_policy(path, signature, owner)
        return verify_policy(path, signature, owner.public_key)
