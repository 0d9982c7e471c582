"""`python oracle_fairlearn.py CASES OUT`: selection rates by group, their ratio and difference; OUT: case → these."""

import json
import sys
from pathlib import Path

import pandas as pd
from fairlearn.metrics import MetricFrame, demographic_parity_difference, demographic_parity_ratio, selection_rate


def main() -> None:
    folder, answers = Path(sys.argv[1]), {}
    for name, case in json.loads((folder / "cases.json").read_text()).items():
        if "group" in case:
            rows = pd.read_csv(folder / case["file"], dtype=str)
            group, chosen = rows[case["group"]], (rows[case["column"]] == case["chosen"]).astype(int)
            asked = {"y_true": chosen, "y_pred": chosen, "sensitive_features": group}
            answers[name] = {
                "rates": {str(k): float(v) for k, v in MetricFrame(metrics=selection_rate, **asked).by_group.items()},
                "ratio": float(demographic_parity_ratio(**asked)),
                "difference": float(demographic_parity_difference(**asked)),
            }
    Path(sys.argv[2]).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
