"""How jobs and deployments spell the addresses of registered models and data."""

from collections.abc import Iterable, Mapping

from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import ModelVersion, Workspace
from scanner.model.patterns import pattern

#: Every second segment of the resource id of a version; the kind of asset stands between these.
_ABOVE, _VERSIONS = ["subscriptions", "resourcegroups", "providers", "workspaces"], "versions"
_SHORT = pattern(r"azureml:([^:/@]+):([^:/@]+)")
_BY_GUID = pattern(r"azureml://locations/[^/]+/workspaces/([^/]+)/data/([^/]+)/versions/([^/]+)")
#: What begins addresses of assets that are somewhere else, or in a version that is not said.
_ELSEWHERE = ("azureml://registries/", "azureml://locations/")
#: Below it jobs write what later steps read.
_OUTPUTS = "/paths/azureml/"


def asset_path(address: str, assets: str) -> str:
    """The resource id of a version of `models` or `data` in a workspace; empty for another address.

    The CLI and the SDK write ids behind `azureml:`, the studio as `azureml://subscriptions/…/workspaces/…`.
    """
    parts = address.rstrip("/").split("/")
    if parts[0].lower() == "azureml:":
        parts = parts[1:] if parts[1:2] == [""] else ["", *parts[1:]]
    if len(parts) == 11 and parts[1].lower() == "subscriptions":
        parts[5:5] = ["providers", "Microsoft.MachineLearningServices"]
    marks = [part.lower() for part in parts[1::2]]
    return "/".join(parts) if marks == [*_ABOVE, assets, _VERSIONS] else ""


def model_path(address: str) -> str:
    """The resource id of a version in a workspace that a deployment names; empty for one in a registry."""
    return asset_path(address, "models")


def job_id(version: ModelVersion) -> str:
    """The id of the job that made a version, if that names one."""
    return f"{workspace_of(version.id)}/jobs/{version.job_name}".lower()


def workspaces_by_guid(workspaces: Iterable[Workspace]) -> dict[str, str]:
    """The ids of workspaces, by what stands for each in some addresses."""
    return {one.workspace_id.lower(): one.id for one in workspaces if isinstance(one.workspace_id, str)}


def data_version(uri: str, job: str, workspaces: Mapping[str, str]) -> str | None:
    """The id of the version of a data asset that a job reads, by this address in its inputs.

    Empty where it reads data that is no asset; None where it may be one, in a registry or of an earlier step.
    """
    found, uri = asset_path(uri, "data"), uri.rstrip("/").lower()
    if found:
        return arm_id(found)
    if short := _SHORT.fullmatch(uri):
        return f"{workspace_of(job)}/data/{short[1]}/versions/{short[2]}"
    if (long := _BY_GUID.fullmatch(uri)) and long[1] in workspaces:
        return f"{workspaces[long[1]]}/data/{long[2]}/versions/{long[3]}"
    unsaid = "@" in uri and "/" not in uri  # `azureml:tickets@latest`
    return None if unsaid or uri.startswith(_ELSEWHERE) or _OUTPUTS in uri else ""
