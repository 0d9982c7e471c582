"""A wrong address is found where it is declared, and not when something is to be sealed to it."""

import pyrage
import pytest
from pydantic import ValidationError

from koppelkamer.room import Partner

ADDRESS = str(pyrage.x25519.Identity.generate().to_public())


def test_a_partner_has_the_address_it_declares() -> None:
    assert Partner(id="a", name="A", kind="tax", seal_to=ADDRESS).seal_to == ADDRESS
    assert Partner(id="a", name="A", kind="tax").seal_to is None


WRONG = {"nobody's": "age1nobody", "one letter off": ADDRESS[:-1] + ("q" if ADDRESS[-1] != "q" else "p"), "empty": ""}


@pytest.mark.parametrize("address", WRONG.values(), ids=WRONG)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="no age address"):
        Partner(id="a", name="A", kind="tax", seal_to=address)
