"""The pipelines that made the versions which endpoints serve, and the datasets that these read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import AIPLATFORM, STORAGE, bucket_of, full_name, with_project_id
from checks.gcp.storage.resources import BUCKET
from checks.gcp.vertex_ai.collect import served_here
from checks.gcp.vertex_ai.resources import DATASET, PIPELINES, Dataset, Endpoint, Model, SourceBucket, TrainingPipeline
from scanner.cards.card import below
from scanner.cards.filled import state_of
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: What full names begin with.
_SERVICE = full_name(AIPLATFORM, "")
_PROJECT = "resourcemanager.projects.get"
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


@collector(Dataset, operations=(DATASET, BUCKET, _PROJECT), follows=(TrainingPipeline,), opt_in="systems")
def datasets(api: GcpApi, found: Found) -> Iterator[Dataset]:
    """Those that pipelines of this location name, and whose the buckets are that their data lies in."""

    def one(id: str) -> Dataset | None:
        item = api.call(DATASET, f"{api.regional(AIPLATFORM)}/v1/{id.removeprefix(_SERVICE)}", absent=(NOT_FOUND,))
        if item is None:
            return None
        shown = item.get("displayName") if item is not UNSET else None
        name = str(shown or id.rpartition("/")[2])
        sources = _sources(api, item)
        return api.decode(
            Dataset,
            {DATASET: item},
            id=id,
            name=name,
            description=_description(api, item),
            sources=sources,
            buckets=_buckets(api, sources),
        )

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


def _sources(api: GcpApi, item: Reply) -> Observed[tuple[str, ...]]:
    """Where the data of a dataset lies; `UNSET` where that was not seen."""
    if item is UNSET or item is None:
        return UNSET
    config = below(item, "metadata", "inputConfig")
    named = [below(config, member, "uri") for member in ("gcsSource", "bigquerySource")]
    found = [uri for one in named for uri in (one if isinstance(one, list) else [one]) if uri is not None]
    if not all(isinstance(uri, str) for uri in found):
        api.gap(DATASET, CallFailed(Reason.MALFORMED, "an address of data is no text"))
        return UNSET
    return tuple(dict.fromkeys(found))


def _buckets(api: GcpApi, sources: Observed[tuple[str, ...]]) -> Observed[tuple[SourceBucket, ...]]:
    """The buckets of these addresses, and whether the project owns each; `UNSET` where that of one is not known."""
    if sources is UNSET:
        return UNSET
    names = sorted({name for name in map(bucket_of, sources or ()) if name})
    number = api.number(_PROJECT, api.project) if names else None
    made = []
    for name in names:
        found = api.call(BUCKET, f"{STORAGE}/storage/v1/b/{name}", absent=(NOT_FOUND,))
        if found is None:
            made.append(SourceBucket(name=name, owned=None))
            continue
        owner = below(found, "projectNumber")
        if number is None or not isinstance(owner, str):
            return UNSET
        made.append(SourceBucket(name=name, owned=owner == number))
    return tuple(made)
