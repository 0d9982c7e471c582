"""The public site: true to the parcels, readable without script or network, and silent about what is hidden."""

import json
import re
import shutil
from dataclasses import replace
from math import cos, radians
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import WrongInput, digest
from release.dataset import described, readme
from release.manifest import ParcelChanged, verify_parcel
from release.report import LANGUAGES, ReportFacts
from release.report.facts import Perturbation
from release.report.leaves import TableFacts
from release.site import borders
from release.site.build import CATALOGUE, build
from release.site.entry import Entry, read_entry, read_table
from release.site.figures import SHADES, Bars, Map, figures, total
from release.site.pages import PAGES, release, words
from release.tables import part
from tests.browser import barriers, chromium
from tests.release.example import FACTS
from tests.release.test_parcel import SIGNER, write

TABLE = pl.DataFrame(
    {
        "residents.town": ["*", "0363", "0599", "0344", "?", "*", "0363", "0599", "0344", "?"],
        "residents.age": ["*"] * 5 + ["0-64"] * 5,
        "people": [412, 300, None, 0, 41, 77, 55, 12, 0, 10],
        "records": [412, 300, None, 0, 41, 77, 55, 12, 0, 10],
    }
)
ROOM = "Kamer <Havenstad>"
TOWNS = frozenset({"residents.town"})


@pytest.fixture(scope="module")
def parcel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("parcels") / "r-1")


@pytest.fixture
def entry(parcel: Path) -> Entry:
    return replace(read_entry(parcel, SIGNER.public_key), table=TABLE, municipalities=TOWNS)


def points(path: str) -> list[list[tuple[int, int]]]:
    rings = []
    for start, steps in re.findall(r"M(-?\d+ -?\d+)l([^z]*)z", path):
        x, y = map(int, start.split())
        numbers = list(map(int, steps.split()))
        ring = [(x, y)]
        for right, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + right, y + down
            ring.append((x, y))
        rings.append(ring)
    return rings


def area(ring: list[tuple[int, int]]) -> float:
    """Gauss's area formula."""
    return abs(sum(a * d - b * c for (a, b), (c, d) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def test_the_map_is_as_large_as_the_country() -> None:
    """342 municipalities with names; 33,500 km2 of land and some inland water; all within the drawing."""
    paths = borders.paths()
    assert len(paths) == 342
    assert paths.keys() == borders.names().keys()
    rings = [ring for path in paths.values() for ring in points(path)]
    assert all(0 <= x <= borders.WIDTH and 0 <= y <= borders.height() for ring in rings for x, y in ring)
    degrees_wide = 7.227 - 3.358  # of the drawing, west to east
    unit = degrees_wide * 111.32 * cos(radians(52.1)) / borders.WIDTH
    assert 33_000 < sum(map(area, rings)) * unit**2 < 42_000


def test_every_ring_closes() -> None:
    """Its last point is its first, or lies beside it, so that `z` draws no line of its own."""
    rings = [ring for path in borders.paths().values() for ring in points(path)]
    assert all(ring[0] == ring[-1] for ring in rings)


def test_figures_of_a_table() -> None:
    towns, ages = figures(TABLE, TOWNS)
    assert isinstance(towns, Map)
    assert [(place.name, place.people, place.shade) for place in towns.places] == [
        ("Utrecht", 0, 0), ("Amsterdam", 300, 1), ("Rotterdam", None, None),
    ]  # fmt: skip
    assert [(one.category, one.people) for one in towns.elsewhere] == [("?", 41)]
    assert isinstance(ages, Bars)
    assert [(one.category, one.people, one.share) for one in ages.counts] == [("0-64", 77, 1.0)]
    assert total(TABLE) == 412


def test_codes_that_are_no_municipalities_are_bars() -> None:
    table = pl.DataFrame(
        {"a.code": ["*", "9999", "0363", "0001"], "people": [30, 10, 10, 10], "records": [30, 10, 10, 10]}
    )
    assert isinstance(figures(table, {"a.code"})[0], Bars)


@pytest.mark.parametrize("codes", [["1955", "1956", "1960", "1961"], ["1701", "1705", "1709"], ["0363", "0344"]])
def test_only_a_column_declared_a_municipality_is_shown_as_one(codes: list[str]) -> None:
    """Years of birth, postcodes and any other four digits keep their own names, whatever else they could mean."""
    people = [10 * len(codes), *[10] * len(codes)]
    (found,) = figures(pl.DataFrame({"a.code": ["*", *codes], "people": people}), {"a.town", "b.code"})
    assert isinstance(found, Bars)
    assert [one.label for one in found.counts] == sorted(codes)


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=60))
def test_shades_follow_the_counts(people: list[int | None]) -> None:
    codes = sorted(borders.names())[: len(people)]
    table = pl.DataFrame(
        {"a.town": ["*", *codes], "people": [None, *people]}, schema={"a.town": pl.String, "people": pl.Int64}
    )
    (found,) = figures(table, {"a.town"})
    assert isinstance(found, Map)
    for place in found.places:
        if place.people:
            assert place.shade is not None
            least, most = found.bounds[place.shade - 1]
            assert least <= place.people <= most
        else:
            assert place.shade == (None if place.people is None else 0)
    assert len(found.bounds) <= SHADES
    assert [bound for pair in found.bounds for bound in pair] == sorted(
        bound for pair in found.bounds for bound in pair
    )


