"""The report as files: report.nl.html, report.en.html and quality.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from declare import write_atomically
from expectations.report.masking import Masking
from expectations.report.page import render
from expectations.report.tell import tell
from expectations.report.words import LANGUAGES
from intake.source import Source


def write_report(facts: Mapping[str, Any], source: Source, masking: Masking, folder: Path) -> str:
    """What may be told of `facts` (`expectations.quality`), in `folder`; its verdict. Raises `Fault`."""
    told = tell(facts, source, masking)
    for language in LANGUAGES:
        write_atomically(folder / f"report.{language}.html", render(told, language).encode())
    write_atomically(folder / "quality.json", json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")
    return str(told["verdict"])
