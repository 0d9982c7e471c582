"""Every answer says that a browser may load nothing from elsewhere and run no script."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self' {targets}",
        "frame-ancestors 'none'",
    )
)


class ContentSecurityPolicy:
    """Middleware. A view may set a stricter policy itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(targets=settings.PROVIDER_ORIGIN))
        return response
