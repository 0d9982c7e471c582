"""A library's message may quote a value; what passes the shield never does."""

import pytest

from declare import Fault, Refusal
from flows.shield import shielded

CANARY = "Kwikstaart-4711"


class Rust(BaseException):
    """As a panic inside a library arrives."""


UNEXPECTED = {"an exception": ValueError(CANARY), "a panic": Rust(CANARY), "one with a cause": KeyError(CANARY)}


@pytest.mark.parametrize("error", UNEXPECTED.values(), ids=UNEXPECTED)
def test_an_unexpected_exception_becomes_type_and_place(error: BaseException) -> None:
    def step() -> None:
        raise error

    with pytest.raises(Fault) as fault:
        shielded("receive", step)()
    assert fault.value.message.startswith(f"receive stopped on {type(error).__name__} at test_shield.py:")
    assert CANARY not in str(fault.value)
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__


def test_a_refusal_passes_as_it_is() -> None:
    refusal = Refusal("no", remedy="ask")

    def step() -> None:
        raise refusal

    with pytest.raises(Refusal) as refused:
        shielded("receive", step)()
    assert refused.value is refusal


def test_ctrl_c_passes() -> None:
    def step() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shielded("receive", step)()
