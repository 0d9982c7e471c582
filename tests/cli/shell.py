"""The real commands, each in a process of its own.

Importing the libraries takes seconds and a fork takes milliseconds, so one process imports them once and forks for
every command. Room, register and Django's settings are as new in each of them as in a terminal; of Django they have
the models, the applications and the migrations, which are those of every room.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pseudonymise.keys import Work, file

PROGRAM = Path(sys.executable).with_name("koppelkamer")
"""The command as a terminal starts it, for tests that need a signal, a limit or a terminal."""

_LIBRARIES = (
    "great_expectations", "django.core.management", "django.db.models", "django.db.migrations.executor",
    "django.db.backends.sqlite3.base", "django.contrib.auth.hashers", "django.contrib.auth.password_validation",
    "flows.link", "flows.release", "koppelkamer.cli.keys", "koppelkamer.cli.room", "koppelkamer.cli.verify",
    "koppelkamer.cli.workbench", "expectations.engine.datasource", "expectations.checks.days",
    "expectations.checks.contact", "expectations.checks.eleven_test", "expectations.checks.iban_check_digits",
    "expectations.checks.investigation", "expectations.checks.national_code",
)  # fmt: skip
"""None of them needs Django set up."""
_PAGES = ("expectations.report.page", "linkage.report.page", "release.report.render", "release.site.pages")
"""What renders pages, each with templates of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """What it said with --json. Fails, with what it complained of, unless it was done."""
        assert self.code == 0, self.err or self.out
        found: dict[str, Any] = json.loads(self.out)
        return found


def koppelkamer(
    *arguments: object, at: Path, largest: int | None = None, environment: dict[str, str] | None = None,
    program: str = "koppelkamer.cli:main",
) -> Said:  # fmt: skip
    """Run `koppelkamer ARGUMENTS` in the folder `at`, with nobody at the keyboard; or another `program`.

    No file may grow beyond `largest` bytes; to a program that is much like a full disk. `environment` is added to what
    it has.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        call: dict[str, Any] = {
            "arguments": [str(each) for each in arguments],
            "at": str(at),
            "out": str(out),
            "err": str(err),
        }
        call |= {"largest": largest, "environment": environment or {}, "program": program}
        code = _ask(_forker(), call)
        return Said(code, out.read_text(), err.read_text())


@cache
def _forker() -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.shell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.communicate)
    return process


def _ask(forker: "subprocess.Popen[str]", call: dict[str, Any]) -> int:
    assert forker.stdin is not None and forker.stdout is not None
    forker.stdin.write(json.dumps(call) + "\n")
    forker.stdin.flush()
    return int(forker.stdout.readline())


def _serve() -> None:
    """One line in, one process, one exit code out; until the input ends.

    Key stores that are made here ask little work of a passphrase, and say so in their file: every command opens one.
    """
    file.Work = lambda: Work(memory_kib=64, passes=1, lanes=1)  # type: ignore[assignment,misc]
    for library in _LIBRARIES:
        importlib.import_module(library)
    for page in _PAGES:
        templates = importlib.import_module(page)._templates()
        for name in templates.list_templates(filter_func=lambda name: ".j" in name):
            templates.get_template(name)  # compiled once, for every child
    _set_django_up()
    gc.freeze()  # a child that collects garbage copies every page it looks at
    for line in sys.stdin:
        call = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.exit(_run(**call))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201  (to the asker)


def _set_django_up() -> None:
    """What all rooms have in common, and no database: whoever would ask one before its room is opened, fails."""
    import django
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    from koppelkamer.settings import django_settings

    settings.configure(**django_settings({}, Path(os.devnull), "of no room"))
    django.setup()
    for package in map(importlib.import_module, ("register", "flows", "koppelkamer.cli")):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    MigrationLoader(None)  # reads the migrations


def _forget_settings() -> None:
    """So that the command sets Django up for its room, as in a process that is new."""
    from django.conf import settings
    from django.core.cache import caches
    from django.db import connections
    from django.utils.functional import empty

    settings._wrapped = empty
    for handler in (connections, caches):
        vars(handler).clear()
        vars(handler).update(vars(type(handler)()))


def _run(
    arguments: Sequence[str], at: str, out: str, err: str, largest: int | None, environment: dict[str, str],
    program: str,
) -> int:  # fmt: skip
    os.environ.update(environment)
    os.chdir(at)
    _forget_settings()
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    for name, number, mode in ((os.devnull, 0, os.O_RDONLY), (out, 1, os.O_WRONLY), (err, 2, os.O_WRONLY)):
        os.dup2(os.open(name, mode | os.O_CREAT, 0o600), number)
    module, function = program.split(":")
    code: int = getattr(importlib.import_module(module), function)(arguments)
    return code


if __name__ == "__main__":
    _serve()
