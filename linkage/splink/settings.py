"""A Splink model as it is saved: what is read of its JSON, by Splink's own names (versions 4 and 5)."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from declare import WrongInput

WITHOUT_MEANING = frozenset((
    "retain_matching_columns", "retain_intermediate_calculation_columns", "additional_columns_to_retain",
    "sql_dialect", "linker_uid", "em_convergence", "max_iterations", "bayes_factor_column_prefix",
    "match_weight_column_prefix", "term_frequency_adjustment_column_prefix", "comparison_vector_value_column_prefix",
    "source_dataset_column_name",
))  # fmt: skip
"""Settings of its engine and of its output."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    @property
    def others(self) -> list[str]:
        """Names of settings that are not read and say something."""
        return sorted(name for name, value in (self.model_extra or {}).items() if value)


class SplinkLevel(_Read):
    sql_condition: str
    label_for_charts: str | None = None
    is_null_level: bool = False
    m_probability: Any = None
    u_probability: Any = None
    """Numbers, unless nothing was observed."""
    fix_m_probability: bool = False
    fix_u_probability: bool = False
    tf_adjustment_column: str | None = None
    tf_adjustment_weight: float | None = None

    @property
    def label(self) -> str:
        return self.label_for_charts or self.sql_condition

    @property
    def asks(self) -> bool:
        """Whether it is a level of its own, and neither *missing* nor *other*."""
        return not self.is_null_level and self.sql_condition.strip().upper() != "ELSE"


class SplinkComparison(_Read):
    output_column_name: str = ""
    comparison_description: str | None = None
    comparison_levels: list[SplinkLevel]


class SplinkRule(_Read):
    blocking_rule: str
    sql_dialect: str | None = None
    arrays_to_explode: list[str] | None = None
    salting_partitions: int | None = None


class SplinkModel(_Read):
    link_type: Literal["dedupe_only", "link_only", "link_and_dedupe"]
    comparisons: list[SplinkComparison]
    blocking_rules_to_generate_predictions: list[SplinkRule | str] = []
    probability_two_random_records_match: float | None = None
    unique_id_column_name: str = "unique_id"

    @property
    def rules(self) -> list[SplinkRule]:
        rules = self.blocking_rules_to_generate_predictions
        return [SplinkRule(blocking_rule=rule) if isinstance(rule, str) else rule for rule in rules]


def read_settings(path: Path) -> SplinkModel:
    """Raises `WrongInput` when the file holds no Splink model."""
    remedy = "Save it in Splink with linker.misc.save_model_to_json(path)."
    try:
        return SplinkModel.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WrongInput(f"{path} cannot be read", remedy="Check the name and that the file exists.") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise WrongInput(
            f"{path.name} is no Splink model" + (f" (see {place})" if place else ""), remedy=remedy
        ) from None
