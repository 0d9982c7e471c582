"""`koppelkamer import-splink`: a model saved by Splink becomes a model file, with what could not come along."""

import argparse

from declare import WrongInput, write_atomically
from koppelkamer.cli.screen import Screen


def import_splink(call: argparse.Namespace) -> Screen:
    """Write a commented model. Raises `WrongInput` when the file is there already: it may have been edited."""
    from linkage.splink import as_toml, read_splink

    if call.out.exists():
        raise WrongInput(f"{call.out} is there already", remedy="Name another file with --out, or move that one away.")
    found = read_splink(call.settings)
    write_atomically(call.out, as_toml(found).encode())
    left_out = [str(note) for note in found.notes if not note.kept]
    changed = [str(note) for note in found.notes if note.kept]
    facts = {
        "model": str(call.out), "comparisons": len(found.model.comparisons), "blocks": len(found.model.blocks),
        "not carried over": left_out, "changed": changed,
    }  # fmt: skip
    lines = [f"{len(found.model.comparisons)} comparisons and {len(found.model.blocks)} blocks are in {call.out}"]
    for title, notes in (("not carried over:", left_out), ("carried over, but not quite the same:", changed)):
        lines += [f"  {title}", *(f"  - {note}" for note in notes)] if notes else []
    return Screen(facts, lines)
