"""Which program this is, to the line."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from declare import canonical, digest, digest_file

_ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = (
    "audit", "console", "declare", "expectations", "flows", "gate", "intake", "koppelkamer", "linkage", "pseudonymise",
    "register", "release",
)  # fmt: skip


@cache
def code_version() -> str:
    """The version, and the digest of every module of the product: a changed line is another program."""
    modules = sorted(path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py"))
    contents = {str(path.relative_to(_ROOT)): digest_file(path) for path in modules}
    return f"{version('koppelkamer')}+{digest(canonical(contents))[:12]}"
