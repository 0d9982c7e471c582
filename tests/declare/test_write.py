"""TOML that is written is read again as the same."""

import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import to_toml

_SCALARS = (
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1) | st.booleans()
    | st.floats(allow_nan=False) | st.dates() | st.times() | st.datetimes(timezones=st.just(UTC))
)  # fmt: skip
_KEYS = st.text(st.characters(exclude_categories=["Cs"]))
_CONTENT = st.dictionaries(
    _KEYS,
    st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3)),
    max_size=4,
)


@given(_CONTENT)
def test_what_is_written_is_read_again(content: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(content)) == content


def test_it_reads_like_a_declaration_written_by_hand() -> None:
    content = {
        "id": "water", "grounds": [{"law": "Law", "years": (2, 5)}], "from": date(2026, 1, 1),
        "at": datetime(2026, 1, 1, tzinfo=UTC), "dpia": {"id": "D", "of": {"share": 0.5}}, "a name": True,
        "mixed": ["words", {"what": "far"}], "none": [],
    }  # fmt: skip
    assert (
        to_toml(content)
        == """id = "water"
from = 2026-01-01
at = 2026-01-01T00:00:00+00:00
"a name" = true
mixed = ["words", { what = "far" }]
none = []

[[grounds]]
law = "Law"
years = [2, 5]

[dpia]
id = "D"

[dpia.of]
share = 0.5
"""
    )


@pytest.mark.parametrize("strange", [None, b"bytes", {1, 2}])
def test_what_has_no_place_in_toml_is_refused(strange: object) -> None:
    with pytest.raises(TypeError):
        to_toml({"key": strange})
