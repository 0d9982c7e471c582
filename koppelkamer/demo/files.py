"""Files as partners write them: separators, encodings, line ends, and rows that were torn on the way."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from declare import write_atomically


@dataclass(frozen=True, slots=True)
class Writing:
    """How one partner writes its file."""

    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"


def write(path: Path, rows: pl.DataFrame, writing: Writing = Writing(), torn: pl.Series | None = None) -> None:
    """Write `rows` with a header, nulls and empty texts alike as nothing.

    Every other torn row lacks its last two fields, the others have one too many; no field of a torn row may be quoted.
    """
    lines = rows.with_columns(pl.col(pl.String).replace("", None)).write_csv(separator=writing.separator).splitlines()
    for count, row in enumerate([] if torn is None else torn.arg_true()):
        lines[row + 1] = _torn(lines[row + 1], writing.separator, short=count % 2 == 0)
    text = writing.line_end.join([*lines, ""])
    write_atomically(path, text.encode(writing.encoding))


def _torn(line: str, separator: str, *, short: bool) -> str:
    return line.rsplit(separator, 2)[0] if short else line + separator
