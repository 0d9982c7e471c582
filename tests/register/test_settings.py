"""A room's register is set up in a process of its own, on the file or server that room.toml names."""

import subprocess
import sys
from pathlib import Path

import pytest

from declare import Fault, WrongInput
from koppelkamer.settings import database_settings, room_secret

OPEN = """
from pathlib import Path
from koppelkamer.settings import configure, migrate
configure("register.db", Path("{room}"))
configure("register.db", Path("{room}"))
migrate()
from register.models import Request
print(Request.objects.count())
from declare import Fault
try:
    configure("register.db", Path("{room}/other"))
except Fault as fault:
    print(fault.message)
"""


def test_a_process_serves_one_room(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN.format(room=tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\nthis process already serves another room\n"
    assert (tmp_path / "register.db").exists()


def test_postgres_addresses_are_read() -> None:
    read = database_settings("postgres://me:p%40ss@db.example:5433/register?sslmode=require", Path())
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("register", "me", "p@ss")
    assert (read["HOST"], read["PORT"], read["OPTIONS"]) == ("db.example", "5433", {"sslmode": "require"})
    with pytest.raises(WrongInput):
        database_settings("mysql://x/y", Path())


def test_the_console_secret_is_for_this_user_only(tmp_path: Path) -> None:
    secret = room_secret(tmp_path)
    path = tmp_path / "keys" / "console.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert room_secret(tmp_path) == secret
    path.chmod(0o644)
    with pytest.raises(Fault):
        room_secret(tmp_path)
