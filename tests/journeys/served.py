"""The console of the room in a folder, on a free port of this machine, until its input ends; prints the address."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from flows.books import open_register
from koppelkamer.room import open_room


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def login(arguments: Sequence[str]) -> int:
    """USERNAME PASSWORD CODE: signed in on the command line, by a recovery code, as at a keyboard."""
    room = open_room(Path())
    open_register(room)
    from register import session

    username, password, code = arguments
    session.login(username, password, room.session, Keyboard(code))
    return 0


class Keyboard:
    """What somebody types who has set up a second factor."""

    def __init__(self, code: str) -> None:
        self._code = code

    def code(self) -> str:
        return self._code

    def set_up(self, address: str) -> str:
        raise AssertionError(address)

    def keep(self, codes: Sequence[str]) -> None:
        raise AssertionError(codes)


def main(folder: str) -> None:
    open_register(open_room(Path(folder)), console=True)
    from django.core.wsgi import get_wsgi_application

    server = make_server("localhost", 0, get_wsgi_application(), handler_class=Quiet)
    print(f"http://localhost:{server.server_port}", flush=True)  # noqa: T201  (to who started it)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
