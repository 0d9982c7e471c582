"""The thread of a request, and what no free text may hold."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from declare import WrongInput
from register import free_text
from register.free_text import LONGEST, check_names_nobody
from register.models import OutboxEvent, Person, Remark, Request
from register.refusals import AlreadyDecided, NamesSomebody, NothingSaid, NotPlainText, NotYours, TooLong
from register.remarks import remark
from register.session import act_as
from tests.register.forging import insert
from tests.register.room import approved, draft, furnish, signed_in, take

HELD = {
    "a BSN": "It is about 123456782.",
    "a BSN in groups": "About 1234.56.782 again",
    "a BSN with hyphens": "1234-56-782",
    "a BSN with a hard space": "1234\u00a056\u00a0782",
    "a small account": "nl91abna0417164300",
    "an account": "Paid from NL91ABNA0417164300 twice",
    "an account in groups": "NL91 ABNA 0417 1643 00",
    "an account in small letters and dots": "nl91.abna.0417.1643.00",
    "an account with hyphens": "NL91-ABNA-0417-1643-00",
    "an account behind a word": "rekeningNL91ABNA0417164300",
    "an account over two lines": "NL91 ABNA\n0417 1643 00",
    "an e-mail address": "Ask somebody@example.org.",
    "an e-mail address with blanks": "Ask jan @ b.nl today",
    "a BSN behind a comma": "Jansen,123456782",
    "a BSN behind a word": "bsn123456782",
    "a BSN with slashes": "123/456/782",
    "a BSN with commas": "123,456,782",
    "a BSN over two lines": "1234\n56782",
    "a BSN with two blanks": "123  456  782",
    "a BSN behind a nought": "0123456782",
    "a BSN behind another number": "In 2026 12345 6782",
    "a BSN with signs of zero width": "1234\u200b56\u2060782",
    "a BSN with soft hyphens": "1234\u00ad56\u00ad782",
    "a BSN in digits of full width": "１２３４５６７８２",
    "a BSN in digits in circles": "①②③④⑤⑥⑦⑧②",
    "a BSN in keycaps": "".join(f"{digit}\ufe0f\u20e3" for digit in "123456782"),
    "a BSN in digits apart": "1 2 3 4 5 6 7 8 2",
    "a BSN in digits far apart": "123    456\t\t\t782",
    "a BSN with dots": "1.2.3.4.5.6.7.8.2",
    "a BSN with dots in the middle": "1234·56·782",
    "a BSN with dashes of another kind": "1234\u201156\u2212782",
    "a BSN read from right to left": "\u202e1234\u202d56782\u202c",
    "an account in letters of full width": "ＮＬ91ＡＢＮＡ0417164300",
    "an account with signs of zero width": "NL91\ufeffABNA\u200d0417164300",
    "an e-mail address with a sign of full width": "jan＠b.nl",
}
FREE = {
    "nothing": "",
    "a number that meets no test": "Decision 123456789.",
    "a longer number": "File 1234567820.",
    "an amount": "It cost 12.345.678,20 euros",
    "a day and a law": "Since 2026-11-22, article 24, second paragraph.",
    "a day and an hour": "On 2026-11-22 at 10.",
    "a colleague": "Ask Dora.",
    "accents and dashes": "Zoë – coördinatie · § 24—25",
}


@pytest.mark.parametrize("text", HELD.values(), ids=HELD)
def test_what_names_somebody_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NamesSomebody) as refused:
        check_names_nobody(["fine", text])
    assert not any(word in str(refused.value) for word in text.split() if any(sign.isdigit() for sign in word))


@pytest.mark.parametrize("text", FREE.values(), ids=FREE)
def test_what_names_nobody_is_not(text: str) -> None:
    check_names_nobody([text])


BARRED: dict[str, tuple[str, type[WrongInput]]] = {
    "NUL": ("a\x00b", NotPlainText),
    "bytes that are no UTF-8": ("a\udcffb", NotPlainText),
    "a sign of zero width": ("\u200b", NotPlainText),
    "signs that turn text round": ("a \u202eb", NotPlainText),
    "a colour of a terminal": ("\x1b[31mred", NotPlainText),
    "a book": ("a" * (LONGEST + 1), TooLong),
}


@pytest.mark.parametrize(("text", "refusal"), BARRED.values(), ids=BARRED)
def test_what_cannot_be_kept_is_refused(text: str, refusal: type[WrongInput]) -> None:
    with pytest.raises(refusal):
        check_names_nobody([text])
    check_names_nobody(["a" * LONGEST, "é\n\t"])


OWN_WORDS: dict[str, dict[str, Any]] = {
    "its title": {"title": "About 123456782"},
    "what it is for": {"effect": {"intended": "Find somebody@example.org", "indicators": ["fewer"]}},
    "by what that is seen": {"effect": {"intended": "Fewer", "indicators": ["of 123456782"]}},
}


@pytest.mark.django_db
@pytest.mark.parametrize("words", OWN_WORDS.values(), ids=OWN_WORDS)
def test_a_request_names_nobody_in_its_own_words(words: dict[str, Any]) -> None:
    """Its title and what it is for stand in the public catalogue."""
    furnish()
    with pytest.raises(NamesSomebody):
        draft(**words)
    assert not Request.objects.exists()


@pytest.mark.parametrize("piece", ["a", "1", "@", "1 ", "a@b", "NL91ABNA", "a@" + "b" * 200], ids=repr)
def test_a_long_text_is_looked_through_once(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it looked through once for each of its letters, this would take hours."""
    monkeypatch.setattr(free_text, "LONGEST", 10**7)
    check_names_nobody([piece * (10**6 // len(piece))])


@given(st.integers(0, 99_999_999), st.sampled_from(["", " ", "."]))
def test_of_nine_digits_those_are_refused_that_meet_the_eleven_test(stem: int, between: str) -> None:
    weighted = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), f"{stem:08}", strict=True))
    check = weighted % 11
    for last in range(10):
        text = between.join(f"{stem:08}{last}")
        if last == check:
            with pytest.raises(NamesSomebody):
                check_names_nobody([text])
        else:
            check_names_nobody([text])


