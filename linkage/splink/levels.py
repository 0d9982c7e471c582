"""Levels of a Splink comparison as levels of one field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from declare import WrongInput
from linkage.compare.level import Level
from linkage.compare.library import check_levels
from linkage.splink.columns import Column
from linkage.splink.settings import SplinkLevel
from linkage.splink.sql import Atom, Equal, Measured, Part, Unknown

Asked = tuple[tuple[Atom, ...], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A level of Splink's with what it asks."""

    splink: SplinkLevel
    asks: Asked

    @property
    def atoms(self) -> list[Atom]:
        return [atom for alternative in self.asks for atom in alternative]

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(part.column for atom in self.atoms for part in (atom.one, atom.two)))

    @property
    def near(self) -> list[str]:
        return list(dict.fromkeys(atom.near for atom in self.atoms if isinstance(atom, Measured) and atom.near))


def level_of(read: Read, column: Column) -> Level:
    """Raises `Unknown` when the level asks more than one level of one field can."""
    found = _merged(read.asks, column)
    whole = found == {"equal": (("",),)}
    try:
        level = Level(name="same" if whole else read.splink.label, **found)
        check_levels(column.name, column.kind, [level])
    except WrongInput as error:
        raise Unknown(f"{error.message}; {error.remedy}") from error
    except ValidationError as error:
        raise Unknown("its limit is none that a level can have") from error
    return level


def named_apart(levels: Sequence[Level]) -> tuple[Level, ...]:
    """The levels with names that are all different."""
    names: dict[str, int] = {}
    found = []
    for level in levels:
        names[level.name] = names.get(level.name, 0) + 1
        again = names[level.name] > 1
        found.append(level.model_copy(update={"name": f"{level.name} ({names[level.name]})"}) if again else level)
    return tuple(found)


def place_level(read: Read) -> Level:
    """A level of a place, whose columns are its latitude and longitude. Raises `Unknown`."""
    match read.atoms:
        case [Measured(name="kilometres", limit=limit)]:
            return Level(name=read.splink.label, kilometres=limit)
        case atoms if all(isinstance(atom, Equal) and atom.one == atom.two for atom in atoms):
            return Level(name="same", equal=(("",),))
    raise Unknown("a place has levels of kilometres only")


def _merged(asks: Asked, column: Column) -> dict[str, Any]:
    equal: list[tuple[str, ...]] = []
    measured: list[tuple[Measured, tuple[str, ...]]] = []
    for alternative in asks:
        parts = tuple(_ending(atom, column) for atom in alternative if isinstance(atom, Equal))
        match [atom for atom in alternative if isinstance(atom, Measured)]:
            case []:
                equal.append(parts)
            case [atom]:
                measured.append((replace(atom, one=Part(column.name, _ending(atom, column))), parts))
            case _:
                raise Unknown("two things are measured at once; a level of its own for each is the nearest")
    return {**({"equal": tuple(equal)} if equal else {}), **_measures(measured)}


def _measures(measured: Iterable[tuple[Measured, tuple[str, ...]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    terms: set[tuple[str, tuple[str, ...]]] = set()
    for atom, where in measured:
        if atom.name in found:
            raise Unknown(f"{atom.name} is asked twice; a level of its own for each is the nearest")
        found[atom.name] = int(atom.limit) if atom.name in ("osa", "days", "overlap") else atom.limit
        terms.add((atom.one.piece, where))
    if len(terms) > 1:
        raise Unknown("pieces of a value are measured under different terms")
    for of, where in terms:
        found |= {"of": of, "where": where}
    return {name: value for name, value in found.items() if value not in ("", ())}


def _ending(atom: Atom, column: Column) -> str:
    if {atom.one.column, atom.two.column} != {column.name}:
        raise Unknown("it asks something of another column too; a level is of one field")
    if atom.one != atom.two:
        raise Unknown("it compares two pieces of a value crosswise")
    return column.ending(atom.one.piece)
