"""How the room does: for all who work in it, and for `koppelkamer indicators`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from register import indicators as counted
from register.models import Release
from release.report.kept import links_of, refusing_rules


@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    return render(request, "console/indicators.html", {"found": gather(Path(settings.REPORTS))})


def gather(reports: Path) -> dict[str, Any]:
    """All indicators of the room as plain data. Counts of decisions are exact; counts of persons are rounded to the
    smallest cell that the policy of their run lets a table show, and absent below it."""
    told, left = counted.releases_told()
    return {
        "lead_times": [asdict(each) for each in counted.lead_times()],
        "waiting": [asdict(each) for each in counted.queues()],
        "releases": counted.releases_by_state(),
        "links": _links(reports),
        "refused_by_the_gate": _refused(reports),
        "refused_by_people": [asdict(each) for each in counted.refused_by_people()],
        "refused_work": counted.refused_work(),
        "feedback": {
            "told": told,
            "released": left,
            "outstanding": [asdict(each) for each in counted.outstanding(timezone.localdate())],
        },
    }


def _links(reports: Path) -> list[dict[str, Any]]:
    """Of every release, the latest first."""
    return [
        {"release": release.id, **asdict(line)}
        for release in Release.objects.select_related("run").order_by("-examined_at")
        for line in links_of(reports / release.id, release.output_digest, release.run.plan.get("minimum_people", 0))
    ]


def _refused(reports: Path) -> list[dict[str, Any]]:
    failed = Release.objects.filter(outcome="FAIL").order_by("-examined_at")
    return [{"release": each.id, "rules": refusing_rules(reports / each.id, each.output_digest)} for each in failed]
