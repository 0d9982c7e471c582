"""What the report says of the columns that leave, and of rows: how much was left out, and how coarse they became."""

from gate.verdict import Verdict
from register.output import ANONYMOUS
from release.draft import Draft
from release.extract import PSEUDONYM
from release.report.leaves import Anonymised, Coarsened, Column, Minimised


def columns_of(draft: Draft) -> tuple[Column, ...]:
    needs = draft.rows.declared.columns if draft.rows else {}
    columns = [column for column in draft.columns if column.use != "evidence"]
    return tuple(
        Column(
            name=column.name,
            use=column.use,
            need=needs[column.name].necessity if column.name in needs and column.use == "breakdown" else None,
        )
        for column in columns
    )


def people_of(draft: Draft, verdict: Verdict) -> int | None:
    """Distinct persons in what would leave, at least."""
    if verdict.safe is None:
        return None
    if draft.kind == ANONYMOUS:
        return verdict.safe.height
    return verdict.safe[PSEUDONYM].n_unique() if draft.rows else draft.people


def minimised(draft: Draft, verdict: Verdict) -> Minimised | None:
    """Of an extract."""
    terms = draft.rows.declared.extract if draft.rows else None
    if terms is None or verdict.rows is None:
        return None
    found = verdict.rows
    return Minimised(
        rows_before=found["rows"],
        rows=found["stay"],
        columns_before=found["columns"],
        columns=found["leave"],
        alike=found["smallest_class"],
        environment=terms.environment,
    )


def anonymised(draft: Draft, verdict: Verdict) -> Anonymised | None:
    """Of anonymous rows that may leave."""
    if draft.kind != ANONYMOUS or verdict.safe is None or verdict.rows is None:
        return None
    found = verdict.rows
    return Anonymised(
        rows_before=found["rows"],
        left_out=found["left_out"],
        loss=round(found["loss"], 4),
        classes=found["classes"],
        levels=tuple(
            Coarsened(column=name, level=level, last=last) for name, (level, last) in sorted(found["levels"].items())
        ),
        weight=draft.rows.declared.weight if draft.rows else None,
    )
