"""Questions of the first phase that are not asked or answered."""

from datetime import date

from declare import Part, Refusal


class NotProbed(Refusal):
    def __init__(self, agreement: str, recipient: str, purpose: str) -> None:
        super().__init__(
            "agreement %(agreement)s does not let %(recipient)s ask these sources for %(purpose)s "
            "before there is a case",
            remedy="Ask the parties to add [[probes]] to the agreement, or ask fewer sources.",
            agreement=agreement,
            recipient=recipient,
            purpose=purpose,
        )


class TooManySubjects(Refusal):
    """A probe is a question on a few, no search among many."""

    def __init__(self, why: str, **parts: Part) -> None:
        super().__init__(why, remedy="Ask on fewer subjects, or later.", **parts)


class TooFewSubjects(Refusal):
    def __init__(self, least: int) -> None:
        super().__init__(
            "a list of which areas are told has at least %(least)s subjects; nothing was asked",
            remedy="Ask on more subjects at once, where there are more.",
            least=least,
        )


class AskedOtherwise(Refusal):
    """Whoever knows which subjects are found, and in which area so many of them are, may know which are in it."""

    def __init__(self, source: str) -> None:
        super().__init__(
            "%(source)s is asked for areas, and elsewhere or before about subjects; together these would tell more",
            remedy="Let the agreements of this room ask that source in one way.",
            source=source,
        )


class AskedMeanwhile(Refusal):
    def __init__(self, probe: str) -> None:
        super().__init__(
            "something else was asked of these sources while probe %(probe)s was linked; nothing is held",
            remedy="Ask again.",
            probe=probe,
        )


class ProbeOver(Refusal):
    def __init__(self, probe: str, until: date) -> None:
        super().__init__(
            "probe %(probe)s ended on %(until)s", remedy="Ask again in a new probe.", probe=probe, until=until
        )
