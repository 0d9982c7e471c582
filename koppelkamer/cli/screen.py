"""What a command says: one screen for people, or the same facts as JSON."""

import json
import locale
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from declare import Refusal, WrongInput

if TYPE_CHECKING:
    from intake import Quarantine


@dataclass(frozen=True, slots=True)
class Screen:
    """Facts as plain JSON data, and the lines a person reads."""

    facts: Mapping[str, Any]
    lines: Sequence[str] = field(default=())

    def show(self, *, as_json: bool) -> None:
        print(json.dumps(self.facts, ensure_ascii=False, indent=2) if as_json else "\n".join(self.lines))


def columns(rows: Sequence[Sequence[object]], indent: int = 2) -> list[str]:
    """Rows as aligned text; numbers to the right, with a thin space between thousands."""
    cells = [[f"{cell:,}".replace(",", " ") if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))] if cells else []
    return [
        " " * indent + "  ".join(_align(row, original, widths)).rstrip()
        for row, original in zip(cells, rows, strict=True)
    ]


_COST: Final = {
    "row": "row kept out", "cell": "cell emptied", "masked": "masked in a text", "refused": "column emptied",
}  # fmt: skip


def quarantined(quarantine: "Quarantine", most: int = 6) -> list[str]:
    """The most frequent reasons, as aligned lines."""
    rows = [
        (count, f"{rule}" + (f" ({column})" if column else ""), _COST[scope])
        for scope, column, rule, count in quarantine.counts().head(most).iter_rows()
    ]
    return columns(rows, indent=4)


def warned(checks: Sequence[Mapping[str, Any]], most: int = 6) -> list[str]:
    """What failed and costs nothing, the most frequent first; the report says all of it."""
    failed = [each for each in checks if (each["consequence"], each["outcome"]) == ("warn", "failed")]
    rows = [(each["unexpected"] or "-", f"{each['rule']} ({each['column']})", "told only") for each in failed]
    return columns(sorted(rows, key=lambda row: -row[0] if isinstance(row[0], int) else 0)[:most], indent=4)


def percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.1f} %"


def language() -> Literal["en", "nl"]:
    """That of the user's system, if it is Dutch; else English."""
    return "nl" if (locale.getlocale()[0] or "").startswith("nl") else "en"


def read_key(file: Path) -> bytes:
    """A public key of 32 bytes, hexadecimal on one line. Raises `WrongInput`."""
    try:
        return bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise WrongInput(f"{file} holds no public key", remedy="Name the file of the public key with --key.") from error


def _align(row: Sequence[str], original: Sequence[object], widths: Sequence[int]) -> list[str]:
    return [
        text.rjust(width) if isinstance(value, int | float) else text.ljust(width)
        for text, value, width in zip(row, original, widths, strict=True)
    ]


def progress(sentence: str, of: str | None = None) -> None:
    """One line on the error stream, so that long work shows where it is; what the room `of` the work says follows."""
    print(f"· {sentence} …", file=sys.stderr, flush=True)
    if of is not None:
        room = logging.getLogger(of)
        room.setLevel(logging.INFO)
        room.handlers = [_Progress()]


class _Progress(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        progress(record.getMessage())


def refuse(refusal: Refusal, *, as_json: bool) -> int:
    """Say the refusal and give its exit code."""
    if as_json:
        print(json.dumps({"refused": refusal.message, "remedy": refusal.remedy}, ensure_ascii=False))
    else:
        print(f"koppelkamer: {refusal}", file=sys.stderr)
    return refusal.exit_code
