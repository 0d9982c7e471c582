#!/usr/bin/env bash
# An environment of its own for acro, pycanon, fairlearn and pytauargus; git ignores it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
"${PYTHON:-python3.11}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
.venv/bin/python -m pip list --disable-pip-version-check | grep -iE '^(acro|fairlearn|pycanon|pytauargus) '
