"""`python oracle_acro.py CASES OUT`: which cells ACRO would suppress, by each of its rules, margins included.

CASES is a folder with cases.json and a CSV a case, as `benchmarks.oracles` writes it. OUT: case → rule → cells, each as
its two categories, `*` for a margin.
"""

import contextlib
import io
import json
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import acro
import pandas as pd

RULES = {"MinimumThresholdCheck": "threshold", "NKCheck": "nk", "PPercentCheck": "p percent"}


def flagged(records: pd.DataFrame, case: dict[str, Any]) -> dict[str, list[list[str]]]:
    """With the limits of the case in place of ACRO's own."""
    session = acro.ACRO(suppress=False)
    session.config |= case["acro"]
    rows, columns = (records[name].astype(str) for name in case["dimensions"])
    amounts = {"values": records["value"], "aggfunc": "sum"} if case["amounts"] else {}
    table = session.crosstab(rows, columns, margins=True, margins_name="*", **amounts)
    found = list(session.results.results.values())[-1].sdc["cells"]
    names = {rule: found.get(check, []) for check, rule in RULES.items()}
    return {rule: sorted([str(table.index[r]), str(table.columns[c])] for r, c in at) for rule, at in names.items()}


def main() -> None:
    folder, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    logging.disable(logging.CRITICAL)
    answers: dict[str, Any] = {}
    # ACRO writes to the folder it is started in, and speaks to the screen.
    with TemporaryDirectory() as scratch, contextlib.chdir(scratch), contextlib.redirect_stdout(io.StringIO()):
        for name, case in json.loads((folder / "cases.json").read_text()).items():
            if "acro" in case:
                answers[name] = flagged(pd.read_csv(folder / case["file"]), case)
    out.write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
