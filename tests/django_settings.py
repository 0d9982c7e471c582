"""Django settings for the tests and for the type checker: the room's own, on SQLite."""

import os
import tempfile
from pathlib import Path

from koppelkamer.settings import database_settings, django_settings

_folder = Path(tempfile.gettempdir())
_database = database_settings(os.environ.get("KOPPELKAMER_TEST_DATABASE", "register.db"), _folder)
REPORTS = _folder / "reports"  # named, because the type checker reads this module and not the function
globals().update(django_settings(_database, REPORTS, "only for tests"))
