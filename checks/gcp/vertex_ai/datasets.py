"""The pipelines that made the versions which endpoints serve, and the datasets that these read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import AIPLATFORM, full_name, with_project_id
from checks.gcp.vertex_ai.collect import served_here
from checks.gcp.vertex_ai.resources import DATASET, PIPELINES, Dataset, Endpoint, Model, TrainingPipeline
from scanner.cards.filled import state_of
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: What full names begin with.
_SERVICE = full_name(AIPLATFORM, "")
#: The inputs of a task are left out: they are large, and hold what people typed.
_MASK = "name,displayName,inputDataConfig,labels"


@collector(TrainingPipeline, operations=(PIPELINES,), follows=(Endpoint, Model), opt_in="systems")
def training_pipelines(api: GcpApi, found: Found) -> Iterator[TrainingPipeline]:
    """They are listed, as the reply about a single one may have a member `error`, like a refusal."""
    served = served_here(api, found)
    versions = {full_name(AIPLATFORM, name): numbers for name, numbers in served.items()}
    named = {
        model.training_pipeline
        for model in found.of(Model)
        if model.training_pipeline and model.version in versions.get(model.id.partition("@")[0], ())
    }
    here = _here(api)
    if not any(name.startswith(f"{here}/") for name in named):
        return
    path = f"{api.regional(AIPLATFORM)}/v1/{here}/trainingPipelines"
    for reply in api.pages(PIPELINES, path, "trainingPipelines", pageSize=100, readMask=_MASK):
        item = with_project_id(reply, api.project)
        if item["name"] in named:
            yield api.decode(
                TrainingPipeline,
                {PIPELINES: item},
                id=full_name(AIPLATFORM, item["name"]),
                name=str(item.get("displayName") or item["name"].rpartition("/")[2]),
                dataset=_dataset(api, item),
            )


def _dataset(api: GcpApi, item: Mapping[str, Any]) -> Observed[str]:
    """The dataset that a pipeline names by its number, in its own location; `UNSET` where that is no text."""
    config = item.get("inputDataConfig")
    number = config.get("datasetId") if isinstance(config, Mapping) else config
    if not isinstance(number, str | None):
        api.gap(PIPELINES, CallFailed(Reason.MALFORMED, "inputDataConfig has no number of a dataset"))
        return UNSET
    return full_name(AIPLATFORM, f"{_here(api)}/datasets/{number}") if number else None


@collector(Dataset, operations=(DATASET,), follows=(TrainingPipeline,), opt_in="systems")
def datasets(api: GcpApi, found: Found) -> Iterator[Dataset]:
    """Those that pipelines of this location name."""

    def one(id: str) -> Dataset | None:
        item = api.call(DATASET, f"{api.regional(AIPLATFORM)}/v1/{id.removeprefix(_SERVICE)}", absent=(NOT_FOUND,))
        if item is None:
            return None
        shown = item.get("displayName") if item is not UNSET else None
        name = str(shown or id.rpartition("/")[2])
        return api.decode(Dataset, {DATASET: item}, id=id, name=name, description=_description(api, item))

    here = (each for each in found.of(TrainingPipeline) if each.scope.region == api.scope.region)
    for made in api.each(one, sorted({each.dataset for each in here if each.dataset})):
        if made is not None:
            yield made


def _here(api: GcpApi) -> str:
    return f"projects/{api.project}/locations/{api.scope.region}"


def _description(api: GcpApi, item: Reply) -> Observed[str]:
    """How far a dataset is described; `UNSET` where that was not seen."""
    if item is UNSET or item is None:
        return UNSET
    text = item.get("description")
    if not isinstance(text, str | None):
        api.gap(DATASET, CallFailed(Reason.MALFORMED, "description is no text"))
        return UNSET
    return state_of(text)
