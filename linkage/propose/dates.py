"""How dates are written in a column, found from the values."""

from typing import Final

import polars as pl

from linkage.propose.profile import Profile

_PARTS: Final = {"%Y": r"(?P<year>[0-9]{4})", "%m": r"(?P<month>[0-9]{1,2})", "%d": r"(?P<day>[0-9]{1,2})"}
_ORDERS: Final = (("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"))
_BETWEEN: Final = ("-", "/", ".", " ")
FORMATS: Final = (*(sign.join(order) for sign in _BETWEEN for order in _ORDERS), "%Y%m%d", "%d%m%Y", "%m%d%Y")
_ENOUGH: Final = 0.8
"""Share of cells that must be dates: typing errors leave some that are none."""


def date_formats(profile: Profile) -> tuple[str, ...]:
    """Formats in which most cells are dates, the best fitting; several where day and month may be swapped."""
    fits = {form: profile.share_where(_valid(profile.values, form)) for form in FORMATS}
    best = max(fits.values())
    return tuple(form for form, fit in fits.items() if fit == best) if best >= _ENOUGH else ()


def _valid(values: pl.Series, form: str) -> pl.Series:
    pattern = form.replace(".", r"\.")
    for directive, group in _PARTS.items():
        exact = group.replace("{1,2}", "{2}") if len(form) == 6 else group
        pattern = pattern.replace(directive, exact)
    found = values.str.extract_groups(f"^{pattern}$").struct.unnest()
    year, month, day = (found[part].cast(pl.Int32, strict=False) for part in ("year", "month", "day"))
    return year.is_between(1850, 2100) & month.is_between(1, 12) & day.is_between(1, 31)
