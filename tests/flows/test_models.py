"""No model brings a source into a run that the request does not name."""

from pathlib import Path

import pytest

from flows.books import NotAsked, fitted_models
from flows.models import NotTrained
from koppelkamer.room import Room, open_room


@pytest.fixture(scope="module")
def room() -> Room:
    return open_room(Path(__file__).parents[1] / "journeys" / "second_room")


def test_a_model_links_only_what_the_request_names(room: Room) -> None:
    (request,) = room.requests.values()
    first, *_ = request.sources
    with pytest.raises(NotAsked, match="does not ask for") as refused:
        fitted_models(room, request.model_copy(update={"sources": (first,)}))
    assert refused.value.exit_code == 1


def test_a_model_must_be_trained_before_anybody_approves(room: Room) -> None:
    (request,) = room.requests.values()
    with pytest.raises(NotTrained, match="not trained"):
        fitted_models(room, request)
