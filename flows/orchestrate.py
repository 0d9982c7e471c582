"""Prefect 3.8 around the plain functions. Its database holds ids only: source, delivery and request.

The flows close over the opened room, so neither a path nor a key is ever a parameter, and no result is kept.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flows.link import link
from flows.receive import receive
from flows.release import release
from flows.shield import shielded
from koppelkamer.room import Room

_SETTINGS: Final = {
    # Two switches: the client's analytics and the server's own.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # The first start makes the database; on a busy machine the default of 20 seconds is too short.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}


@dataclass(frozen=True, slots=True)
class Flows:
    """The three flows of one room; each takes and returns ids."""

    receive: Callable[..., str]
    link: Callable[..., str]
    release: Callable[..., str]


def flows_of(room: Room) -> Flows:
    """The room's flows, run in this process. Raises what the plain functions raise."""
    configure(room)
    from prefect import flow

    options: dict[str, Any] = {"persist_result": False, "log_prints": False, "validate_parameters": False}

    @flow(name="receive", **options)
    @shielded
    def receive_flow(source: str, delivery: str) -> str:
        return receive(room, source, delivery).delivery

    @flow(name="link", **options)
    @shielded
    def link_flow(request: str, runner: str) -> str:
        return link(room, request, runner).release

    @flow(name="release", **options)
    @shielded
    def release_flow(request: str, runner: str) -> str:
        return release(room, request, runner).name

    return Flows(receive_flow, link_flow, release_flow)


def configure(room: Room) -> None:
    """Prefect's settings; its database lies inside the room. Must run before Prefect is first imported."""
    os.environ.update(_SETTINGS, PREFECT_HOME=str(room.store / "prefect"))


def warm_up(room: Room) -> threading.Thread:
    """Start Prefect's own server in the background: it takes about twenty seconds, which other work can fill."""
    configure(room)
    thread = threading.Thread(target=_start_server, daemon=True)
    thread.start()
    return thread


def _start_server() -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
