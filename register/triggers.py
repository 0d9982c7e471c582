"""Triggers that SQLite and PostgreSQL hold alike: a condition on a new, changed or deleted row, or the deed is refused.

They stand beside the migrations: SQLite loses them whenever it makes a table anew, so they go before tables change and
come back afterwards, from what the program says now. A trigger's name ends with a digest of its text; so one look at
the names tells whether the database has those of this version.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import connection, transaction

PREFIX: Final = "guard_"
_TOLD: Final = re.compile(r"e\[([a-z ]+)\]")
_COLUMN: Final = re.compile(r'"\w+"')
_PRESENT: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled = 'O' AND substr(tgname, 1, 6) = 'guard_'"
        " AND c.relnamespace = current_schema()::regnamespace"
    ),
}


Deed = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """`holds` is SQL on the row: `NEW.column`, `OLD.column`, `e[field]` for what the event `e` told, and `DIFFERS` for
    a comparison that knows null. Where it is not true, the deed is refused by an `IntegrityError` that names `rule`."""

    rule: str
    table: str
    on: Deed
    holds: str

    @property
    def name(self) -> str:
        text = f"{self.table} {self.on} {self.holds}"
        return f"{PREFIX}{self.rule}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def create(self) -> list[str]:
        """Statements for the database that is in use. After the deed, so that keys and checks are named first."""
        head = f'TRIGGER "{self.name}" AFTER {self.on} ON "{self.table}"'
        if connection.vendor == "sqlite":
            condition = _in(self.holds, r"json_extract(e.fields, '$.\1')", "IS NOT")
            refuse = f"SELECT RAISE(ABORT, '{self.rule}');"
            return [f"CREATE {head} WHEN ({condition}) IS NOT TRUE BEGIN {refuse} END"]
        condition = _in(self.holds, r"(e.fields ->> '\1')", "IS DISTINCT FROM")
        refuse = f"RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{self.rule}', CONSTRAINT = '{self.rule}';"
        body = f"BEGIN IF ({condition}) IS NOT TRUE THEN {refuse} END IF; RETURN NULL; END"
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$',
            f'CREATE OR REPLACE {head} FOR EACH ROW EXECUTE FUNCTION "{self.name}"()',
        ]


@dataclass(frozen=True, slots=True)
class Key:
    """A unique key of a table on SQLite, whose REPLACE takes the row that has the key away and fires no trigger for it.
    So a key that another row has is refused before the deed, in the words of SQLite itself."""

    table: str
    on: Deed
    columns: tuple[str, ...]
    where: str = ""
    """Condition of a partial index."""

    @property
    def name(self) -> str:
        text = f"{self.table} {self.on} {self.columns} {self.where}"
        return f"{PREFIX}key_{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def create(self) -> list[str]:
        same = [f'x."{column}" = NEW."{column}"' for column in self.columns]
        same += ["x.rowid <> OLD.rowid"] if self.on == "UPDATE" else []
        same += ["(" + _COLUMN.sub(rf"{row}.\g<0>", self.where) + ")" for row in ("x", "NEW") if self.where]
        taken = f'SELECT 1 FROM "{self.table}" x WHERE {" AND ".join(same)}'  # noqa: S608 (nothing comes from outside)
        said = f"UNIQUE constraint failed: {', '.join(f'{self.table}.{column}' for column in self.columns)}"
        head = f'CREATE TRIGGER "{self.name}" BEFORE {self.on} ON "{self.table}"'
        return [f"{head} WHEN EXISTS ({taken}) BEGIN SELECT RAISE(ABORT, '{said}'); END"]


def keys(table: str, primary: str) -> Iterator[Key]:
    """All unique keys of a table, for new and for changed rows; none where the database has no REPLACE."""
    if connection.vendor != "sqlite":
        return
    found = {((primary,), "")}
    with connection.cursor() as cursor:
        for _, name, unique, _, partial in cursor.execute(f'PRAGMA index_list("{table}")').fetchall():
            columns = tuple(column for _, _, column in cursor.execute(f'PRAGMA index_info("{name}")').fetchall())
            if unique and None not in columns:
                found.add((columns, _condition(cursor, name) if partial else ""))
    for columns, where in sorted(found):
        yield from (Key(table, on, columns, where) for on in ("INSERT", "UPDATE"))


def _condition(cursor: Any, index: str) -> str:
    (sql,) = cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [index]).fetchone()
    return str(sql).split(" WHERE ", 1)[1]


def hold(wanted: Iterable[Trigger | Key]) -> None:
    """The database has exactly these triggers; one look when it has them already."""
    named, there = {trigger.name: trigger for trigger in wanted}, _present()
    if there == named.keys():
        return
    with transaction.atomic():
        if connection.vendor == "postgresql":  # of two programs that open the register at once, one makes them
            _execute(["SELECT pg_advisory_xact_lock(hashtext('register.triggers'))"])
        there = _present()
        _drop(there - named.keys())
        _execute(sql for name in sorted(named.keys() - there) for sql in named[name].create())


def let_go() -> None:
    """None is left, so that tables may change."""
    with transaction.atomic():
        _drop(_present())


def _present() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        return {str(name) for (name,) in cursor.fetchall()}


def _drop(names: Iterable[str]) -> None:
    """On PostgreSQL the trigger goes with its function."""
    sqlite = connection.vendor == "sqlite"
    _execute(f'DROP TRIGGER "{name}"' if sqlite else f'DROP FUNCTION "{name}"() CASCADE' for name in sorted(names))


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def _in(holds: str, told: str, differs: str) -> str:
    """The condition in the words of one database."""
    return _TOLD.sub(told, holds).replace("DIFFERS", differs)
