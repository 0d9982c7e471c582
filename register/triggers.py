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

from django.conf import settings
from django.db import connection, transaction

PREFIX: Final = "guard_"
_TOLD: Final = re.compile(r"\b([evt])\[([a-z_ ]+)\]")
_HELD_IN: Final = {"e": "e.fields", "v": "v.content", "t": "t.value"}
_EACH: Final = re.compile(r"EACH\(([\w.]+), (\w+)\) t")
_ON_DAY: Final = re.compile(r"\(([\w.]+) ON_DAY ([\w.]+)\)")
_FIXED: Final = "SET search_path = {schema}, pg_temp SET datestyle = 'ISO'"
"""Of PostgreSQL: a session's own temporary tables, which it reads first elsewhere, come last."""
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
    """`holds` is SQL on the row: `NEW.column`, `OLD.column`, `e[field]` for what the event `e` told, `v[field]` for
    what the version `v` of a declaration says, `EACH(content, field) t` for the parts `t` of a list in JSON, `AS_JSON`,
    `DIFFERS` for a comparison that knows null, and `(day ON_DAY moment)`.
    Where it is not true, the deed is refused by an `IntegrityError` that names `rule`."""

    rule: str
    table: str
    on: Deed
    holds: str

    @property
    def name(self) -> str:
        text = f"{self.table} {self.on} {self.holds} {_FIXED}"
        return f"{PREFIX}{self.rule}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def create(self) -> list[str]:
        """Statements for the database that is in use. After the deed, so that keys and checks are named first."""
        head = f'TRIGGER "{self.name}" AFTER {self.on} ON "{self.table}"'
        condition = _in_sqlite(self.holds) if connection.vendor == "sqlite" else _in_postgresql(self.holds)
        if connection.vendor == "sqlite":
            refuse = f"SELECT RAISE(ABORT, '{self.rule}');"
            return [f"CREATE {head} WHEN ({condition}) IS NOT TRUE BEGIN {refuse} END"]
        refuse = f"RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{self.rule}', CONSTRAINT = '{self.rule}';"
        body = f"BEGIN IF ({condition}) IS NOT TRUE THEN {refuse} END IF; RETURN NULL; END"
        fixed = _FIXED.format(schema=_schema())
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql {fixed}'
            f" AS $guard$ {body} $guard$",
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
    """All unique keys of a table, the hidden rowid too, for new and for changed rows; none where the database has no
    REPLACE."""
    if connection.vendor != "sqlite":
        return
    found = {((primary,), ""), (("rowid",), "")}
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


def _schema() -> str:
    """Of PostgreSQL: where the register's tables stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


def _in_sqlite(holds: str) -> str:
    """Without time zones: where the register is, it is one or two hours later than UTC."""
    said = _TOLD.sub(lambda told: f"json_extract({_HELD_IN[told[1]]}, '$.{told[2]}')", holds)
    said = _ON_DAY.sub(r"\1 IN (date(\2, '+1 hours'), date(\2, '+2 hours'))", said)
    said = _EACH.sub(r"json_each(\1, '$.\2') t", said)
    return said.replace("DIFFERS", "IS NOT").replace("AS_JSON", "json")


def _in_postgresql(holds: str) -> str:
    said = _TOLD.sub(lambda told: f"({_HELD_IN[told[1]]} ->> '{told[2]}')", holds)
    day = f"(\\2::timestamptz AT TIME ZONE '{settings.TIME_ZONE}')::date"
    said = _EACH.sub(r"jsonb_array_elements(\1 -> '\2') t(value)", _ON_DAY.sub(rf"\1 = {day}", said))
    return said.replace("DIFFERS", "IS DISTINCT FROM").replace("AS_JSON", "text")
