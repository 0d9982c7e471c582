#!/usr/bin/env bash
# The peers' own environment, so that no version of theirs decides one of ours; git ignores it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
"${PYTHON:-python3.11}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
.venv/bin/python -c 'import splink, recordlinkage; print("splink", splink.__version__, "recordlinkage", recordlinkage.__version__)'
