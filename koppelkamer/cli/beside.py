"""What a screen says of a delivery beside earlier ones."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intake.changes import Change, failed, told
from intake.difference import Difference
from koppelkamer.cli.screen import columns

if TYPE_CHECKING:
    from flows.compare import Compared


def of_delivery(compared: "Compared") -> list[str]:
    """Of one that came into a room: what it corrects, and what changed suddenly."""
    from flows.compare import WHY

    lines = []
    if compared.corrects is not None:
        lines.append(f"it corrects the delivery {compared.corrects[:12]} of the same period")
        if compared.difference is not None:
            lines += of_difference(compared.difference)
        elif compared.difference_why is not None:
            lines.append(f"  how they differ cannot be told: {WHY[compared.difference_why]}")
    if compared.changes_why is not None:
        return [*lines, f"no sudden change is judged: {WHY[compared.changes_why]}"]
    return [*lines, *of_changes(compared.changes)]


def of_difference(found: Difference) -> list[str]:
    lines = [f"beside the earlier delivery: {found.added:,} rows added, {found.gone:,} gone, "
             f"{found.changed:,} changed, {found.same:,} the same"]  # fmt: skip
    lines += columns([(count, f"cells of {name} changed") for name, count in found.columns.items() if count])
    if any(found.unmatched):
        lines.append(f"  without a key of their own: {found.unmatched[0]:,} and {found.unmatched[1]:,}")
    return lines


def of_changes(found: Sequence[Change]) -> list[str]:
    sudden = failed(found)
    lines = [f"sudden changes since the earlier delivery: {len(sudden)} of {len(found)} measures"]
    return [*lines, *(f"  {told(each)}" for each in sudden)]
