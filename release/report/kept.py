"""What may be told to everybody who works in a room of the reports that lie in it: how good links were, which rules
refused. Read as plain JSON, so that who shows it needs no table."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from declare import digest


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One model in one run. `links` is rounded to a multiple of the smallest cell of the policy, and `precision` and
    `recall` are whole percents; all None where fewer links than that were made, or nobody can say."""

    model: str
    links: int | None
    precision: int | None
    recall: int | None


def links_of(folder: Path, output: str, minimum: int) -> list[LinkLine]:
    """Of the report in `folder` with the digest `output`; nothing where it is gone or another one."""
    return [_line(each, minimum) for each in _facts(folder, output).get("links", [])]


def refusing_rules(folder: Path, output: str) -> list[str]:
    """Numbers of the rules that said FAIL, each once."""
    return sorted({each["rule"] for each in _facts(folder, output).get("findings", []) if each["outcome"] == "FAIL"})


def _line(link: dict[str, Any], minimum: int) -> LinkLine:
    if minimum < 1 or link["links"] < minimum:
        return LinkLine(link["model"], None, None, None)
    links = round(link["links"] / minimum) * minimum
    return LinkLine(link["model"], links, _percent(link["precision"]), _percent(link["recall"]))


def _percent(share: float | None) -> int | None:
    return None if share is None else round(share * 100)


def _facts(folder: Path, output: str) -> dict[str, Any]:
    path = folder / "facts.json"
    content = path.read_bytes() if path.is_file() else b""
    found: dict[str, Any] = json.loads(content) if digest(content) == output else {}
    return found
