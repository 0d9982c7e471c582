"""What a run would use: the digests that approvals are given to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from declare import canonical, digest


@dataclass(frozen=True, slots=True)
class Plan:
    """Digests of all that approvals rest on; of models and source declarations by id. `code` is the version."""

    request: str
    policy: str
    models: Mapping[str, str]
    sources: Mapping[str, str]
    code: str
    agreement: str = ""
    """The covenant as declared: its parties, triples, grounds and dates."""
    minimum_people: int = 0
    """The smallest cell that the policy lets a table show; 0 where nobody said."""
    dictionary: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The words the request rests on: concept → `title`, `definition`, `owner` and the `columns` that mean it."""

    @property
    def content(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self) | {"models": dict(self.models), "sources": dict(self.sources), "dictionary": self._words}

    @property
    def _words(self) -> dict[str, dict[str, Any]]:
        return {concept: dict(words) for concept, words in self.dictionary.items()}

    @property
    def digest(self) -> str:
        return digest(canonical(self.content))


def differences(approved: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Names of the parts in which two plans differ, such as `policy` or `source incomes`."""
    parts: list[str] = []
    for name in sorted(approved.keys() | wanted.keys()):
        one, two = approved.get(name), wanted.get(name)
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            ids = sorted(one.keys() | two.keys())
            parts += [f"{name.removesuffix('s')} {part}" for part in ids if one.get(part) != two.get(part)]
        elif one != two:
            parts.append(name)
    return parts
