"""Sources and files for these tests, small enough to see."""

from pathlib import Path
from typing import Any

from intake import Extract, Source, read_extract


def text_column(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "text", "role": "payload"} | more


def source(*columns: dict[str, Any] | str, **more: Any) -> Source:
    """A source of these columns; a bare name is a text column."""
    declared = [text_column(column) if isinstance(column, str) else column for column in columns]
    return Source.model_validate({"id": "people", "title": "People", "owner": "town", "columns": declared} | more)


def read(folder: Path, content: bytes | str, declared: Source) -> Extract:
    path = folder / "delivery.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_extract(declared, path)


def values(folder: Path, cell: str, column: dict[str, Any], **file: Any) -> list[Any]:
    """What one cell becomes, and under which rules it is named in quarantine."""
    declared = source("key", {"name": "value", "role": "payload"} | column, file={"separator": "|"} | file)
    extract = read(folder, f"key|value\n1|{cell}\n", declared)
    return [*extract.table.get_column("value"), *extract.quarantine.entries.get_column("rule")]
