"""Blocking rules of a Splink model as blocks."""

import re
from collections.abc import Sequence

from linkage.model import MOST_BLOCKS, Block
from linkage.splink.columns import Column, field_name, typed
from linkage.splink.comparisons import Carried
from linkage.splink.settings import SplinkRule
from linkage.splink.sql import Equal, Part, Unknown, atom, normalised, split, without_brackets


def blocks(rules: Sequence[SplinkRule], into: Carried) -> tuple[Block, ...]:
    """At least one; fields that only blocks read are added to those of the model."""
    found: list[Block] = []
    for number, rule in enumerate(rules, start=1):
        where = f"blocking rule {number}"
        for alternative in split(without_brackets(normalised(rule.blocking_rule)), "or"):
            try:
                found.append(_block(alternative, rule.arrays_to_explode or [], where, into))
            except Unknown as why:
                into.tell(where, f"{why}; the rule is left out")
    if not found:
        into.tell("blocking rules", "none could be carried over: records that agree on one whole field are compared")
        found = [Block(on=(comparison.field,)) for comparison in into.comparisons]
    blocks = tuple(dict.fromkeys(found))
    for block in blocks[MOST_BLOCKS:]:
        into.tell(f"block {' + '.join(block.on)}", f"a model has at most {MOST_BLOCKS} blocks, so it is left out")
    return blocks[:MOST_BLOCKS]


def _block(sql: str, exploded: Sequence[str], where: str, into: Carried) -> Block:
    """Raises `Unknown` when there is nothing on which records could meet."""
    conditions = [_equality(condition) for condition in split(sql, "and")]
    equal = [condition for condition in conditions if condition]
    if not equal:
        raise Unknown("records meet on equal evidence, by order or by likeness (docs/from-splink.md)")
    if len(equal) < len(conditions):
        into.tell(where, "it asks more than equality, which a block does not: more pairs are compared", kept=True)
    swapped = [one for one in equal if one.one != one.two]
    on = [_part(one.one, exploded, into) for one in equal if one.one == one.two]
    if swapped:
        on.insert(0, _swapped(swapped, where, into))
    return Block(on=tuple(dict.fromkeys(on)))


def _equality(condition: str) -> Equal | None:
    try:
        found = atom(condition)
    except Unknown:
        return None
    return found if isinstance(found, Equal) else None


def _part(part: Part, exploded: Sequence[str], into: Carried) -> str:
    """Evidence of the column's field, or an expression over it."""
    listed = part.column in exploded
    name, column = _field(part.column, into, listed=listed)
    if listed:
        return f"string_to_array({name}, '|')"
    if not part.piece:
        return name
    place = re.fullmatch(r"from(\d+)to(\d+)", part.piece)
    if column.kind == "date" or not place:
        return name + column.ending(part.piece)
    return f"substr({name}, {place[1]}, {int(place[2]) - int(place[1]) + 1})"


def _field(column: str, into: Carried, *, listed: bool = False) -> tuple[str, Column]:
    """The field that is this column alone, added when no comparison has it."""
    for declared in into.fields:
        alone = sum(each.field == declared.field for each in into.fields) == 1
        if alone and declared.column == column and (declared.type == "list" or not listed):
            return declared.field, into.columns[column]
    found = Column(column, "list", "for it is exploded in a block") if listed else typed(column)
    return _added(into.free(field_name(column)), [found], into), found


def _swapped(swapped: Sequence[Equal], where: str, into: Carried) -> str:
    """Given name and surname exchanged: all words of the full name, in order. Raises `Unknown` for other columns."""
    names = {part.column for one in swapped for part in (one.one, one.two)}
    columns = {column.type: column for column in map(typed, sorted(names))}
    if set(columns) != {"given_names", "surname"} or len(names) != 2 or len(swapped) != 2:
        raise Unknown("a block compares a column with itself, but for given name and surname exchanged")
    into.tell(where, "records with the same words in their names meet, exchanged or not", kept=True)
    sought = [columns["given_names"].name, columns["surname"].name]
    for declared in into.fields:
        if sorted(sought) == sorted(each.column or "" for each in into.fields if each.field == declared.field):
            return f"{declared.field}.words"
    return _added(into.free("name"), [columns["given_names"], columns["surname"]], into) + ".words"


def _added(field: str, columns: Sequence[Column], into: Carried) -> str:
    into.fields += [column.declared(field) for column in columns]
    for column in columns:
        into.columns.setdefault(column.name, column)
    return field
