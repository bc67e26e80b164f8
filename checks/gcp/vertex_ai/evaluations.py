"""Evaluations of the versions that endpoints serve, and by which groups each was measured. Metrics are not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.names import AIPLATFORM, full_name, with_project_id
from checks.gcp.vertex_ai.collect import served_here
from checks.gcp.vertex_ai.resources import EVALUATIONS, Endpoint, Model, ModelEvaluation
from scanner.cards.card import below, name
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_SLICES = "aiplatform.modelEvaluationSlices.list"
#: Metrics of a classifier have a confusion matrix for each threshold; what is not masked may be megabytes.
_EVALUATION_MASK = "name,displayName,createTime,metricsSchemaUri"
_SLICE_MASK = "name,slice"
#: The dimension of slices that were cut by the values of features; `annotationSpec` is one for each class.
_BY_FEATURES = "slice"
#: How features are spelled where they come from a batch prediction.
_PREFIX = "instance."


@collector(ModelEvaluation, operations=(EVALUATIONS, _SLICES), follows=(Endpoint, Model))
def model_evaluations(api: GcpApi, found: Found) -> Iterator[ModelEvaluation]:
    """Those of each served version in the registry: the address of a version, `models/…@7`, has its own evaluations."""

    def of(version: str) -> list[ModelEvaluation]:
        path = f"{api.regional(AIPLATFORM)}/v1/{version}/evaluations"
        try:
            listed = list(api.walk(EVALUATIONS, path, "modelEvaluations", pageSize=100, readMask=_EVALUATION_MASK))
        except CallFailed as failure:
            api.incomplete(EVALUATIONS, failure)  # the registry has the version: that it is not found is no answer
            return []
        return [_evaluation(api, version, item) for item in listed]

    registered = {f"{model.id.partition('@')[0]}@{model.version}" for model in found.of(Model)}
    served = (f"{model}@{version}" for model, versions in served_here(api, found).items() for version in versions)
    for made in api.each(of, sorted(one for one in served if full_name(AIPLATFORM, one) in registered)):
        yield from made


def _evaluation(api: GcpApi, version: str, item: Mapping[str, Any]) -> ModelEvaluation:
    number = item["name"].rpartition("/")[2]
    return api.decode(
        ModelEvaluation,
        {EVALUATIONS: item},
        id=full_name(AIPLATFORM, f"{version}/evaluations/{number}"),
        name=str(item.get("displayName") or number),
        groups=_groups(api, with_project_id(item, api.project)["name"]),
    )


def _groups(api: GcpApi, evaluation: str) -> Observed[tuple[tuple[str, ...], ...]]:
    """The features that slices of an evaluation were cut by, each combination once; `UNSET` if not all were seen."""
    path = f"{api.regional(AIPLATFORM)}/v1/{evaluation}/slices"
    try:
        listed = list(api.walk(_SLICES, path, "modelEvaluationSlices", pageSize=100, readMask=_SLICE_MASK))
    except CallFailed as failure:
        api.gap(_SLICES, failure)
        return UNSET
    cut = (one.get("slice") for one in listed if below(one, "slice", "dimension") == _BY_FEATURES)
    return tuple(sorted({_features(one) for one in cut}))


def _features(cut: Any) -> tuple[str, ...]:
    """The features of a slice; one that has no specification is called by its value."""
    configs = below(cut, "sliceSpec", "configs")
    named = configs if isinstance(configs, Mapping) else ()
    features = sorted(name(feature).removeprefix(_PREFIX) for feature in named)
    return tuple(features) or (name(below(cut, "value") or ""),)
