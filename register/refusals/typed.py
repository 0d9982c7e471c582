"""Texts and times that are not recorded as they were typed."""

from datetime import date

from declare import Part, Refusal, Sentence, WrongInput


class BadCron(WrongInput):
    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(
            why,
            remedy='Write minute, hour, day, month and day of the week: "0 6 * * 1" is every Monday at six.',
            **parts,
        )


class BadUntil(WrongInput):
    def __init__(self, until: date) -> None:
        super().__init__("%(until)s is past", remedy="Give today or a later day, or none.", until=until)


class NamesSomebody(Refusal):
    """What was written holds an identifier; the message never repeats it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "the text holds what looks like %(what)s; nothing was recorded",
            remedy="Say it without: what is written here is kept for good and read by many.",
            what=Sentence(what),
        )


class NotPlainText(WrongInput):
    def __init__(self) -> None:
        super().__init__(
            "the text holds signs that nobody can read (control signs, or bytes that are no UTF-8), or nothing else; "
            "nothing was recorded",
            remedy="Type it again, or see that the terminal writes UTF-8.",
        )


class TooLong(WrongInput):
    def __init__(self, most: int) -> None:
        super().__init__(
            "the text is longer than %(most)s signs; nothing was recorded",
            remedy="Say it in less, and name the document that has the rest.",
            most=most,
        )
