"""How refusals name things."""

from declare import Sentence


def named(kind: str, name: str) -> Sentence:
    """A request, release, probe or run by its name."""
    return Sentence(f"{kind} %(id)s", {"id": name})


def of_partner(role: str, partner: str) -> Sentence:
    return Sentence("%(role)s of %(partner)s", {"role": role, "partner": partner})
