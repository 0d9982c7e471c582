"""Django settings for the tests and for the type checker: the room's own, on SQLite."""

import os
import tempfile
from pathlib import Path

from koppelkamer.settings import database_settings, django_settings

_address = os.environ.get("KOPPELKAMER_TEST_DATABASE", "register.db")
globals().update(django_settings(database_settings(_address, Path(tempfile.gettempdir())), "only for tests"))