def test_both_languages_say_the_same() -> None:
    dutch, english = (words(language)._text.keys() for language in LANGUAGES)
    assert dutch == english


def test_the_site_holds_the_parcel_as_it_was_signed(entry: Entry, parcel: Path, tmp_path: Path) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    folder = tmp_path / "site" / "r-1"
    copied = tmp_path / "r-1"
    copied.mkdir()
    for name, _, _ in entry.files:
        shutil.copyfile(folder / name, copied / name)
    assert verify_parcel(copied, SIGNER.public_key).release == "r-1"
    listed = json.loads((tmp_path / "site" / CATALOGUE).read_bytes())
    (dataset,) = listed["dcat:dataset"]
    for each in dataset["dcat:distribution"]:
        content = (tmp_path / "site" / each["dcat:downloadURL"]["@id"]).read_bytes()
        assert each["spdx:checksum"]["spdx:checksumValue"] == digest(content)
        assert int(each["dcat:byteSize"]["@value"]) == len(content)


def test_a_folder_of_the_site_can_be_verified_by_a_stranger(entry: Entry, tmp_path: Path) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    folder = tmp_path / "site" / "r-1"
    assert verify_parcel(folder, SIGNER.public_key, frozenset(PAGES.values())).release == "r-1"
    with pytest.raises(ParcelChanged, match="2 files or folders were added"):
        verify_parcel(folder, SIGNER.public_key)
    (folder / "notes.txt").write_text("more")
    with pytest.raises(ParcelChanged, match="1 file or folder was added"):
        verify_parcel(folder, SIGNER.public_key, frozenset(PAGES.values()))


