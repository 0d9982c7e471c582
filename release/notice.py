"""The room's signed word that a parcel may no longer be used, for whoever holds a copy of it."""

import json
from datetime import date
from typing import Final, Literal, Self

from pydantic import Field, ValidationError

from declare import Declaration, Refusal, Signer, WrongInput, canonical, verify_signature

CONTEXT: Final = b"koppelkamer notice v1\n"
"""Signed in front of the notice, so that no signature made for something else holds here."""

Why = Literal["revoked", "retention ended", "input withdrawn", "input corrected"]

_SAID: Final = {
    "revoked": "was revoked",
    "retention ended": "might be kept no longer",
    "input withdrawn": "rests on a delivery that was withdrawn",
    "input corrected": "rests on a delivery that was corrected",
}
_REMEDY: Final = {
    "input withdrawn": "Build nothing new on it; the room decides whether it is revoked.",
    "input corrected": "Ask the room whether the correction changes what you use it for.",
}


class Recalled(Refusal):
    def __init__(self, notice: "Notice") -> None:
        super().__init__(
            f"parcel {notice.release} {notice.said}",
            remedy=_REMEDY.get(notice.why, "Use it no more, destroy every copy, and tell the room that you did."),
        )


class NoNotice(WrongInput):
    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="Name a notice that `koppelkamer recall` wrote, for this parcel.")


class Notice(Declaration):
    """One release that may no longer be used; `manifest` is the SHA-256 of its parcel's manifest.json."""

    format: Literal["koppelkamer notice 1"] = "koppelkamer notice 1"
    release: str
    manifest: str = Field(pattern=r"^[0-9a-f]{64}$")
    why: Why
    """Of the last two nobody has decided yet whether it is revoked."""
    since: date
    recipients: tuple[str, ...]
    """Ids of partners."""

    def signed(self, signer: Signer) -> bytes:
        """The notice with its signature (Ed25519, hexadecimal), as canonical JSON."""
        signature = signer.sign(CONTEXT + self._content()).hex()
        return canonical({"notice": self.model_dump(mode="json"), "signature": signature, "key": signer.key_id})

    @classmethod
    def read(cls, content: bytes, public_key: bytes) -> Self:
        """Raises `NoNotice`, or `BadSignature` for what the room did not sign."""
        try:
            told = json.loads(content)
            notice, signature = cls.model_validate_json(canonical(told["notice"])), bytes.fromhex(told["signature"])
        except (ValueError, TypeError, KeyError, RecursionError, ValidationError) as error:
            raise NoNotice("this is no notice of a room") from error
        verify_signature(public_key, CONTEXT + notice._content(), signature, what=f"the notice on {notice.release}")
        return notice

    @property
    def said(self) -> str:
        """What is wrong with the parcel, and since when."""
        return f"{_SAID[self.why]} on {self.since}"

    def hold_against(self, release: str, manifest: str) -> None:
        """Raises `Recalled` for the parcel that it names, and `NoNotice` for any other."""
        if (release, manifest) != (self.release, self.manifest):
            raise NoNotice(f"the notice is on parcel {self.release}, and this is another")
        raise Recalled(self)

    def _content(self) -> bytes:
        return canonical(self.model_dump(mode="json"))
