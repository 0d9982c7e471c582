"""An address that files are sealed to: an age recipient (age-encryption.org/v1, X25519), checked when declared."""

from typing import Annotated

from pydantic import AfterValidator


def _checked(address: str) -> str:
    import pyrage

    try:
        return str(pyrage.x25519.Recipient.from_str(address))
    except pyrage.RecipientError as error:
        raise ValueError("this is no age address; one begins with age1") from error


Address = Annotated[str, AfterValidator(_checked)]
