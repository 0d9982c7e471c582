"""What goes wrong in a room, and whether the room is still what it was."""

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CANARY = "Kanariepiet"
"""A surname in every bad file; no message may repeat it."""
HEADER = "klachtnr\tklager\tvoornaam\tgeb_dat\tpostcode\thuisnr\taard\tschade\topmerking"
ROW = f"K1\t{CANARY}\tZoë\t1980-02-03\t7003AS\t29\triool\t12.5\t"

_PLACES = ("store", "audit", "reports", "parcels", "models", "keys")
_WORK = (
    "approval", "countersignature", "decision", "delivery", "opinion", "release", "releasedecision", "request", "run",
)  # fmt: skip
"""Tables of what happened. The others repeat the declarations, which the tests change."""


def state(room: Path) -> dict[str, Any]:
    """Every file that the room made, by its digest, and what the register says has happened."""
    files = [path for place in _PLACES for path in (room / place).rglob("*") if path.is_file()]
    found: dict[str, Any] = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    found.pop(str(room / "keys" / "console.secret"), None)  # made whenever the register is first opened
    if (room / "register.db").exists():
        with sqlite3.connect(room / "register.db") as register:
            rows = {name: register.execute(f"SELECT * FROM register_{name}").fetchall() for name in _WORK}  # noqa: S608
        found |= {name: content for name, content in rows.items() if content}
    return found


def one(room: Path, question: str) -> Any:
    """The first value the register answers."""
    with sqlite3.connect(room / "register.db") as register:
        return register.execute(question).fetchone()[0]


def clear(room: Path, lines: Iterable[str] | None = None, encoding: str = "latin-1") -> None:
    """Complaints may come in clear from now on; `lines` are the file that comes."""
    with (room / "sources" / "complaints.toml").open("a") as source:
        source.write('\n[delivery]\nform = "clear"\nprocessing_agreement = "VO-1"\n')
    with (room / "agreements" / "wateroverlast.toml").open("a") as agreement:
        agreement.write('\n[[processing]]\nsource = "complaints"\ndocument = "VO-1"\n')
    if lines is not None:
        (room / "bad.tsv").write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))


def change(path: Path, old: str, new: str) -> None:
    """`old` in the file becomes `new`; a test whose file reads otherwise by now fails here."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def flip(path: Path, place: float = 0.5) -> None:
    """One bit of the file, at that share of its length."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)


def only(room: Path, pattern: str) -> Path:
    (found,) = room.glob(pattern)
    return found
