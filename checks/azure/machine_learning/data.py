"""The jobs that made registered versions which are deployed, and the data assets that these read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.azure.error_kinds import MISSING
from checks.azure.ids import subscription
from checks.azure.machine_learning.assets import data_version, job_id, workspaces_by_guid
from checks.azure.machine_learning.collect import VERSION
from checks.azure.machine_learning.resources import DATA, DATA_VERSIONS, JOBS, DataVersion, Job, ModelVersion, Workspace
from scanner.cards.card import below
from scanner.cards.filled import best, state_of
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

#: Types of inputs that are data. Models are inputs too, and so are plain values.
_DATA_TYPES = frozenset({"uri_file", "uri_folder", "mltable"})


@collector(Job, operations=(JOBS,), per="account", follows=(ModelVersion, Workspace), opt_in="systems")
def jobs(api: AzureApi, found: Found) -> Iterator[Job]:
    """Each is asked for by its name: a workspace may have thousands."""

    def of(paths: list[str]) -> list[Job | None]:
        replies = api.replies(JOBS, paths, VERSION, absent=MISSING)
        return [_job(api, path, reply, guids) for path, reply in zip(paths, replies, strict=True)]

    guids = workspaces_by_guid(found.of(Workspace))
    named = {job_id(version) for version in found.of(ModelVersion) if version.job_name}
    for made in api.each(of, api.groups(sorted(named))):
        yield from (job for job in made if job is not None)


def _job(api: AzureApi, path: str, reply: Reply, guids: Mapping[str, str]) -> Job | None:
    """A job; None for one that was deleted, which the version outlives."""
    if reply is None:
        return None
    identity = api.identity({"id": path})
    if reply is UNSET:
        return api.decode(Job, {}, {}, **identity)
    inputs = _inputs(reply)
    if isinstance(inputs, UnsetType):
        api.gap(JOBS, CallFailed(Reason.MALFORMED, "inputs of a job are no objects with addresses"))
        return api.decode(Job, {JOBS: reply}, **identity)
    found = {uri: data_version(uri, path, guids) for uri in inputs}
    return api.decode(
        Job,
        {JOBS: reply},
        data=tuple(dict.fromkeys(id for id in found.values() if id)),
        plain_data=tuple(uri for uri, id in found.items() if id == ""),
        unclear_data=tuple(uri for uri, id in found.items() if id is None),
        outputs=_outputs(reply),
        **identity,
    )


def _inputs(reply: Mapping[str, Any]) -> tuple[str, ...] | UnsetType:
    """The addresses of the data that a job reads; of a job of automated ML that is its training data."""
    inputs = below(reply, "properties", "inputs") or {}
    trained = below(reply, "properties", "taskDetails", "trainingData")
    if not isinstance(reply.get("properties"), Mapping) or not isinstance(inputs, Mapping):
        return UNSET
    found = [*inputs.values(), *(() if trained is None else (trained,))]
    data = [one for one in found if str(below(one, "jobInputType")).lower() in _DATA_TYPES]
    if not all(isinstance(one, Mapping) for one in found) or not all(isinstance(one.get("uri"), str) for one in data):
        return UNSET
    return tuple(dict.fromkeys(one["uri"] for one in data))


def _outputs(reply: Mapping[str, Any]) -> dict[str, str]:
    """Where a job wrote, as far as it says: outputs that it does not place are where its workspace has them."""
    outputs = below(reply, "properties", "outputs")
    found = {str(name): below(one, "uri") for name, one in outputs.items()} if isinstance(outputs, Mapping) else {}
    return {name: uri for name, uri in found.items() if isinstance(uri, str)}


@collector(DataVersion, operations=(DATA, DATA_VERSIONS), per="account", follows=(Job,), opt_in="systems")
def data_versions(api: AzureApi, found: Found) -> Iterator[DataVersion]:
    """Those of workspaces of the subscription; an address does not say where a registry is."""

    def of(paths: list[str]) -> list[DataVersion | None]:
        versions = api.replies(DATA_VERSIONS, paths, VERSION, absent=MISSING)
        there = sorted({_asset(path) for path, one in zip(paths, versions, strict=True) if one is not None})
        assets = dict(zip(there, api.replies(DATA, there, VERSION, absent=MISSING), strict=True))
        return [_version(api, path, one, assets.get(_asset(path))) for path, one in zip(paths, versions, strict=True)]

    named = {path for job in found.of(Job) for path in job.data or ()}
    here = sorted(path for path in named if subscription(path) == api.account.lower())
    for made in api.each(of, api.groups(here)):
        yield from (version for version in made if version is not None)


def _asset(path: str) -> str:
    return path.rpartition("/versions/")[0]


def _version(api: AzureApi, path: str, version: Reply, asset: Reply) -> DataVersion | None:
    """A version; None for one that was deleted, which a job outlives."""
    if version is None:
        return None
    if asset is None:  # deleted since its version was read
        api.gone()
        return None
    identity = {**api.identity({"id": path}), "name": path.rpartition("/data/")[2].replace("/versions/", "/")}
    said = {DATA_VERSIONS: version, DATA: asset}
    description = _description(api, version, asset)
    return api.decode(DataVersion, {DATA_VERSIONS: version}, said, description=description, **identity)


def _description(api: AzureApi, *replies: Reply) -> Observed[str]:
    """How far a version or its asset is described; `UNSET` where one was not seen, or is no text."""
    texts = [below(reply, "properties", "description") for reply in replies]
    if any(reply is UNSET for reply in replies):
        return UNSET
    if not all(isinstance(text, str | None) for text in texts):
        api.gap(DATA_VERSIONS, CallFailed(Reason.MALFORMED, "a description is no text"))
        return UNSET
    return best(map(state_of, texts))
