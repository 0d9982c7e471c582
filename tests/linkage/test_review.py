"""Clerical review: blind, resumable, each label kept at once, and closed to everybody without the address."""

import http.client
import random
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest

from declare import WrongInput
from linkage import Model, dedupe_files, link_files
from linkage.labels import read_labels
from linkage.review import LANGUAGES, Review, ReviewServer
from linkage.review.page import question_page

MODEL = Model.model_validate(
    {
        "id": "persons",
        "file": {"id": "key"},
        "fields": [
            {"field": "surname", "type": "surname", "column": "surname"},
            {"field": "birth_date", "type": "date", "left": "born", "right": "geboren"},
        ],
        "blocks": [{"on": ["surname.sound"]}, {"on": ["birth_date"]}],
        "comparisons": [{"field": "surname"}, {"field": "birth_date"}],
    }
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """left.csv, right.csv and their pairs and links, in one folder."""
    folder = tmp_path_factory.mktemp("linked")
    chance = random.Random(3)
    names = ["Jansen", "Bakker", "de <b>Wit</b>", "Smit", "Mulder"]
    left = [
        (f"a{n}", chance.choice(names), f"19{chance.randrange(50, 60)}-01-0{chance.randrange(1, 9)}") for n in range(60)
    ]
    right = [(key.replace("a", "b"), surname, born) for key, surname, born in left]
    pl.DataFrame(left, schema=["key", "surname", "born"], orient="row").write_csv(folder / "left.csv")
    pl.DataFrame(right, schema=["key", "surname", "geboren"], orient="row").write_csv(folder / "right.csv")
    link_files(folder / "left.csv", folder / "right.csv", MODEL, folder)
    return folder


def opened(linked: Path, out: Path, size: int = 20) -> Review:
    return Review.open(linked / "pairs.parquet", linked / "left.csv", linked / "right.csv", MODEL, out, size)


def test_labels_are_kept_at_once_and_a_review_goes_on(linked, tmp_path):
    first = opened(linked, tmp_path / "labels.csv")
    first.label(1, "match")
    first.label(3, "unsure")
    first.label(1, "other")
    kept = read_labels(tmp_path / "labels.csv")
    assert kept["label"].to_list() == ["other", "unsure"]
    assert kept.equals(first.labels)
    again = opened(linked, tmp_path / "labels.csv")
    assert (again.labelled, again.next_after(0), again.next_after(2), again.next_after(20)) == (2, 2, 4, 2)
    assert again.question(3) == first.question(3)


def test_the_end(linked, tmp_path):
    review = opened(linked, tmp_path / "labels.csv", 8)
    for number in range(1, 9):
        review.label(number, "match")
    assert review.next_after(8) is None
    found = review.estimate().precision
    assert found is not None
    assert found.low < found.value == 1 == found.high


def test_the_labels_in_the_manual_can_be_read(tmp_path):
    manual = Path(__file__).parents[2].joinpath("docs", "review.md").read_text()
    (tmp_path / "labels.csv").write_text(manual.split("## Labels")[1].split("```")[1].strip())
    assert read_labels(tmp_path / "labels.csv")["label"].to_list() == ["match", "other", "unsure"]


def test_labels_of_another_sample_are_refused(linked, tmp_path):
    opened(linked, tmp_path / "labels.csv", 8).label(1, "match")
    with pytest.raises(WrongInput, match="another sample"):
        opened(linked, tmp_path / "labels.csv", 16)


def test_links_are_not_taken_for_all_pairs(linked, tmp_path):
    files = linked / "left.csv", linked / "right.csv"
    with pytest.raises(WrongInput, match=r"links\.parquet holds links, not all pairs"):
        Review.open(linked / "links.parquet", *files, MODEL, tmp_path / "labels.csv", 20)


def test_an_unknown_label_is_refused_and_changes_nothing(linked, tmp_path):
    review = opened(linked, tmp_path / "labels.csv")
    with pytest.raises(WrongInput, match="label other than"):
        review.label(1, "yes")
    assert review.labelled == 0
    assert not (tmp_path / "labels.csv").exists()


def test_values_are_of_the_pair_and_sides_are_left_to_chance(linked, tmp_path):
    review = opened(linked, tmp_path / "labels.csv")
    left = {row[0]: row[1:] for row in pl.read_csv(linked / "left.csv").iter_rows()}
    right = {row[0]: row[1:] for row in pl.read_csv(linked / "right.csv").iter_rows()}
    turned = 0
    for number, (one, two) in enumerate(review.sample.select("id_l", "id_r").iter_rows(), start=1):
        values = review.question(number).values
        shown = tuple(value[1] for value in values), tuple(value[2] for value in values)
        assert sorted(shown) == sorted([left[one], right[two]])
        turned += shown[0] != left[one]
    assert any(review.turned)
    assert not all(review.turned)
    assert turned <= sum(review.turned)


def test_records_of_one_file_are_compared_with_each_other(linked, tmp_path):
    model = MODEL.model_copy(update={"right": MODEL.left})
    file = tmp_path / "file.csv"
    twice = pl.read_csv(linked / "left.csv")
    pl.concat([twice, twice.with_columns(key="again " + pl.col("key"))]).write_csv(file)
    dedupe_files(file, model, tmp_path)
    review = Review.open(tmp_path / "pairs.parquet", file, None, MODEL, tmp_path / "labels.csv", 5)
    assert {name for name, *_ in review.question(1).values} == {"surname", "birth_date"}
    assert all(value for _, *both in review.question(1).values for value in both)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_blind(linked, tmp_path, language):
    review = opened(linked, tmp_path / "labels.csv")
    texts = set()
    for number in range(1, review.size + 1):
        question = review.question(number)
        page = question_page(review, number, language, "nonce")
        for value in {value for _, *both in question.values for value in both}:
            page = page.replace(str(value).replace("<", "&lt;").replace(">", "&gt;"), "")
        texts.add(re.sub(r"\d+", "", page))
    # without values and numbers all pages are alike, but for the way back that the first lacks
    assert len(texts) == 2


@pytest.fixture
def server(linked: Path, tmp_path: Path) -> Iterator[ReviewServer]:
    server = ReviewServer(opened(linked, tmp_path / "labels.csv"), "en")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.shutdown()
    thread.join()


def ask(
    server: ReviewServer, method: str, path: str, body: str | None = None, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse()


def test_the_next_pair_is_shown_and_labelled(server):
    token = urlsplit(server.address).path
    first = ask(server, "GET", token)
    assert (first.status, first.headers["Location"]) == (303, f"{token}1")
    shown = ask(server, "GET", f"{token}1")
    assert shown.status == 200
    assert shown.headers["Cache-Control"] == "no-store"
    nonce = re.search(r"script-src 'nonce-([^']+)'", shown.headers["Content-Security-Policy"])
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}">' in shown.read().decode()
    answered = ask(server, "POST", f"{token}1", "label=match", Origin=f"http://{server.host}")
    assert (answered.status, answered.headers["Location"]) == (303, f"{token}2")
    assert read_labels(server.review.out)["label"].to_list() == ["match"]


STRANGERS = {
    "no token": ("GET", "/", {}, 404),
    "another token": ("GET", "/" + "A" * 43 + "/1", {}, 404),
    "not an address at all": ("GET", "TOKEN", {}, 404),
    "another name for this machine": ("GET", "TOKEN/1", {"Host": "evil.example"}, 404),
    "a pair there is not": ("GET", "TOKEN/21", {}, 404),
    "a label from nowhere": ("POST", "TOKEN/1", {}, 403),
    "a label from another site": ("POST", "TOKEN/1", {"Origin": "https://evil.example"}, 403),
    "a label from a page without origin": ("POST", "TOKEN/1", {"Origin": "null"}, 403),
    "stop from another site": ("POST", "TOKEN/stop", {"Origin": "https://evil.example"}, 403),
    "a body too long": ("POST", "TOKEN/1", {"Origin": "OWN", "Content-Length": "100000"}, 400),
    "a length that is none": ("POST", "TOKEN/1", {"Origin": "OWN", "Content-Length": "-1"}, 400),
    "an unknown method": ("PUT", "TOKEN/1", {"Origin": "OWN"}, 501),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), STRANGERS.values(), ids=STRANGERS)
