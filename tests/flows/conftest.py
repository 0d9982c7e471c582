"""A room that several modules start from; each takes a copy of it."""

from pathlib import Path

import pytest

from tests.flows.persons import approve, made


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with an approved request, under a purpose that may use a part of the residents."""
    room = made(tmp_path_factory.mktemp("asked") / "room")
    approve(room)
    return room
