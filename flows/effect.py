"""What came of the earlier releases of a request, for the report of its next one."""

from typing import TYPE_CHECKING

from release.report.came import Came, Due, Told

if TYPE_CHECKING:
    from datetime import date

    from register.models import Feedback, Request


def came_of(request: "Request", today: "date") -> Came | None:
    """Of its releases that left, revoked ones too, until the end of `today`; None where none did."""
    from register.indicators import outstanding
    from register.models import Feedback, Release

    left = Release.objects.filter(request=request, decision__isnull=False, decision__decision__at__date__lte=today)
    names = set(left.values_list("id", flat=True))
    if not names:
        return None
    said = Feedback.objects.filter(release__in=left, at__date__lte=today).select_related("partner")
    told = tuple(_told(each) for each in said.order_by("-at", "release"))
    due = (each for each in outstanding(today) if each.release in names)
    return Came(
        releases=len(names),
        answered=len({each.release for each in told}),
        told=told,
        due=tuple(Due(release=each.release, indicator=each.indicator, since=each.since.isoformat()) for each in due),
    )


def _told(each: "Feedback") -> Told:
    from django.utils import timezone

    day = timezone.localdate(each.at).isoformat()
    return Told(release=each.release_id, partner=each.partner.name, indicator=each.indicator, text=each.text, day=day)
