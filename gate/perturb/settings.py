"""The section `[perturbation]` of a policy: whether published counts are rounded or get noise, and who said so."""

from typing import Literal, Self

from pydantic import Field, model_validator

from declare import Declaration
from gate.perturb.cell_key import most_variance

_OF: dict[str, tuple[str, ...]] = {"rounding": ("base",), "cell-key": ("largest", "variance")}


class Perturbation(Declaration):
    """Nothing of it replaces a threshold: it works on what is shown after cells were hidden."""

    method: Literal["rounding", "cell-key"]
    source: str = Field(min_length=3)
    """A paper or standard, or the name of who set it."""
    base: int | None = Field(default=None, ge=2)
    """Counts become multiples of it."""
    largest: int | None = Field(default=None, ge=1, le=100)
    """Persons or records a count moves at most."""
    variance: float | None = Field(default=None, gt=0)
    """Of the noise of a count far above the threshold."""

    @model_validator(mode="after")
    def _parameters_are_those_of_the_method(self) -> Self:
        given = {name for names in _OF.values() for name in names if getattr(self, name) is not None}
        if missing := sorted(set(_OF[self.method]) - given):
            raise ValueError(f"{self.method} needs {', '.join(missing)}")
        if foreign := sorted(given - set(_OF[self.method])):
            raise ValueError(f"{self.method} has no {', '.join(foreign)}; name one method")
        if self.largest and self.variance and self.variance >= most_variance(self.largest):
            raise ValueError(f"noise of at most {self.largest} has a variance below {most_variance(self.largest):g}")
        return self
