"""Django settings for the tests and for the type checker: the room's own, on SQLite."""

import os
import tempfile
from pathlib import Path

from koppelkamer.settings import database_settings, django_settings

_folder = Path(tempfile.gettempdir())
_database = database_settings(os.environ.get("KOPPELKAMER_TEST_DATABASE", "register.db"), _folder)
# Made at once, as in a new room; migrations are gone through on PostgreSQL, and in register/test_settings.py.
_database["TEST"] = {"MIGRATE": _database["ENGINE"].endswith("postgresql")}
# Named, because the type checker reads this module and not the function.
REPORTS = _folder / "reports"
AUDIT = _folder / "audit"
WORKERS = _folder / "store" / "work"
PUBLIC_KEY = _folder / "room.pub"
PROVIDER_NAME = ""
PROVIDER_ORIGIN = ""
PROVIDER_CLAIM = ""
PROVIDER_ASKS_SECOND_FACTOR = False
_cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # what costs an attacker much costs tests much too
globals().update(django_settings(_database, REPORTS, "only for tests") | {"PASSWORD_HASHERS": _cheap})
