"""What the database itself must hold, once more on PostgreSQL; and two people who decide at the same moment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing_service
from tests.register.postgresql import Server, cluster, programs

HERE = Path(__file__).parent
REPEATED = ("test_forged_requests.py", "test_forged_approvals.py", "test_forged_releases.py", "test_forged_work.py",
            "test_standing_forgers.py", "test_guards.py", "test_deliveries.py", "test_decisions.py", "test_probes.py",
            "test_withdrawals.py", "test_jobs.py", "test_remarks.py", "test_versions.py", "at_once.py",
            "away.py")  # fmt: skip
CHOSEN = "forger or together or at_once or away"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = programs()
    if folder is None:
        missing_service("PostgreSQL")
        return
    with cluster(folder) as running:
        yield running


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_database_holds_the_duties_on_postgresql(server: Server) -> None:
    files = [str(HERE / name) for name in REPEATED]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not postgresql", "-k", CHOSEN, *files]
    environment = os.environ | {
        "KOPPELKAMER_TEST_DATABASE": server.address,
        "KOPPELKAMER_TEST_SERVER": f"{server.programs}:{server.folder}",
    }
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-4000:]
