"""The gate on a plain file, without a room: a table of cells, or rows of persons, in CSV or Parquet."""

import io
import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput, replacing, write_atomically
from gate.bias.concepts import check_known
from gate.examine import examine
from gate.lineage.published import EarlierCounts
from gate.lineage.rules import Differencing
from gate.microdata.declared import Microdata, Rows
from gate.microdata.extract import under_pseudonyms
from gate.policy import SignedPolicy
from gate.spreadsheet import as_meant, harmless
from gate.subject import OutputColumn, Subject
from gate.table import NUMBERS, Table, cells_of, undeclared
from gate.verdict import Verdict

SEALED: Final = "extract.parquet.age"
_FINDINGS: Final = "findings.json"
_SAFE: Final = ("safe.parquet", "safe.csv", SEALED)


def gate_file(
    path: Path,
    policy: SignedPolicy,
    out: Path,
    *,
    declared: Table | None = None,
    linked: Sequence[Path] = (),
    against: Sequence[Path] = (),
    dictionary: Collection[str] = (),
) -> Verdict:
    """Examine the cells in `path`; writes findings.json and, unless a rule fails, safe.parquet and safe.csv into `out`.

    Columns: dimensions, `people`, `records`, and for a magnitude `value`, `first`, `second` (as in `gate.Cells`; a null
    `structural` is false; `cell_key` is needed where the policy asks for cell keys). `linked`: files of tables that are
    published together with it. `against`: files of tables that left before; a hidden cell is empty. `dictionary`:
    concepts that are known besides those of the policy. Raises `WrongInput` when a file cannot be read, is not a
    complete table or lies where the answer would be written, and for a concept that nobody knows.
    """
    _spare(out, path, *linked, *against)
    tables = [_read(each) for each in (path, *linked)]
    known = declared or undeclared(tables)
    check_known(((one.name, one.concept) for one in known.columns), policy.policy.listed, dictionary)
    earlier = tuple(_earlier(each, policy) for each in against)
    return _answer(Subject("table", known.columns, cells_of(tables, known), counts=earlier), policy, out)


def _earlier(path: Path, policy: SignedPolicy) -> EarlierCounts:
    """A table that left. Raises `WrongInput` when it is none, or when no rule of the policy would look at it."""
    if Differencing.id not in policy.policy.rules:
        raise WrongInput(
            "no rule of the policy looks at earlier tables", remedy=f"Add {Differencing.id}, or give no earlier table."
        )
    table = as_meant(_read(path))
    names = tuple(name for name in table.columns if name not in NUMBERS)
    try:
        said = table.select("people", "records")
        counts = table.select(pl.col(names).cast(pl.String)).hstack(said.cast(pl.Int64))
        whole = bool((said.drop_nulls() >= 0).select(pl.all_horizontal(pl.all().all())).item())
        whole = whole and said.cast(pl.Float64).equals(counts.select("people", "records").cast(pl.Float64))
    except pl.exceptions.PolarsError as error:
        raise WrongInput(f"{path.name} is no table of cells", remedy="Give dimensions, people and records.") from error
    if not whole:
        raise WrongInput(
            f"{path.name} has counts that are none", remedy="Give whole numbers of 0 and more, or nothing."
        )
    if not names or counts.select(names).is_duplicated().any():
        raise WrongInput(f"{path.name} is no table of cells", remedy="Give every cell once, with its dimensions.")
    return EarlierCounts(path.name, names, counts)


def gate_rows(
    path: Path, declared: Microdata, policy: SignedPolicy, out: Path, dictionary: Collection[str] = ()
) -> Verdict:
    """Examine rows of persons; writes what `gate_file` does, the safe table being the rows that stay, coarsened.

    Raises `WrongInput` when the file cannot be read or does not fit its declaration.
    """
    _spare(out, path)
    _check_concepts(declared, policy, dictionary)
    columns = tuple(OutputColumn(name, column.concept, column.use) for name, column in declared.leaving)
    return _answer(Subject("microdata", columns, rows=Rows(_read(path, declared.texts), declared)), policy, out)


def gate_extract(
    path: Path,
    declared: Microdata,
    policy: SignedPolicy,
    out: Path,
    seal: Callable[[bytes, Path], None],
    dictionary: Collection[str] = (),
) -> Verdict:
    """Examine rows under pseudonyms for one recipient; writes findings.json and, unless a rule fails,
    extract.parquet.age. `seal` encrypts bytes to the recipient's address, whole or not at all; nothing is written in
    clear. Every call draws other pseudonyms. Raises `WrongInput` as `gate_rows` does."""
    if (terms := declared.extract) is None:
        raise WrongInput("the rows are declared anonymous", remedy="Add [extract] with recipient, ground and end.")
    _spare(out, path)
    _check_concepts(declared, policy, dictionary)
    table = under_pseudonyms(_read(path, declared.texts), declared)
    columns = tuple(
        OutputColumn(name, column.concept, "selection" if column.keep else column.use, column.keep)
        for name, column in declared.columns.items()
        if column.role not in ("person", "drop") or column.keep
    )
    subject = Subject(
        "extract", columns, rows=Rows(table, declared), case_decision=terms.case_decision,
        human_decision=terms.human_decision, dpia=terms.dpia,
    )  # fmt: skip
    verdict = _findings(subject, policy, out)
    if verdict.safe is not None:
        content = io.BytesIO()
        verdict.safe.write_parquet(content)
        seal(content.getvalue(), out / SEALED)
    return verdict


def _check_concepts(declared: Microdata, policy: SignedPolicy, dictionary: Collection[str]) -> None:
    check_known(((name, column.concept) for name, column in declared.columns.items()), policy.policy.listed, dictionary)


def _answer(subject: Subject, policy: SignedPolicy, out: Path) -> Verdict:
    verdict = _findings(subject, policy, out)
    if verdict.safe is not None:
        _write(verdict.safe, out)
    return verdict


def _findings(subject: Subject, policy: SignedPolicy, out: Path) -> Verdict:
    """An earlier safe table goes first: wherever this is broken off, none lies beside findings that are not its own."""
    verdict = examine(subject, policy)
    for name in _SAFE:
        (out / name).unlink(missing_ok=True)
    write_atomically(out / _FINDINGS, json.dumps(verdict.to_json(), indent=2).encode() + b"\n")
    return verdict


def _spare(out: Path, *given: Path) -> None:
    """Raises `WrongInput` where the answer would take the place of a file it is made from."""
    answers = [out / name for name in (_FINDINGS, *_SAFE)]
    there = [answer for answer in answers if answer.exists()]
    if taken := [each for each in given if each.exists() and any(each.samefile(answer) for answer in there)]:
        raise WrongInput(
            f"{taken[0].name} would be overwritten, for it lies in the folder of the answer",
            remedy="Give another --out.",
        )


def _read(path: Path, texts: Sequence[str] = ()) -> pl.DataFrame:
    """`texts`: columns of a CSV file that are read as they stand, with their leading zeros."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, schema_overrides=dict.fromkeys(texts, pl.String), infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WrongInput(
            f"{path.name} cannot be read", remedy="Give a CSV or Parquet file of cells, or of rows."
        ) from error


def _write(safe: pl.DataFrame, out: Path) -> None:
    with replacing(out / "safe.parquet") as temporary:
        safe.write_parquet(temporary)
    with replacing(out / "safe.csv") as temporary:
        harmless(safe).write_csv(temporary)
