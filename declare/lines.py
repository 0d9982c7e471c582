"""Which line of a TOML text a key stands on; the standard parser does not say."""

import re
from collections import Counter

Location = tuple[int | str, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\s]+")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"']+)\s*=")


def line_of(text: str, location: Location) -> int:
    """The line (from 1) of the key at `location`, or of the nearest table above it that is written down."""
    places = _places(text)
    for length in range(len(location), 0, -1):
        if location[:length] in places:
            return places[location[:length]]
    return 1


def _places(text: str) -> dict[Location, int]:
    """Locations of all table headers and keys; arrays of tables are counted from 0."""
    places: dict[Location, int] = {}
    seen: Counter[Location] = Counter()
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _enter(header[1], _split(header[2]), seen)
            places[table] = number
        elif key := _KEY.match(line):
            places.setdefault(table + _split(key[1]), number)
    return places


def _enter(bracket: str, name: Location, seen: Counter[Location]) -> Location:
    """The location of a header, with the index of every array of tables on its path."""
    path: Location = ()
    for depth, part in enumerate(name):
        path += (part,)
        last = depth == len(name) - 1
        if last and bracket == "[[":
            seen[path] += 1
        if seen[path]:
            path += (seen[path] - 1,)
    return path


def _split(name: str) -> Location:
    """A dot in quotes is part of a key."""
    return tuple(part.strip("\"'") for part in _PART.findall(name))
