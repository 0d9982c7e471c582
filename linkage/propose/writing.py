"""The proposal as a model file: TOML that a person can read, correct and keep."""

import json
from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from linkage.model import MOST_FIELDS, Comparison, FileField
from linkage.propose.fields import Pair
from linkage.propose.levels import WHY

if TYPE_CHECKING:
    from linkage.propose.proposal import Proposal

_WIDTH = 116

_ALONE = {
    "left": "the right has nothing of the kind",
    "right": "the left has nothing of the kind",
    "both": f"the sides do not share their values, or a model compares {MOST_FIELDS} fields at most",
}
_ASSIGNMENTS = {
    "one-to-one": "Strong links seldom share a record: each has one partner at most.",
    "right-once": "Left records seldom have several strong partners, right ones do: the right holds each entity once.",
    "left-once": "Right records seldom have several strong partners, left ones do: the left holds each entity once.",
    "none": "Records on both sides have several strong partners: any number of links is kept.",
}


def written(proposal: "Proposal") -> str:
    """The same proposal gives the same text."""
    parts = [_head(proposal), _sources(proposal), _file(proposal), *_fields(proposal), *_blocks(proposal)]
    parts += _comparisons(proposal)
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _head(proposal: "Proposal") -> list[str]:
    names = " and ".join(table.path.name for table in proposal.tables)
    heights = " × ".join(f"{table.texts.height:,}" for table in proposal.tables)
    lines = _comment(
        f"Proposed for {names} ({heights} records) from the data alone: no pair was labelled, no truth was seen. "
        "Read it before you rely on it; what is wrong here is wrong in every link."
    )
    if proposal.warnings:
        lines += ["#", *_comment("DO NOT TRUST THIS MODEL UNTIL A SAMPLE OF ITS LINKS HAS BEEN REVIEWED:")]
        for warning in proposal.warnings:
            lines += _comment(warning, bullet=True)
    rough = proposal.rough
    about = f"A first fit expects about {rough.expected:,.0f} matches; {rough.unsure:.1%} of these are in doubt."
    return [*lines, "#", *_comment(about)]


def _sources(proposal: "Proposal") -> list[str]:
    model = proposal.model
    lines = [f"id = {_text(model.id)}", f"left = {_text(model.left)}", f"right = {_text(model.right)}"]
    if model.one_to_one is not None:
        lines += ["", *_comment(_ASSIGNMENTS[model.one_to_one]), f"one_to_one = {_text(model.one_to_one)}"]
    if model.joint:
        lines += ["", *_joined(proposal)]
    return lines


def _joined(proposal: "Proposal") -> list[str]:
    lines = []
    for names in proposal.model.joint:
        for one in proposal.decided:
            if {one.by, one.field} <= set(names):
                share = f"in {one.given:.0%} of cases, by chance in {one.alone:.2%}"
                lines += _comment(f"Records of one file that agree on {one.by} agree on {one.field} {share}: {one.by} "
                                  f"decides {one.field}, and they weigh together.")  # fmt: skip
    every = ", ".join(f"[{', '.join(map(_text, names))}]" for names in proposal.model.joint)
    return [*lines, f"joint = [{every}]"]


def _file(proposal: "Proposal") -> list[str]:
    file = proposal.model.file
    lines = [f"separator = {_text(file.separator)}"] if file.separator != "," else []
    lines += [f"encoding = {_text(file.encoding)}"] if file.encoding != "utf-8" else []
    if file.id is not None:
        lines += [*_comment("Every record has its own: it names records in the results and is never compared."),
                  f"id = {_text(file.id)}"]  # fmt: skip
    return ["[file]", *lines] if lines else []