def test_strangers_get_nothing(server, method, path, headers, status, capfd):
    given = {name: value.replace("OWN", f"http://{server.host}") for name, value in headers.items()}
    answer = ask(server, method, path.replace("TOKEN", f"/{server.token}"), "label=match", **given)
    assert answer.status == status
    assert "Jansen" not in answer.read().decode()
    assert server.review.labelled == 0
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("body", ["", "label=yes", "label=match&label=other", "other=match", "\xff=%ff"])
def test_an_answer_that_is_none_is_refused(server, body):
    answer = ask(server, "POST", f"/{server.token}/1", body, Origin=f"http://{server.host}")
    assert answer.status == 400
    assert server.review.labelled == 0


def test_stop_ends_it(linked, tmp_path):
    server = ReviewServer(opened(linked, tmp_path / "labels.csv"), "nl")
    thread = threading.Thread(target=server.serve)
    thread.start()
    answer = ask(server, "POST", f"/{server.token}/stop", "", Origin=f"http://{server.host}")
    assert "Gestopt: 0 van 20" in answer.read().decode()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_label_that_cannot_be_kept_stops_the_review(linked, tmp_path):
    (tmp_path / "file").write_text("")
    server = ReviewServer(opened(linked, tmp_path / "file" / "labels.csv"), "en")
    seen: list[BaseException] = []

    def serve() -> None:
        try:
            server.serve()
        except BaseException as error:
            seen.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask(server, "POST", f"/{server.token}/1", "label=match", Origin=f"http://{server.host}")
    thread.join(timeout=10)
    assert len(seen) == 1
    assert server.review.labelled == 0
