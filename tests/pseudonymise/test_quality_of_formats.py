"""What intake sets apart in a file of any format is accepted in a sealed delivery, and no other word is."""

from pathlib import Path

import polars as pl
import pytest

from pseudonymise.quality import _fits
from tests.intake.sources import read
from tests.intake.test_broken import COUNTED


@pytest.mark.parametrize("name", COUNTED)
def test_what_intake_says_is_accepted(tmp_path: Path, name: str) -> None:
    declared, content, _, _ = COUNTED[name]
    extract = read(tmp_path, content, declared)
    entries = extract.quarantine.entries
    assert _fits(entries, extract.rows_in, declared)
    assert entries.is_empty() or not _fits(entries.with_columns(rule=pl.lit("kanarie")), extract.rows_in, declared)
