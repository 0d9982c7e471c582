"""The header against the declaration. Names from the file are printed only where they equal a declared name."""

from collections import Counter
from collections.abc import Sequence

from intake.read.wrong_file import WrongFile
from intake.source import Source


def check_header(header: Sequence[str], source: Source) -> None:
    """Raise `WrongFile` unless the header holds each declared column once and nothing else, in any order."""
    declared = [column.name for column in source.columns]
    missing = [name for name in declared if name not in header]
    if missing:
        raise _missing(missing, declared, source)
    if doubled := [name for name, times in Counter(header).items() if times > 1 and name in declared]:
        remedy = "Have each column delivered once."
        raise WrongFile(source.id, f"has columns that stand in the header twice: {_listed(doubled)}", remedy=remedy)
    if unknown := [place for place, name in enumerate(header, start=1) if name not in declared]:
        remedy = "Leave them out of the file, or declare them with role drop."
        places = _listed([str(place) for place in unknown])
        raise WrongFile(source.id, f"has columns that are not declared, at place {places}", remedy=remedy)


def _missing(missing: Sequence[str], declared: Sequence[str], source: Source) -> WrongFile:
    if len(missing) > len(declared) / 2:
        why = f"looks like another source's file, or has no header: it lacks {_listed(missing)}"
        setting = {"csv": "`separator`", "excel": "`sheet`", "xml": "`record`"}.get(source.file.kind, "`kind`")
        return WrongFile(source.id, why, remedy=f"Check which file belongs to which source, and {setting}.")
    return WrongFile(source.id, f"lacks columns: {_listed(missing)}", remedy="Have them delivered, or mend the source.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
