"""The words of the workflow as people read them, in their language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES: Final[dict[str, Promise]] = {
    "draft": _("draft"),
    "submitted": _("submitted, waits for the legal officer"),
    "checked": _("checked, waits for the data owners"),
    "consented": _("consented, waits for the DPO"),
    "scheduled": _("may run"),
    "running": _("running"),
    "completed": _("completed"),
    "returned": _("returned to the requester"),
    "on_hold": _("on hold"),
    "withdrawn": _("withdrawn"),
    "expired": _("expired"),
    "revoked": _("revoked"),
    "examined": _("examined, waits for the DPO's opinion"),
    "advised": _("advised, waits for the release officer"),
    "released": _("released"),
    "withheld": _("withheld"),
    "refused": _("refused by the gate"),
    "proposed": _("proposed, waits for the DPO's opinion"),
    "in_force": _("in force"),
    "stopped": _("stopped"),
    "ended": _("ended by people"),
}

ACTIONS: Final[dict[str, Promise]] = {
    "submit": _("submit"),
    "approve": _("approve"),
    "advise": _("give a favourable opinion"),
    "advise against": _("advise against it"),
    "run": _("run"),
    "finish": _("finish"),
    "stop": _("stop"),
    "return": _("return to the requester"),
    "hold": _("put on hold"),
    "resume": _("resume"),
    "withdraw": _("withdraw"),
    "expire": _("mark as expired"),
    "revoke": _("revoke"),
    "countersign": _("countersign"),
    "release": _("release"),
    "withhold": _("withhold"),
    "release by itself": _("release by itself"),
    "propose": _("propose that it goes on by itself"),
    "allow": _("let it go on by itself"),
    "end": _("end it"),
}

ROLES: Final[dict[str, Promise]] = {
    "analyst": _("analyst"),
    "data_steward": _("data steward"),
    "data_owner": _("data owner"),
    "legal_officer": _("legal officer"),
    "dpo": _("DPO"),
    "release_officer": _("release officer"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
}

OUTCOMES: Final[dict[str, Promise]] = {
    "PASS": _("passed"),
    "WARN": _("passed with warnings"),
    "FAIL": _("refused"),
    "NOT ASSESSABLE": _("could not be assessed in part"),
}

NEWS: Final[dict[str, Promise]] = {
    "no consent": _("no standing consent for this purpose"),
    "source": _("this source"),
    "column": _("this column"),
    "recipient": _("this recipient"),
    "rows": _("rows about persons; a standing consent covers tables only"),
    "smallest cell": _("smaller cells than agreed"),
    "further use": _("further use of what was released"),
    "too soon": _("sooner than agreed; not before"),
    "ended": _("the standing consent ended on"),
    "own request": _("who accepted the standing consent asks for this"),
    "spoke": _("who accepted the standing consent has approved this in another role"),
}
"""What an owner is asked that no standing consent covers."""

CONSENTS: Final[dict[str, Promise]] = {
    "open": _("waits for your acceptance"),
    "standing": _("decides by itself"),
    "withdrawn": _("decides nothing: it was withdrawn"),
    "lapsed": _("decides nothing: who accepted it is no data owner any more"),
    "ended": _("ended"),
    "replaced": _("no longer in the agreement"),
}

STOPS: Final[dict[str, Promise]] = {
    "WARN": _("a run passed with warnings"),
    "NOT ASSESSABLE": _("a run could not be assessed in part"),
    "FAIL": _("the gate refused a run"),
    "plan": _("request, model, policy, sources or program are not as they were decided on"),
    "delivery": _("a source had another delivery that may not vary"),
    "revoked": _("a release of the request was called back"),
    "ended": _("the request ended"),
    "over": _("its last day is over"),
}
"""What stopped a series that went on by itself."""

QUESTIONS: Final[dict[str, Promise]] = {
    "legitimate": _("Why is it legitimate?"),
    "suitable": _("Why is it suitable?"),
    "necessary": _("Why is it necessary?"),
    "proportionate": _("Why is it proportionate?"),
}

WORK: Final[dict[str, Promise]] = {
    "receive": _("receive from the inbox"),
    "run": _("run"),
    "release": _("write the parcel"),
    "try": _("try a draft"),
    "submit": _("submit a draft"),
}

JOBS: Final[dict[str, Promise]] = {
    "waiting": _("waits for its turn"),
    "running": _("running"),
    "done": _("done"),
    "refused": _("refused"),
    "failed": _("failed"),
    "missed": _("missed"),
}

ENTITIES: Final[dict[str, Promise]] = {
    "person": _("a person"),
    "company": _("a company"),
    "location": _("a location"),
}

PERIODS: Final[dict[str, Promise]] = {
    "year": _("one year"),
    "quarter": _("one quarter"),
    "month": _("one month"),
    "week": _("one week"),
    "day": _("one day"),
}

COLUMN_ROLES: Final[dict[str, Promise]] = {
    "identify": _("only links: it becomes a token or an encoding, and nobody sees it"),
    "payload": _("kept: it may be asked for"),
    "aside": _("protected: set apart under a key of its own, read only to look for bias"),
    "drop": _("left behind on receipt: it cannot be asked for"),
}

COARSENED: Final[dict[str, Promise]] = {
    "year": _("the year"),
    "age-band": _("ages in bands"),
    "band": _("in bands"),
    "postcode-4": _("four digits of the postcode"),
}

VALUE_TYPES: Final[dict[str, Promise]] = {
    "bsn": _("citizen service number (BSN)"),
    "rsin": _("number of a legal entity (RSIN)"),
    "kvk": _("number of the trade register (KvK)"),
    "bag_id": _("number of an address (BAG)"),
    "licence_plate": _("licence plate"),
    "identifier": _("number or code of its own"),
    "code": _("code"),
    "given_names": _("given names"),
    "initials": _("initials"),
    "surname": _("surname"),
    "prefix": _("prefix of a surname"),
    "partner_surname": _("surname of a partner"),
    "full_name": _("full name"),
    "date": _("date"),
    "sex": _("sex"),
    "postcode": _("postcode"),
    "house_number": _("house number"),
    "house_addition": _("addition to a house number"),
    "email": _("e-mail address"),
    "phone": _("telephone number"),
    "iban": _("bank account (IBAN)"),
    "text": _("text"),
    "category": _("category"),
    "municipality": _("municipality, by its code"),
    "nationality": _("nationality, by its code"),
    "country": _("country, by its code"),
    "bag_status": _("status of an address (BAG)"),
    "investigation": _("under investigation (BRP)"),
    "integer": _("whole number"),
    "decimal": _("number"),
    "freetext": _("free text"),
}

STAGES: Final[dict[str, Promise]] = {
    "reading": _("reads the deliveries"),
    "linking": _("links"),
    "drafting": _("drafts the output"),
    "gate": _("is before the gate"),
    "report": _("writes the report"),
}
