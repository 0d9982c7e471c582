"""Prefect 3.8 around the plain functions. Its database holds ids only: source, delivery digest, request.

The flows close over room, keys and person, so neither path nor key is ever a parameter, and no result is kept.
"""

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from declare import digest_file
from flows.arrival import Received
from flows.keyring import Keyring
from flows.link import Examined, link
from flows.receive import Acceptance, receive
from flows.release import release
from flows.shield import shielded
from koppelkamer.room import Room

if TYPE_CHECKING:
    from register.session import SignedIn

R = TypeVar("R")

_SETTINGS: Final = {
    # Two switches: the client's analytics and the server's own.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The first start makes the database; on a busy machine the default of 20 seconds is too short.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    # Refusals are told by whoever called, in full; Prefect's own traceback of them is noise.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
}


class Flows:
    """The flows of one room, run in this process."""

    def __init__(self, room: Room, keyring: Keyring) -> None:
        configure(room)
        self._room, self._keyring = room, keyring

    def receive(
        self, source: str, file: Path, *, period: str | None = None, supplements: str | None = None,
        accepted: Acceptance | None = None,
    ) -> Received:  # fmt: skip
        """As `flows.receive.receive`; Prefect sees the source's id and the file's digest."""
        about = {"period": period, "supplements": supplements}
        work = partial(receive, self._room, self._keyring, source, file, **about, accepted=accepted)
        # A file that is not there is refused by the work itself, in its own words.
        delivery = digest_file(file) if file.is_file() else "absent"
        return _run("receive", work, source=source, delivery=delivery)

    def link(self, by: "SignedIn", request: str) -> Examined:
        """As `flows.link.link`; Prefect sees the request's id."""
        return _run("link", partial(link, self._room, self._keyring, by, request), request=request)

    def release(self, subject: str) -> Path:
        """As `flows.release.release`; Prefect sees the id of the release or request."""
        return _run("release", partial(release, self._room, self._keyring, subject), subject=subject)


def configure(room: Room) -> None:
    """Prefect's settings; its database lies inside the room. Must run before Prefect is first imported."""
    home = room.store / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(_SETTINGS, PREFECT_HOME=str(home))


def warm_up(room: Room) -> threading.Thread:
    """Start Prefect's own server in the background: it takes about twenty seconds, which other work can fill."""
    configure(room)
    thread = threading.Thread(target=_start_server, daemon=True)
    thread.start()
    return thread


def _run(name: str, work: Callable[[], R], **ids: str) -> R:
    """Run `work` as the Prefect flow `name` with `ids` as its only parameters."""
    from prefect import flow

    results: list[R] = []
    shielded_work = shielded(name, work)

    def body(**ids: str) -> None:  # noqa: ARG001  (the names are what Prefect records)
        results.append(shielded_work())

    options: dict[str, Any] = {"persist_result": False, "log_prints": False, "validate_parameters": False}
    flow(name=name, **options)(body)(**ids)
    return results[0]


def _start_server() -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