@pytest.mark.django_db
def test_partners_talk_and_what_they_say_stays_in_order() -> None:
    furnish()
    request = draft()
    for who, text in (("ann", "Why we ask."), ("owen", "Which years?"), ("ann", "The last two.")):
        remark(signed_in(who), request, text)
    assert [said.text for said in request.remarks.order_by("event__number")] == [
        "Why we ask.", "Which years?", "The last two.",
    ]  # fmt: skip
    told = OutboxEvent.objects.filter(name="remarked").first()
    assert told is not None
    assert "Why we ask." not in str(told.fields)


@pytest.mark.django_db
def test_a_remark_sent_twice_is_said_once() -> None:
    furnish()
    request = draft()
    for _ in range(2):
        remark(signed_in("ann"), request, "Once.", operation="a" * 32)
    assert Remark.objects.count() == 1


@pytest.mark.django_db
def test_an_operation_of_something_else_is_refused() -> None:
    furnish()
    request = draft()
    remark(signed_in("ann"), request, "Once.", operation="a" * 32)
    for who, text in (("ann", "Twice."), ("owen", "Once.")):
        with pytest.raises(AlreadyDecided):
            remark(signed_in(who), request, text, operation="a" * 32)
    assert Remark.objects.count() == 1


@pytest.mark.django_db
def test_nothing_nobody_and_an_identifier_are_not_said() -> None:
    furnish()
    request = draft()
    Person.objects.create(username="nora", name="Without a role")
    for who, text, refusal in (
        ("ann", "  ", NothingSaid), ("nora", "Hello.", NotYours), ("ann", "123456782", NamesSomebody),
    ):  # fmt: skip
        with pytest.raises(refusal):
            remark(act_as(who), request, text)
    assert not Remark.objects.exists()


@pytest.mark.django_db
def test_a_reason_with_an_identifier_decides_nothing() -> None:
    request = approved()
    with pytest.raises(NamesSomebody):
        take("dora", request, "hold", "Because of 123456782")
    request.refresh_from_db()
    assert request.state == "scheduled"


@pytest.mark.django_db
def test_the_database_refuses_a_forger_of_remarks() -> None:
    furnish()
    request = draft()
    values: dict[str, Any] = {
        "request_id": request.pk, "person_id": signed_in("ann").person.pk, "at": "2026-11-21T09:00:00Z",
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="remark_says_something"), transaction.atomic():
        insert("register_remark", event_id="none", text="", **values)
