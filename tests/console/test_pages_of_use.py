"""Owners', recipients' and everybody's pages of use, as a screen reader or a keyboard meets them."""

from pathlib import Path

import pytest

from register.consents import accept
from register.feedback import record_feedback
from register.models import Release, StandingConsent
from register.session import act_as
from tests.browser import barriers_of
from tests.console.test_pages import client
from tests.register.room import AGREEMENT, CONSENT, draft, furnish, take
from tests.register.test_feedback import released

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONSOLE = Path(__file__).parents[2] / "console"
STYLES = (CONSOLE / "nl_design_system" / "html.css", CONSOLE / "console.css")


def styled(html: str) -> str:
    """The page with its stylesheets in it, for a browser that has no server to ask."""
    styles = "".join(f"<style>{path.read_text()}</style>" for path in STYLES)
    return html.replace("</head>", f"{styles}</head>")


def test_pages_of_use_have_no_barriers() -> None:
    release: Release = released()
    record_feedback(act_as("ann"), release, "Two crossings were rebuilt.", indicator="speeding")
    tax = CONSENT | {"owner": "tax", "columns": {"incomes": []}}
    furnish(agreement=AGREEMENT | {"consents": [CONSENT, CONSENT | {"every_days": 7}, tax]})
    accept(act_as("owen"), StandingConsent.objects.get(partner="city", every_days=30))
    accept(act_as("tess"), StandingConsent.objects.get(partner="tax"))
    take("ann", draft(id="second", title="Second"), "submit")
    take("lea", draft(id="second", title="Second"), "approve")
    visited = {
        "sources": ("owen", "/sources/"),
        "asked": ("tess", "/requests/second/"),
        "release": ("ann", "/releases/insight-1/"),
        "feedback": ("ann", "/releases/insight-1/feedback/"),
        "indicators": ("aud", "/indicators/"),
    }
    pages = {name: styled(client(who).get(path).text) for name, (who, path) in visited.items()}
    assert barriers_of(pages) == {}
