"""Notices to a real mail server and a real webhook: that something waits, once, and nothing else."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.notices import Post
from koppelkamer.room import Notices, Room, open_room
from koppelkamer.sign_in import SignIn
from register import notices
from register.models import Notice, OutboxEvent
from register.presence import Presence
from tests.journeys.second_room.way import DECLARATIONS
from tests.register.room import approved, draft, examined, furnish, take

pytestmark = pytest.mark.django_db
TO = {"legal_officer": ["lea@city.example"], "dpo": ["dora@city.example"], "data_steward": ["stef@city.example"]}


class Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one letter needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.got.append(message_from_bytes(letter))  # type: ignore[attr-defined]
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 good\r\n")


class Hook(BaseHTTPRequestHandler):
    status = 204

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, self.headers["Idempotency-Key"], body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen."""


@contextmanager
def served(server: Any) -> Iterator[Any]:
    server.got, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mail() -> Iterator[Any]:
    with served(socketserver.TCPServer(("127.0.0.1", 0), Smtp)) as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Any]:
    with served(HTTPServer(("127.0.0.1", 0), Hook)) as server:
        yield server


def room(mail: Any = None, hook: Any = None) -> Room:
    """The second room's declarations, with these servers."""
    declared: dict[str, Any] = {}
    if mail is not None:
        declared["mail"] = {"host": "127.0.0.1", "port": mail.server_address[1], "tls": "none",
                            "sender": "room@kamer.example", "to": TO}  # fmt: skip
    if hook is not None:
        declared["webhook"] = f"http://127.0.0.1:{hook.server_address[1]}/in?key=1"
    opened = open_room(DECLARATIONS)
    changed = opened.declaration.model_copy(
        update={"notices": Notices.model_validate(declared), "sign_in": SignIn(address="https://kamer.example/")}
    )
    return Room(opened.folder, changed)


def post(tmp_path: Path) -> Post:
    return Post(Presence(tmp_path))


def text_of(letter: Message) -> str:
    content = letter.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def test_who_is_waited_for_is_told_once_and_told_nothing(mail: Any, hook: Any, tmp_path: Path) -> None:
    furnish()
    take("ann", draft(), "submit")
    here, worker = room(mail, hook), post(tmp_path)
    assert [worker.round(here) for _ in range(3)] == [2, 0, 0]
    (letter,), ((path, key, body),) = mail.got, hook.got
    assert letter["To"] == "lea@city.example"
    assert "jurist" in text_of(letter) and "legal officer" in text_of(letter) and path == "/in?key=1"
    assert body["role"] == "legal_officer" and body["console"] == "https://kamer.example/"
    assert key in set(OutboxEvent.objects.filter(name="notice sent").values_list("operation", flat=True))
    told = text_of(letter) + str(letter["Subject"]) + json.dumps(body)
    assert not [word for word in ("insight", "Insight", "ann", "residents") if word in told]
    assert OutboxEvent.objects.filter(name="notice sent").count() == 2


def test_a_release_waits_for_the_dpo(mail: Any, tmp_path: Path) -> None:
    examined()
    post(tmp_path).round(room(mail))
    assert [letter["To"] for letter in mail.got] == ["dora@city.example"]


def test_a_step_that_comes_back_is_told_again(mail: Any, tmp_path: Path) -> None:
    request, here, worker = approved(), room(mail), post(tmp_path)
    sent = [worker.round(here)]
    for action in ("hold", "resume"):
        take("dora", request, action, "for a reason")
        sent.append(worker.round(here))
    assert sent == [1, 0, 1]
    assert [letter["To"] for letter in mail.got] == ["stef@city.example"] * 2


def test_a_server_that_is_away_loses_nothing_and_the_message_keeps_its_number(hook: Any, tmp_path: Path) -> None:
    approved()
    hook.status = 503
    assert post(tmp_path).round(room(hook=hook)) == 0
    assert Notice.objects.get().sent_at is None
    hook.status = 204
    Notice.objects.update(worker="a process that was killed")
    assert post(tmp_path).round(room(hook=hook)) == 1
    (_, first, _), (_, second, _) = hook.got
    assert first == second


def test_two_workers_send_a_message_once(hook: Any, tmp_path: Path) -> None:
    approved()
    notices.plan(["webhook"])
    one, two = notices.take("one"), notices.take("two")
    assert (len(one), two) == (1, [])
    notices.sent(one[0], "two")
    assert Notice.objects.get().sent_at is None


def test_what_waits_no_more_is_not_told(hook: Any, tmp_path: Path) -> None:
    request = approved()
    notices.plan(["webhook"])
    take("dora", request, "hold", "wait")
    assert post(tmp_path).round(room(hook=hook)) == 0
    assert hook.got == []


def test_a_room_that_declares_none_sends_none(tmp_path: Path) -> None:
    approved()
    assert post(tmp_path).round(open_room(DECLARATIONS)) == 0
    assert not Notice.objects.exists()


def test_the_console_has_one_address() -> None:
    with pytest.raises(ValueError, match=r"under \[sign_in\]"):
        Notices.model_validate({"console": "https://kamer.example/"})
