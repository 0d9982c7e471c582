"""The data source: `context.data_sources.add_polars(name)`. Importing this module registers it and all metrics."""

import secrets
from typing import Any, ClassVar, Literal

import polars as pl
from great_expectations.compatibility import pydantic
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from expectations.engine import aggregate_metrics, column_types, map_metrics, table_metrics, text_metrics
from expectations.engine.execution import PolarsExecutionEngine

REGISTERED = (aggregate_metrics, column_types, map_metrics, table_metrics, text_metrics)
"""Modules that register metrics when they are imported, and say what an expectation means here."""

EngineType = type[PolarsExecutionEngine]
"""Named here: inside a data source `type` is a field."""


class FrameKey(str):
    """A name that stands for a frame. Great Expectations writes batch parameters to JSON and into batch ids: this is
    text there, and the frame lives as long as the request does. Each key is new, so that metrics of one frame are never
    taken for those of another."""

    __slots__ = ("frame",)
    frame: pl.LazyFrame

    def __new__(cls, frame: pl.LazyFrame | pl.DataFrame) -> "FrameKey":
        key = super().__new__(cls, secrets.token_hex(8))
        key.frame = frame.lazy()
        return key

    def __deepcopy__(self, memo: dict[int, Any]) -> "FrameKey":
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickled as text: the frame goes nowhere."""
        return str, (str(self),)


def _key(options: dict[str, Any]) -> FrameKey:
    match options:
        case {"dataframe": pl.DataFrame() | pl.LazyFrame() as frame} if len(options) == 1:
            return FrameKey(frame)
        case {"frame": FrameKey() as key} if len(options) == 1:
            return key
    raise BuildBatchRequestError(message="options hold one key, dataframe, with a Polars frame")


class DataFrameAsset(DataAsset):  # type: ignore[misc]
    """One Polars frame, lazy or not."""

    type: Literal["dataframe"] = "dataframe"

    class Config:
        extra = pydantic.Extra.forbid

    def test_connection(self) -> None:
        """Nothing to connect to."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - prescribed
        return ("dataframe",)

    def build_batch_request(
        self, options: dict[str, Any] | None = None, batch_slice: Any = None, partitioner: Any = None
    ) -> BatchRequest:
        """Options are `{"dataframe": frame}`, or those of an earlier request. Raises `BuildBatchRequestError`."""
        if batch_slice is not None or partitioner is not None:
            raise BuildBatchRequestError(message="a Polars frame is taken whole: no slice, no partitioner")
        return BatchRequest(
            datasource_name=self.datasource.name, data_asset_name=self.name, options={"frame": _key(options or {})}
        )

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        return [IDDict(batch_request.options)]

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        self._validate_batch_request(batch_request)
        spec = RuntimeDataBatchSpec(batch_data=batch_request.options["frame"].frame)
        data, markers = self.datasource.get_execution_engine().get_batch_data_and_markers(batch_spec=spec)
        definition = LegacyBatchDefinition(
            datasource_name=self.datasource.name,
            data_connector_name="fluent",
            data_asset_name=self.name,
            batch_identifiers=IDDict(batch_request.options),
        )
        metadata = self._get_batch_metadata_from_batch_request(batch_request, ignore_options=("frame",))
        return Batch(self.datasource, self, batch_request, data, markers, spec, definition, metadata)

    def _validate_batch_request(self, batch_request: BatchRequest) -> None:
        named = (batch_request.datasource_name, batch_request.data_asset_name)
        if named != (self.datasource.name, self.name) or not isinstance(batch_request.options.get("frame"), FrameKey):
            raise BuildBatchRequestError(message="the batch request was not built by this asset")

    def add_batch_definition_whole_dataframe(self, name: str) -> BatchDefinition:
        return self.add_batch_definition(name=name, partitioner=None)


class PolarsDatasource(Datasource):  # type: ignore[misc]
    """Registers itself as `add_polars` through the metaclass of `Datasource`."""

    asset_types: ClassVar[list[type[DataAsset]]] = [DataFrameAsset]
    type: Literal["polars"] = "polars"
    assets: list[DataFrameAsset] = []

    @property
    def execution_engine_type(self) -> EngineType:
        return PolarsExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to connect to."""

    def add_dataframe_asset(self, name: str, batch_metadata: dict[str, Any] | None = None) -> DataFrameAsset:
        asset: DataFrameAsset = self._add_asset(DataFrameAsset(name=name, batch_metadata=batch_metadata or {}))
        return asset
