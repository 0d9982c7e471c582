"""What all tests share, and how they are shared out over the cores."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.journeys.second_room.way import Way

ONE_ROOM = {f"tests/{name}.py": "second room" for name in (
    "journeys/test_second_room", "journeys/test_outputs", "cli/test_bad_input", "cli/test_broken_off", "cli/test_keys",
    "cli/test_declarations", "cli/test_direction", "cli/test_dry_run", "cli/test_periods", "cli/test_probe",
    "cli/test_quarantine", "cli/test_receive", "flows/test_work",
)} | dict.fromkeys(("tests/flows/test_minimise.py", "tests/flows/test_restrictions.py"), "persons")  # fmt: skip
"""Files whose tests take the fixture `way`, or `asked` of `tests/flows`, of which one process makes one."""


@pytest.fixture(scope="session")
def way(tmp_path_factory: pytest.TempPathFactory) -> "Way":
    """The second room's whole way, gone once."""
    from tests.journeys.second_room.way import walked

    return walked(tmp_path_factory.mktemp("second-room"))


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits is followed by emptying all tables, which the register's triggers would refuse on SQLite.
    Django makes them anew afterwards."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")  # so that this ends before it
    yield
    from register.triggers import let_go

    let_go()


def missing_service(what: str) -> None:
    """Skip because something is not installed; where everything should be (CI=true), fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed, and CI=true")
    pytest.skip(f"{what} is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first: what is left over at the end, when one core has no more work, is short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one file, or of one room, go to one process: they share what is dear to make."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return ONE_ROOM.get(file, file)

    return ByFile(config, log)
