"""What linkage may not load: heavy packages, and anything that could reach a key."""

import subprocess
import sys

FORBIDDEN = {"great_expectations", "recordlinkage", "prefect", "django", "pandas"}
KEYS = {f"pseudonymise.{name}" for name in ("keys", "token", "encode", "protect", "domain", "vault")}


def test_importing_linkage_loads_nothing_heavy_and_no_keys():
    code = "import sys, linkage; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    )
    assert "linkage" in loaded
    assert not loaded & (FORBIDDEN | KEYS)