def test_every_link_leads_somewhere_and_none_leads_out(entry: Entry, tmp_path: Path) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    pages = list((tmp_path / "site").rglob("index*.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text()
        assert "<script" not in text
        assert "<Havenstad>" not in text
        assert not re.findall(r"""(?:src|href|url\()\s*=?\s*["']?\s*(?:https?:)?//""", text)
        for target in re.findall(r'href="([^"#]+)"', text):
            assert (page.parent / target).exists(), target


def test_a_hidden_count_is_nowhere(entry: Entry, tmp_path: Path) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    for language in LANGUAGES:
        text = (tmp_path / "site" / "r-1" / PAGES[language]).read_text()
        assert f"Rotterdam: {words(language)('hidden')}" in text
        assert "Amsterdam: 300" in text


def test_a_revoked_release_is_named_and_no_more(entry: Entry, tmp_path: Path) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    build([replace(entry, revoked=True)], ROOM, tmp_path / "site", "havenstad")
    folder = tmp_path / "site" / "r-1"
    assert sorted(path.name for path in folder.iterdir()) == sorted(PAGES.values())
    assert words("en")("revoked_long") in (folder / PAGES["en"]).read_text()
    assert "300" not in (folder / PAGES["en"]).read_text()
    assert json.loads((tmp_path / "site" / CATALOGUE).read_bytes())["dcat:dataset"] == []


def test_another_folder_is_not_written_over(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WrongInput):
        build([entry], ROOM, tmp_path, "havenstad")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("thesis.docx", b"mine"), ("r-1/notes.txt", b"mine"), (".git/HEAD", b"ref"), ("index.html", b"edited"),
        ("site.json", b"{}"),
    ],
)  # fmt: skip
def test_what_publish_did_not_write_is_not_taken_away(entry: Entry, tmp_path: Path, name: str, content: bytes) -> None:
    site = tmp_path / "site"
    build([entry], ROOM, site, "havenstad")
    build([entry], ROOM, site, "havenstad")
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_bytes(content)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    with pytest.raises(WrongInput):
        build([entry], ROOM, site, "havenstad")
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_folders_that_are_no_site_of_this_room(entry: Entry, tmp_path: Path) -> None:
    """A catalogue of somebody, another room's site, an empty folder within ours, a file, a folder below a file."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / CATALOGUE).write_text("{}")
    build([entry], ROOM, tmp_path / "theirs", "elsewhere")
    build([entry], ROOM, tmp_path / "ours", "havenstad")
    (tmp_path / "ours" / "drafts").mkdir()
    (tmp_path / "afile").write_text("mine")
    for name in ("other", "theirs", "ours", "afile", "afile/below"):
        with pytest.raises(WrongInput):
            build([entry], ROOM, tmp_path / name, "havenstad")
    assert [path.name for path in (tmp_path / "other").iterdir()] == [CATALOGUE]
    assert (tmp_path / "afile").read_text() == "mine"


def test_a_symbolic_link_stays_one(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    (tmp_path / "link").symlink_to("served")
    for _ in range(2):
        build([entry], ROOM, tmp_path / "link", "havenstad")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "served" / CATALOGUE).is_file()


def test_no_sign_turns_the_text_of_a_page_around(entry: Entry, tmp_path: Path) -> None:
    turned = TABLE.with_columns(pl.col("residents.age").str.replace("0-64", "0-\u202e64"))
    asked = replace(entry.facts.asked, title="Lef\u202et", effect="to \u2067turn")
    build([replace(entry, table=turned, facts=replace(entry.facts, asked=asked))], ROOM, tmp_path / "site", "havenstad")
    for file in (*(tmp_path / "site").rglob("index*.html"), tmp_path / "site" / CATALOGUE):
        text = file.read_text()
        assert "Lef\ufffdt" in text
        assert not set("\u202e\u2067") & set(text), file.name


@pytest.mark.parametrize(("method", "number"), [("rounding", "5"), ("cell-key", "4")])
def test_a_page_says_that_its_counts_are_not_exact(entry: Entry, method: str, number: str) -> None:
    assert entry.facts.disclosure is not None
    made = Perturbation(method=method, base=5, largest=4)
    facts = replace(entry.facts, disclosure=replace(entry.facts.disclosure, perturbation=made))
    for language in LANGUAGES:
        said = words(language)(f"limit_{method}", base=5, largest=4)
        assert number in said
        assert said in release(replace(entry, facts=facts), ROOM, language)
        assert said not in release(entry, ROOM, language)


@pytest.mark.parametrize(
    ("public", "right", "bound"), [(True, "PUBLIC", "are public"), (False, "NON_PUBLIC", "not allowed")]
)
def test_what_is_for_everybody_says_so(public: bool, right: str, bound: str) -> None:
    assert described(FACTS, {}, public=public)["dct:accessRights"]["@id"].endswith(f"/{right}")
    text = readme(FACTS, {"table": TABLE}, public=public)
    assert bound in text.partition("ENGLISH")[2].partition("table.csv")[0]


def test_a_changed_parcel_is_not_shown(parcel: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(parcel, tmp_path / "r-1")
    (copy / "table.csv").write_bytes((copy / "table.csv").read_bytes() + b" ")
    with pytest.raises(ParcelChanged):
        read_entry(copy, SIGNER.public_key)


def test_the_metadata_describe_the_file(parcel: Path) -> None:
    """By the W3C vocabulary: one description for each column in order, types that read, a key that is unique."""
    told: dict[str, Any] = json.loads((parcel / "table.csv-metadata.json").read_bytes())
    columns = told["tableSchema"]["columns"]
    read = pl.read_csv(parcel / told["url"], infer_schema=False)
    assert [column["titles"] for column in columns] == read.columns
    integers = [column["titles"] for column in columns if column["datatype"] == "integer"]
    assert integers == ["people", "records"]
    assert read.select(pl.col(integers).cast(pl.Int64)).null_count().row(0) == (0, 0)
    assert told["tableSchema"]["primaryKey"] == ["reports.kind"]
    assert read["reports.kind"].is_unique().all()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
def test_in_a_browser_nothing_is_fetched_or_cut_off(entry: Entry, tmp_path: Path, width: int) -> None:
    build([entry], ROOM, tmp_path / "site", "havenstad")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=False)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "site" / "index.en.html").as_uri())
        assert barriers(page) == []
        page.get_by_role("link", name=FACTS.asked.title).click()
        drawn = page.get_by_role("img").bounding_box()
        assert drawn is not None
        assert 0 < drawn["width"] <= width
        page.get_by_text(words("en")("as_table")).click()
        assert page.get_by_role("row", name="Rotterdam hidden").is_visible()
        assert all(url.startswith("file:") for url in asked)
        assert len(asked) == 2
        assert barriers(page) == []


def test_facts_come_back_from_the_parcel(parcel: Path) -> None:
    facts: ReportFacts = read_entry(parcel, SIGNER.public_key).facts
    assert (facts.release, facts.groups) == ("r-1", ())


def test_several_tables_are_drawn_as_one(parcel: Path, tmp_path: Path) -> None:
    """And of rows nothing is drawn: how many persons are in them is told, and the files are there."""
    names = ("residents.town", "residents.age")
    facts = replace(
        FACTS,
        leaves=replace(
            FACTS.leaves,
            tables=tuple(TableFacts(name=name[-3:], dimensions=(name,), rows=5) for name in names),
        ),
    )
    for each in facts.leaves.tables:
        part(TABLE, names, each.dimensions).write_parquet(tmp_path / f"{each.stem}.parquet")
    shown = read_table(tmp_path, facts)
    assert shown is not None
    assert total(shown) == 412
    assert [type(figure) for figure in figures(shown, TOWNS)] == [Map, Bars]
    rows = replace(facts, leaves=replace(FACTS.leaves, kind="anonymous", people=321))
    assert read_table(tmp_path, rows) is None
    for language in LANGUAGES:
        page = release(Entry(parcel, rows, None, (("rows.csv", 10, ""),)), ROOM, language)
        assert "321" in page and "rows.csv" in page and "<figure>" not in page
