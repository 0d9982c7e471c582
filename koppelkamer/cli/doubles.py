"""`koppelkamer check --doubles`: records of one entity in a partner's own file, found on its own premises."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from declare import load, write_atomically
from koppelkamer.cli.screen import percent, progress

if TYPE_CHECKING:
    from expectations.validated import ValidatedExtract


def doubles(facts: dict[str, Any], validated: "ValidatedExtract", model: Path, out: Path) -> list[str]:
    """Lines on double registrations; `facts` gets their counts, and doubles.csv in `out` their rows: `row`, `cluster`.

    The model is fitted to the file itself, in clear text. Raises `WrongInput` when it reads what the source lacks.
    """
    from linkage import Comparable, Model, train
    from linkage.doubles import doubles_of
    from pseudonymise.protect import linkage_fields

    source, declared = validated.source, load(model, Model)
    progress("looking for double registrations")
    rows, fields = validated.table, linkage_fields(source)
    side = Comparable.of_text(source.id, rows, fields)
    alone = declared.model_copy(update={"left": source.id, "right": source.id, "one_to_one": None})
    found = doubles_of(side, rows["row"], train(side, side, alone))
    write_atomically(out / "doubles.csv", found.rows.write_csv().encode())
    judged = {"threshold": 0.0, "reason": "", "outcome": "failed" if found.doubled else "met"}
    facts["pollution"] = {"doubles": [{"check": declared.id, **found.facts, **judged}]}
    return [
        f"{found.doubled:,} of {found.records:,} records in probable double registrations, of which about "
        f"{found.expected_false:.0f} are not; links are right for {percent(found.quality.precision)} (estimated)",
        f"  their rows: {out / 'doubles.csv'}",
    ]
