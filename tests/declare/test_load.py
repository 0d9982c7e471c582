from pathlib import Path

import pytest

from declare import Declaration, WrongInput, load


class Inner(Declaration):
    width: int


class Outer(Declaration):
    title: str
    parts: tuple[Inner, ...] = ()
    inner: Inner | None = None
    named: dict[str, Inner] = {}


CASES = {
    "unknown key, near a known one": ('title = "t"\ntitel = "x"\n', ":2: unknown key titel", "Did you mean title?"),
    "unknown key in the second part": (
        'title = "t"\n[[parts]]\nwidth = 1\n[[parts]]\nwidth = 2\nwidht = 3\n',
        ":6: unknown key parts.1.widht",
        "Did you mean width?",
    ),
    "missing key names the table's line": (
        'title = "t"\n\n[inner]\n',
        ":3: missing key inner.width",
        "Add the key width.",
    ),
    "wrong type": ('title = "t"\n[inner]\nwidth = "wide"\n', ":3: inner.width: ", "Mend the value on that line."),
    "a key with a dot in quotes": (
        'title = "t"\n[named."a.b"]\nwidth = 1\n[named."a.c"]\nwidth = "wide"\n',
        ":5: named.a.c.width: ",
        "Mend the value on that line.",
    ),
    "not TOML": ("title = \n", "not valid TOML", "Mend the line named."),
}


@pytest.mark.parametrize(("text", "message", "remedy"), CASES.values(), ids=CASES)
def test_a_declaration_is_refused_with_file_line_and_way_out(
    tmp_path: Path, text: str, message: str, remedy: str
) -> None:
    path = tmp_path / "outer.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongInput) as refused:
        load(path, Outer)
    assert message in refused.value.message
    assert str(path) in refused.value.message
    assert refused.value.remedy == remedy
    assert refused.value.exit_code == 2


def test_no_value_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "outer.toml"
    path.write_text('title = "t"\n[inner]\nwidth = "canary-4711"\n', encoding="utf-8")
    with pytest.raises(WrongInput) as refused:
        load(path, Outer)
    assert "canary-4711" not in str(refused.value)


BYTES = {
    "not UTF-8": (b'title = "\xe9"\n', "is not UTF-8"),
    "absent": (None, "cannot be read"),
}


@pytest.mark.parametrize(("content", "message"), BYTES.values(), ids=BYTES)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "outer.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongInput, match=message):
        load(path, Outer)


def test_equal_contents_have_equal_digests() -> None:
    assert Outer(title="t").digest == Outer(title="t", parts=()).digest
    assert Outer(title="t").digest != Outer(title="u").digest