def _fields(proposal: "Proposal") -> Iterator[list[str]]:
    for declared, pair in proposal.fields.declared:
        if pair.field not in proposal.seldom:
            yield [*_comment(_reason(pair)), "[[fields]]", *_columns(declared)]
    out = [(column.name, side, column.why) for column, side in proposal.fields.left_out if column.type is None]
    alone = [(column.name, side) for column, side in proposal.fields.left_out if column.type is not None]
    lines = [line for name, side, why in out for line in _comment(f"Not compared: {name} ({side}) {why}.")]
    for side in ("left", "right", "both"):
        if names := ", ".join(name for name, where in alone if where == side):
            lines += _comment(f"Not compared, for {_ALONE[side]}: {names}.")
    if proposal.seldom:
        lines += _comment(f"Not compared, for they are hardly ever filled on both sides: {', '.join(proposal.seldom)}.")
    yield lines


def _reason(pair: Pair) -> str:
    said = [pair.left.why] if pair.left.why == pair.right.why else [f"left {pair.left.why}", f"right {pair.right.why}"]
    doubts = [f"CHECK: {side.doubt}" for side in dict.fromkeys((pair.left, pair.right)) if side.doubt]
    sentence = "; ".join([*said, *doubts])
    return f"{sentence[0].upper()}{sentence[1:]}."


def _columns(declared: FileField) -> list[str]:
    plain = FileField.model_fields
    values = {
        name: getattr(declared, name)
        for name in ("field", "type", "column", "left", "right", "format", "left_format", "right_format", "separator")
    }
    kept = {name: value for name, value in values.items() if value is not None and value != plain[name].default}
    return [f"{name} = {_text(value)}" for name, value in kept.items()]


def _blocks(proposal: "Proposal") -> Iterator[list[str]]:
    found = proposal.blocks
    yield _comment(
        f"Blocks: {found.pairs:,} pairs of {proposal.rough.pairing.possible:,} (those that meet twice count twice; "
        f"the budget was {found.budget:,}). Expected to find {found.recall:.1%} of the matches that agree on "
        "anything at all; matches that agree on nothing are not in this figure."
    )
    for one in found.blocks:
        said = f"{one.pairs:,} pairs; {one.recall:.1%} of the matches, {one.reached:.1%} with the blocks before it."
        yield [*_comment(said), "[[blocks]]", f"on = [{', '.join(map(_text, one.on))}]"]
    if not found.blocks:
        yield _comment(
            "NO KEY WAS FOUND on which matches meet often enough for its cost: the block below is the most telling "
            "evidence there is, and no proposal. Write blocks that you know matches share, or do not link by it."
        )
        for block in proposal.model.blocks:
            yield ["[[blocks]]", f"on = [{', '.join(map(_text, block.on))}]"]


def _comparisons(proposal: "Proposal") -> Iterator[list[str]]:
    slopes = {one.field: one.slope for one in proposal.rarity}
    for comparison in proposal.model.comparisons:
        name, slope = comparison.field, slopes.get(comparison.field)
        flag = "true" if comparison.term_frequency else "false"
        follows = any(name in names[1:] for names in proposal.model.joint)
        yield [*_comment(_of_rarity(slope, comparison.term_frequency, follows)), "[[comparisons]]",
               f"field = {_text(name)}", f"term_frequency = {flag}", *_levels(comparison)]  # fmt: skip


def _levels(comparison: Comparison) -> list[str]:
    if not comparison.levels:
        return []
    given = [level.model_dump(mode="json", exclude_defaults=True) for level in comparison.levels]
    lines = [
        ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in one.items()) for one in given
    ]
    return [*_comment(WHY[comparison.levels]), "levels = [", *(f"    {{ {line} }}," for line in lines), "]"]


def _of_rarity(slope: float | None, counts: bool | None, follows: bool) -> str:
    if slope is None:
        return "Values are too few, or too equally frequent, for rarity to count."
    told = f"with every halving of frequency, agreement is {2**slope:.1f} × as often a match's"
    if counts:
        return f"Rare values count for more: {told}."
    if follows:
        return "Rarity is counted once, for the field this one weighs together with."
    return f"Rarity does not pay: {told}, not 2 ×."


def _comment(sentence: str, *, bullet: bool = False) -> list[str]:
    first, later = ("# - ", "#   ") if bullet else ("# ", "# ")
    return wrap(
        sentence, _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _text(value: str) -> str:
    """A basic string of TOML; its escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
