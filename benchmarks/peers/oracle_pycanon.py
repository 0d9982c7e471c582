"""`python oracle_pycanon.py CASES OUT`: k, l and t of rows as pycanon measures them; OUT: case → these three."""

import json
import sys
from pathlib import Path

import pandas as pd
from pycanon import anonymity


def main() -> None:
    folder, answers = Path(sys.argv[1]), {}
    for name, case in json.loads((folder / "cases.json").read_text()).items():
        if "quasi" in case:
            rows = pd.read_csv(folder / case["file"], dtype=dict.fromkeys(case["quasi"], str))
            quasi, sensitive = case["quasi"], [case["sensitive"]]
            answers[name] = {
                "k": int(anonymity.k_anonymity(rows, quasi)),
                "l": int(anonymity.l_diversity(rows, quasi, sensitive)),
                "t": float(anonymity.t_closeness(rows, quasi, sensitive)),
            }
    Path(sys.argv[2]).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
