"""The review's own small web server: this machine only, behind an unguessable address, and nothing is logged."""

import secrets
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

from linkage.labels import MATCH, OTHER, UNSURE
from linkage.review.page import done_page, question_page, stopped_page
from linkage.review.review import Review
from linkage.words import Language

_MOST_BYTES: Final = 1_000
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # A stricter policy makes browsers send no origin with a form, and that is what is checked.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class ReviewServer(ThreadingHTTPServer):
    """Serves one review on 127.0.0.1; `port` 0 takes any that is free. Raises `OSError` when the port is taken."""

    def __init__(self, review: Review, language: Language, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.review, self.language = review, language
        self.token = secrets.token_urlsafe(32)
        self.fault: BaseException | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        """Whoever has it can read the sample and label it."""
        return f"http://{self.host}/{self.token}/"

    def serve(self) -> None:
        """Until somebody presses Stop on the page or Ctrl-C. Raises what went wrong while answering."""
        try:
            self.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            pass  # the usual way to stop: every label is in the file
        finally:
            self.server_close()
        if self.fault is not None:
            raise self.fault

    def handle_error(self, *_: Any) -> None:
        """A browser that hangs up is none. Anything else stops the review: the library's way is to print it."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            self.fault = error
            self.shutdown()


class _Handler(BaseHTTPRequestHandler):
    """GET /TOKEN/ (the next pair) and /TOKEN/NUMBER; POST to the latter with a label, and to /TOKEN/stop."""

    server: ReviewServer
    timeout = 30
    server_version, sys_version = "koppelkamer", ""

    def do_GET(self) -> None:
        place, review = self._place(), self.server.review
        if place is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        elif place.isdecimal() and 1 <= int(place) <= review.size:
            self._show(question_page(review, int(place), self.server.language, nonce := _nonce()), nonce)
        elif place == "done":
            self._show(done_page(review, self.server.language, nonce := _nonce()), nonce)
        elif not place:
            self._go_to(review.next_after(0))
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        place, review = self._place(), self.server.review
        if place is None or self.headers.get("Origin") != f"http://{self.server.host}":
            self._refuse(HTTPStatus.FORBIDDEN)
        elif place == "stop":
            self._show(stopped_page(review, self.server.language, nonce := _nonce()), nonce)
            self.server.shutdown()
        elif place.isdecimal() and 1 <= int(place) <= review.size and (label := self._label()):
            review.label(int(place), label)
            self._go_to(review.next_after(int(place)))
        else:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _place(self) -> str | None:
        """What follows the token; None for another host or token, as when another site's name leads here."""
        start, token, *rest = self.path.split("/", 2)
        known = secrets.compare_digest(token.encode(), self.server.token.encode()) if not start else False
        return rest[0] if known and rest and self.headers.get("Host") == self.server.host else None

    def _label(self) -> str | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            return None
        given = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace")).get("label", [])
        return given[0] if given in ([MATCH], [OTHER], [UNSURE]) else None

    def _show(self, page: str, nonce: str) -> None:
        content = page.encode()
        self._start(HTTPStatus.OK, len(content), nonce)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def _go_to(self, number: int | None) -> None:
        self._start(HTTPStatus.SEE_OTHER, 0)
        self.send_header("Location", f"/{self.server.token}/{number or 'done'}")
        self.end_headers()

    def _refuse(self, status: HTTPStatus) -> None:
        self._start(status, 0)
        self.end_headers()

    def _start(self, status: HTTPStatus, length: int, nonce: str = "") -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", _POLICY.format(nonce) if nonce else "default-src 'none'")
        self.send_header("Content-Length", str(length))

    def log_message(self, *_: Any) -> None:
        """Nothing: an address holds the token."""


def _nonce() -> str:
    return secrets.token_urlsafe(16)
