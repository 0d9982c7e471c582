"""SoftHSM2 with tokens of the tests' own, in a folder of their own."""

import os
import subprocess
from functools import cache
from pathlib import Path
from shutil import which

import pytest

from pseudonymise.keys.pkcs11 import Token
from tests.conftest import missing_service

PIN = "vier-vijf-zes"
_LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
CONFIGURATION = "SOFTHSM2_CONF"
"""The environment variable by which SoftHSM finds its configuration: a path, no secret."""


def softhsm(folder: Path, *labels: str) -> list[Token]:
    """New tokens. The library reads its configuration once in a process. Skips where SoftHSM is not installed."""
    library = _library()
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    environment = {**os.environ, CONFIGURATION: str(configuration)}
    for label in labels:
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "zeven-acht"],
            env=environment, check=True, capture_output=True,
        )  # fmt: skip
    return [Token(library, label) for label in labels]


@cache
def _library() -> Path:
    pytest.importorskip("pkcs11", reason="the extra hsm is not installed")
    found = [Path(path) for path in _LIBRARIES if Path(path).exists()]
    if not found or which("softhsm2-util") is None:
        missing_service("SoftHSM2")
    return found[0]
