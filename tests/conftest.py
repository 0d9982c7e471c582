"""What all tests share."""

import os

import pytest


def missing_service(what: str) -> None:
    """Skip because something is not installed; where everything should be (CI=true), fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed, and CI=true")
    pytest.skip(f"{what} is not installed")
