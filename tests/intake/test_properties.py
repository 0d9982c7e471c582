"""What holds for every file: nothing gets lost, and two ways of reading agree."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from intake import Source
from tests.intake.sources import read, source

TYPED = source(
    "key",
    {"name": "day", "type": "date", "role": "payload", "required": True},
    {"name": "amount", "type": "decimal", "role": "payload"},
    file={"separator": ";", "decimal": ",", "date": "%d-%m-%Y", "unknown_date_parts": True},
)
CELL = st.one_of(
    st.sampled_from(["", "31-02-1980", "17-05-1980", "00-00-1980", "1.234,56", "x", '"', ";", "a\nb", "é"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd"), max_size=6),
)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=12)


def written(rows: list[list[str]], declared: Source, line_end: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=declared.file.separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([[column.name for column in declared.columns], *rows])
    return text.getvalue()


def kept_by_the_slow_way(rows: list[list[str]]) -> list[str | None]:
    """Keys of the rows kept, by plain Python."""
    kept = []
    for cells in rows:
        trimmed = [cell.strip() for cell in cells]
        if len(cells) == 3 and "\n" not in "".join(trimmed) and trimmed[1] in ("17-05-1980", "00-00-1980"):
            kept.append(trimmed[0] or None)
    return kept


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from(["\n", "\r\n"]))
def test_rows_in_are_kept_or_set_apart(rows: list[list[str]], line_end: str) -> None:
    with TemporaryDirectory() as folder:
        extract = read(Path(folder), written(rows, TYPED, line_end), TYPED)
    assert extract.rows_in == len(rows)
    assert extract.rows_in == extract.table.height + len(extract.quarantine.rows)
    assert not extract.quarantine.rows & set(extract.table.get_column("row"))
    assert extract.table.get_column("key").to_list() == kept_by_the_slow_way(rows)


@settings(deadline=None, max_examples=120)
@given(st.text(st.sampled_from('ab,"\n\r '), max_size=40))
def test_a_file_is_split_as_python_splits_it_or_refused(body: str) -> None:
    """Any jumble of separators, quotes and line ends: same fields as Python's strict reader, or refused."""
    from declare import WrongInput

    declared = source("a", "b")
    try:
        with TemporaryDirectory() as folder:
            extract = read(Path(folder), "a,b\n" + body, declared)
    except WrongInput:
        return
    records = [record for record in csv.reader(io.StringIO(body, newline=""), strict=True) if record]
    assert extract.rows_in == len(records)
    whole = [[cell.strip() or None for cell in record] for record in records if len(record) == 2]
    unbroken = [cells for cells in whole if not any(c and ("\n" in c or "\r" in c) for c in cells)]
    assert [list(row) for row in extract.table.select("a", "b").rows()] == unbroken
