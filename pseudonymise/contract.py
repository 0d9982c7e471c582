"""The token contract: versions of all that decides whether two partners' tokens and encodings of one value are equal.

It stands in every delivery and beside every stored table. Another contract is refused: two ways of standardising or
encoding lose links in silence.
"""

from typing import Annotated, Final

from pydantic import Field, ValidationError

from declare import Declaration, Refusal, canonical, digest, digest_file
from pseudonymise import encode, harden, standardise
from pseudonymise.canary import EXPECTED_DIGEST
from pseudonymise.keys.derive import PRODUCT
from pseudonymise.standardise.fold import PLACEHOLDERS
from pseudonymise.standardise.given_name import NICKNAMES
from pseudonymise.standardise.surname import PREFIX

Version = Annotated[str, Field(pattern=r"^[a-z0-9./-]{1,40}$")]
"""As a message may show it, though a partner wrote it."""


_LISTS: Final = digest(
    canonical([PREFIX, PLACEHOLDERS, digest_file(NICKNAMES), digest_file(harden.COMMON)])
)[:16]  # fmt: skip


class Contract(Declaration):
    """docs/token.md tells what each version means."""

    tables: Version = "protected/2"
    """Columns and files of a protected delivery."""
    standardisation: Version = standardise.VERSION
    lists: Version = _LISTS
    """Of prefixes, placeholders, short forms of given names and the commonest surnames, of which no canary record tries
    every one."""
    token: Version = PRODUCT
    encoding: Version = encode.VERSION
    hardening: Version = harden.VERSION
    canaries: Version = EXPECTED_DIGEST[:16]
    """The canary records that held."""


CONTRACT: Final = Contract()


class OtherContract(Refusal):
    """Made under another contract than this program's."""

    def __init__(self, what: str, differences: str) -> None:
        super().__init__(
            f"{what} was made under another contract: {differences}",
            remedy="Use the same version of Koppelkamer on both sides and deliver again.",
        )


def require_contract(said: object, what: str) -> None:
    """Raise `OtherContract`, by the names of the versions that differ, unless `said` is this program's contract."""
    try:
        theirs = Contract.model_validate(said).model_dump()
    except ValidationError:
        raise OtherContract(what, "one that this program does not know") from None
    ours = CONTRACT.model_dump()
    if differing := [f"{name} {theirs[name]} instead of {ours[name]}" for name in ours if theirs[name] != ours[name]]:
        raise OtherContract(what, ", ".join(differing))
