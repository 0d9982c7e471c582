"""Comparisons of a Splink model, one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from linkage.compare.level import Level
from linkage.model import MOST_LEVELS, Comparison, FileField
from linkage.splink.chances import chances
from linkage.splink.columns import Column, as_text, field_name, typed
from linkage.splink.levels import Read, level_of, named_apart, place_level
from linkage.splink.note import Note
from linkage.splink.settings import SplinkComparison, SplinkLevel
from linkage.splink.sql import Equal, Measured, Unknown, asked, date_formats, only_of_nulls

_NOTHING = "none of its levels can be carried over, so it is left out"
_SWAPPED = Level(name="swapped", equal=(("=.swapped",),))


@dataclass(slots=True)
class Carried:
    """What has been carried over so far, and what is to be told of it."""

    comparisons: list[Comparison] = field(default_factory=list)
    fields: list[FileField] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    """By name of the column."""
    notes: list[Note] = field(default_factory=list)

    def tell(self, where: str, said: str, *, kept: bool = False) -> None:
        self.notes.append(Note(where, said, kept))

    def add(self, comparison: Comparison, columns: Iterable[Column]) -> None:
        self.comparisons.append(comparison)
        for column in columns:
            self.fields.append(column.declared(comparison.field))
            self.columns.setdefault(column.name, column)

    def free(self, name: str) -> str:
        """The name of a field, with a number where it is taken."""
        taken = {declared.field for declared in self.fields}
        numbered = (f"{name}_{number}" for number in range(2, 99))
        return name if name not in taken else next(each for each in numbered if each not in taken)


def carry(comparison: SplinkComparison, into: Carried) -> None:
    """Add the comparison, as one field or as several, with what is to be told of it."""
    name = comparison.output_column_name or comparison.comparison_description or "a comparison"
    where = f"comparison {name}"
    reads = [read for level in comparison.comparison_levels if level.asks and (read := _read(level, where, into))]
    for level in comparison.comparison_levels:
        if level.is_null_level and not only_of_nulls(level.sql_condition):
            into.tell(where, "Splink takes more for missing than what is null; here only placeholders are", kept=True)
        if level.others:
            into.tell(f"{where}, {level.label}", f"{', '.join(level.others)} has no meaning here", kept=True)
    columns = list(dict.fromkeys(column for read in reads for column in read.columns))
    if not columns:
        into.tell(where, _NOTHING)
    elif _is_place(reads):
        _place(comparison, reads, into)
    elif len(columns) == 2 and (names := _names(columns)):
        _names_apart(comparison, reads, names, into)
    else:
        _one(comparison, reads, _main(reads), into)


def _read(level: SplinkLevel, where: str, into: Carried) -> Read | None:
    try:
        return Read(level, asked(level.sql_condition))
    except Unknown as why:
        into.tell(f"{where}, {level.label}", str(why))
        return None


def _one(comparison: SplinkComparison, reads: Sequence[Read], name: str, into: Carried) -> None:
    """One column, one field."""
    where = f"comparison {comparison.output_column_name or name}"
    column = _column(comparison, reads, name)
    kept: list[tuple[SplinkLevel, Level]] = []
    for read in reads:
        try:
            kept.append((read.splink, level_of(read, column)))
        except Unknown as why:
            into.tell(f"{where}, {read.splink.label}", str(why))
            continue
        for near in read.near:
            into.tell(f"{where}, {read.splink.label}", near, kept=True)
    if not kept:
        into.tell(where, _NOTHING)
        return
    for splink, _ in kept[MOST_LEVELS:]:
        into.tell(f"{where}, {splink.label}", f"a field has at most {MOST_LEVELS} levels")
    del kept[MOST_LEVELS:]
    levels = named_apart([level for _, level in kept])
    whole = len(kept) == sum(level.asks for level in comparison.comparison_levels)
    m, u = chances(comparison, levels, whole=whole, where=where, notes=into.notes)
    rare = _term_frequency(kept, name, where, into)
    field_named = into.free(field_name(name))
    into.add(Comparison(field=field_named, term_frequency=rare, levels=levels, m=m, u=u), [column])


def _column(comparison: SplinkComparison, reads: Sequence[Read], name: str) -> Column:
    """With the type that can do what the levels ask; text where the type its name suggests cannot."""
    measured = {atom.name for read in reads for atom in read.atoms if isinstance(atom, Measured)}
    formats = {each for level in comparison.comparison_levels for each in date_formats(level.sql_condition)}
    column = typed(name, sorted(measured), formats)
    return column if _able(column, reads) >= _able(as_text(column), reads) else as_text(column)


def _able(column: Column, reads: Sequence[Read]) -> int:
    """How many of the levels a column can have."""
    able = 0
    for read in reads:
        try:
            level_of(read, column)
        except Unknown:
            continue
        able += 1
    return able


def _term_frequency(kept: Sequence[tuple[SplinkLevel, Level]], column: str, where: str, into: Carried) -> bool:
    found = False
    for splink, level in kept:
        if splink.tf_adjustment_column is None:
            continue
        if splink.tf_adjustment_column != column or level.name != "same":
            into.tell(f"{where}, {splink.label}", "term frequency is of agreement on the whole value only")
            continue
        found = True
        if splink.tf_adjustment_weight not in (None, 1.0):
            into.tell(f"{where}, {splink.label}", "term frequency counts in full, whatever its weight", kept=True)
    return found


def _main(reads: Sequence[Read]) -> str:
    """The column that most levels ask for, the first of these."""
    counted = Counter(column for read in reads for column in read.columns)
    return max(counted, key=counted.__getitem__)


def _is_place(reads: Sequence[Read]) -> bool:
    """Whether all that is asked is of one latitude and longitude."""
    measured = {atom.name for read in reads for atom in read.atoms if isinstance(atom, Measured)}
    return measured == {"kilometres"} and len({frozenset(read.columns) for read in reads}) == 1


def _place(comparison: SplinkComparison, reads: Sequence[Read], into: Carried) -> None:
    """Latitude and longitude become one place."""
    where = f"comparison {comparison.output_column_name}"
    levels = named_apart([place_level(read) for read in reads])
    whole = len(levels) == sum(level.asks for level in comparison.comparison_levels)
    m, u = chances(comparison, levels, whole=whole, where=where, notes=into.notes)
    north, east = reads[0].columns
    columns = [Column(north, "latitude", "by what is measured of it"), Column(east, "longitude", "likewise")]
    name = into.free(field_name(comparison.output_column_name or "place"))
    into.add(Comparison(field=name, term_frequency=False, levels=levels, m=m, u=u), columns)


def _names(columns: Sequence[str]) -> tuple[Column, Column] | None:
    """Given name and surname, where the columns are these."""
    found = {column.type: column for column in map(typed, columns)}
    return (found["given_names"], found["surname"]) if set(found) == {"given_names", "surname"} else None


def _names_apart(
    comparison: SplinkComparison, reads: Sequence[Read], names: tuple[Column, Column], into: Carried
) -> None:
    """Given name and surname together become two fields, and a third that says only whether they were exchanged."""
    where = f"comparison {comparison.output_column_name}"
    into.tell(
        where,
        "given name and surname become two fields that weigh apart, and a third for exchanged names; "
        "their chances are left to training",
        kept=True,
    )
    for column in names:
        limits = {
            atom.limit
            for read in reads
            for atom in read.atoms
            if isinstance(atom, Measured) and atom.name == "jaro_winkler" and atom.one.column == column.name
        }
        levels = [Level(name="same", equal=(("",),))]
        levels += [Level(name=f"Jaro-Winkler >= {limit:g}", jaro_winkler=limit) for limit in sorted(limits)[::-1]]
        rare = any(read.splink.tf_adjustment_column == column.name for read in reads)
        named = into.free(field_name(column.name))
        into.add(Comparison(field=named, term_frequency=rare, levels=tuple(levels)), [column])
    if any(isinstance(atom, Equal) and atom.one != atom.two for read in reads for atom in read.atoms):
        both = into.free(field_name(comparison.output_column_name or "name"))
        into.add(Comparison(field=both, term_frequency=False, levels=(_SWAPPED,)), names)
