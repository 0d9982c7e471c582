"""A room's register is set up in a process of its own, on the file or server that room.toml names."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from declare import Fault, WrongInput
from koppelkamer.settings import database_settings, room_secret

OPEN = """
from pathlib import Path
from koppelkamer.settings import configure
from koppelkamer.tables import migrate
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


TABLES = """
import json, re, sys
from pathlib import Path
from koppelkamer.settings import configure
from koppelkamer.tables import migrate
configure("register.db", Path(sys.argv[1]))
if sys.argv[2] == "at once":
    migrate()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
with connection.cursor() as cursor:
    def ask(text):
        cursor.execute(text)
        return cursor.fetchall()
    tables = {}
    for name, made in ask("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        tables[name] = {
            "columns": sorted(map(str, (row[1:] for row in ask(f"PRAGMA table_info('{name}')")))),
            "keys": sorted(map(str, (row[2:] for row in ask(f"PRAGMA foreign_key_list('{name}')")))),
            "unique": sorted(
                str([column[2] for column in ask(f"PRAGMA index_info('{index[1]}')")] + list(index[2:3]))
                for index in ask(f"PRAGMA index_list('{name}')")
            ),
            "rules": sorted(part.strip(", )") for part in re.split(r"(?=CONSTRAINT )", made)[1:]),
            "rows": sorted(map(str, ask("SELECT app, name FROM django_migrations")))
            if name == "django_migrations" else None,
        }
    tables.pop("console_throttle", None)
    triggers = sorted(name for name, in ask("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    assert len(triggers) > 50
    tables["triggers"] = triggers
print(json.dumps(tables))
"""


@pytest.mark.slow
def test_tables_made_at_once_are_those_that_the_migrations_make(tmp_path: Path) -> None:
    made = {}
    for way in ("at once", "step by step"):
        (tmp_path / way).mkdir()
        call = [sys.executable, "-c", TABLES, str(tmp_path / way), way]
        made[way] = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
    assert made["at once"].keys() - made["step by step"].keys() <= {"cache"}
    for name, table in made["step by step"].items():
        assert made["at once"][name] == table, name


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
