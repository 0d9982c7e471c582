"""The answers of others beside ours, as a page."""

from collections.abc import Iterator
from typing import Any, Final

from benchmarks import oracle_cases
from benchmarks.oracle_cases import TableCase
from benchmarks.oracles import Names, audited, hidden, measured, shares, unsafe
from benchmarks.real import conditions

Answers = dict[str, Any]


def page(answers: Answers) -> str:
    told = ", ".join(f"{name} {value}" for name, value in conditions().items())
    parts = [
        _HEAD,
        *_primary(answers["acro"]),
        _HIDING,
        *_hiding(answers["tauargus"]),
        _ROWS,
        *_rows(answers["pycanon"]),
    ]
    return "\n".join([*parts, _CHOICES, *_choices(answers["fairlearn"]), "", f"Measured under: {told}.", ""])


def _primary(acro: Answers) -> Iterator[str]:
    for name, case in oracle_cases.tables().items():
        people = {tuple(row[:2]): row[2] for row in case.cells().table.iter_rows()}
        for rule, ours in unsafe(case).items():
            theirs = acro[name][rule]
            zeros = [cell for cell in theirs if cell not in ours and not people[cell[0], cell[1]]]
            more = [cell for cell in theirs if cell not in ours and cell not in zeros]
            fewer = [cell for cell in ours if cell not in theirs]
            yield f"| {name} | {rule} | {len(ours)} | {len(theirs)} | {len(zeros)} | {_cells(more)} | {_cells(fewer)} |"


def _cells(names: Names) -> str:
    return ", ".join(" × ".join(name) for name in names) or "–"


def _hiding(tauargus: Answers) -> Iterator[str]:
    for name, case in oracle_cases.tables().items():
        ours, first = hidden(case), {tuple(cell) for cells in unsafe(case).values() for cell in cells}
        yield _hid(name, "ours", case, ours["cells"], len(first), ours["seconds"], ours["audit"])
        for how, answer in tauargus[name].items():
            if "refused" in answer:
                yield f"| {name} | τ-ARGUS {how} | {answer['refused']} |" + " – |" * 4
            else:
                cells = sorted([*answer["unsafe"], *answer["further"]])
                found = audited(case, cells)
                yield _hid(name, f"τ-ARGUS {how}", case, cells, len(answer["unsafe"]), answer["seconds"], found)


def _hid(name: str, who: str, case: TableCase, cells: Names, first: int, seconds: float, found: dict[str, int]) -> str:
    people = sum(row[2] for row in case.cells().table.iter_rows() if list(row[:2]) in cells)
    open_needs = ", ".join(f"{number} {what}" for what, number in found.items() if number) or "–"
    return f"| {name} | {who} | {first} | {len(cells) - first} | {people:,} | {seconds:.2f} | {open_needs} |"


def _rows(pycanon: Answers) -> Iterator[str]:
    for name, case in oracle_cases.rows().items():
        ours, theirs = measured(case), pycanon[name]
        told = " | ".join(f"{ours[what]:.6g} | {theirs[what]:.6g}" for what in ("k", "l", "t"))
        yield f"| {name} | {told} |"


def _choices(fairlearn: Answers) -> Iterator[str]:
    for name, case in oracle_cases.choices().items():
        ours, theirs = shares(case), fairlearn[name]
        most = max(abs(rate - theirs["rates"][group]) for group, rate in ours["rates"].items())
        told = " | ".join(f"{ours[what]:.6f} | {theirs[what]:.6f}" for what in ("ratio", "difference"))
        yield f"| {name} | {len(ours['rates'])} | {most:.0e} | {told} |"


_HEAD: Final = """# The gate beside programs made by others

`python -m benchmarks.oracles`, with acro, pytauargus, pycanon and fairlearn in an environment of their own
(`benchmarks/peers/oracles`). The limits are those of `nl-streng`: ten persons, two with 67 % of an amount, 10 percent.
In every table a row of the data is a person, and margins are looked at like other cells.

## Unsafe cells: ACRO

Where only they find a cell: a cell of nobody is below ACRO's threshold, and here a rule of its own (D14) speaks of it;
exactly at its limit of dominance a cell is unsafe to ACRO and safe here, as in the Handbook (*exactly at the limits*
was made to show that).

| table | rule | ours | ACRO | of these empty | others only ACRO finds | only ours |
|---|---|---:|---:|---:|---|---|"""
_HIDING: Final = """
## Further cells: the engine of τ-ARGUS

pytauargus brings the engine of τ-ARGUS with an open solver; neither Java nor Windows is needed. *OPT* looks for the
optimum, *MOD* goes through a table part by part. Told are FREQ(10, 100), and for amounts NK(2, 67) and P(10, 1) too.
The two do not ask the same, so fewer cells are not by themselves better: τ-ARGUS keeps room around a count as a
percentage of that count, we an interval of ten persons; and we add a reader who knows the threshold, one who is alone
in a cell, and that counts are whole. It counts what is lost as the sum of the hidden, we as people and cells; in larger
tables (64 cells, or 128 of counts in two dimensions) we do not look for the least. *Open in our audit* is what our
auditor finds in the cells that either hides: *exact* and *narrow* counts, *near* amounts, cells *known to* somebody
*alone* in another.

| table | who | unsafe | further | people in hidden cells | CPU s | open in our audit |
|---|---|---:|---:|---:|---:|---|"""
_ROWS: Final = """
## Rows: pycanon

| rows | k, ours | k, pycanon | l, ours | l, pycanon | t, ours | t, pycanon |
|---|---:|---:|---:|---:|---:|---:|"""
_CHOICES: Final = """
## Choices among groups: fairlearn

Ratio: the least share over the greatest, which B09 holds against four fifths.

| choice | groups | shares apart at most | ratio, ours | fairlearn | difference, ours | fairlearn |
|---|---:|---:|---:|---:|---:|---:|"""
