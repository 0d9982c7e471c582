"""The second phase of sharing: whether the partners decided that a probe became a case."""

from register.models import Probe, Request
from register.refusals import NoCase


def is_case(probe: Probe) -> bool:
    """Whether every partner that gave an answer decided that it is a case, and some did."""
    answered = set(probe.voices.filter(about="answer", agreed=True).values_list("partner_id", flat=True))
    decided = set(probe.voices.filter(about="case", agreed=True).values_list("partner_id", flat=True))
    return bool(answered) and answered <= decided


def check_case(request: Request) -> None:
    """A request for a purpose with a first phase rests on a probe that became a case. Raises `NoCase`."""
    terms = request.agreement.probes.filter(purpose=request.purpose, needs_case=True)
    if not terms.exists():
        return
    probe = Probe.objects.filter(id=request.declaration.get("probe") or "", agreement=request.agreement).first()
    if probe is None or probe.purpose != request.purpose or not is_case(probe):
        raise NoCase(request.id, request.purpose)
