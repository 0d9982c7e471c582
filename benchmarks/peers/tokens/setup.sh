#!/usr/bin/env bash
# An environment of its own for clkhash with anonlink, and one for polars-hash; git ignores both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for peer in clkhash polars_hash; do
    "${PYTHON:-python3.11}" -m venv "$peer/.venv"
    "$peer/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$peer/requirements.txt"
    "$peer/.venv/bin/python" -m pip list --disable-pip-version-check | grep -iE '^(clkhash|anonlink|polars-hash) '
done
