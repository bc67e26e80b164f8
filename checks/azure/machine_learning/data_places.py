"""Which storage accounts the data is in that jobs read which made what serves."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType

from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import DataVersion, Job, ModelVersion, Workspace
from scanner.model.patterns import pattern
from scanner.model.views import View

#: The datastores that each workspace makes in its own storage account.
_OWN = frozenset({"workspaceartifactstore", "workspaceblobstore", "workspacefilestore", "workspaceworkingdirectory"})
_DATASTORE = pattern(
    r"azureml://(?:subscriptions/([^/]+)/resourcegroups/([^/]+)/(?:providers/microsoft\.machinelearningservices/)?"
    r"workspaces/([^/]+)/)?datastores/([^/]+)(?:/.*)?"
)
#: The name of an account may be followed by what tells its copy, a zone or private addresses.
_ACCOUNT = pattern(
    r"(?:https|wasbs?|abfss?)://(?:[^/@]+@)?([a-z0-9]{3,24})(?:-secondary)?\.(?:[a-z0-9]+\.)?"
    r"(?:blob|dfs|file)\.(?:core|storage\.azure)\..*"
)


class DataPlaces(Struct, frozen=True):
    """A job that reads data in each storage account, by the account's id or its name.

    `read` unless there may be more jobs or data, `complete` if it also is known where all of that is.
    """

    by: dict[str, str]
    read: bool
    complete: bool


def data_places(view: View) -> DataPlaces:
    """An index of storage accounts with such data, to be derived once."""
    jobs, versions = view.all(Job), view.all(ModelVersion)
    by: dict[str, str] = {}
    complete = True
    read = jobs.complete and versions.complete and all(version.job_name is not UNSET for version in versions)
    for job in jobs:
        for uri, workspace in _read(job, view):
            account = _account(uri.lower(), workspace, view) if uri is not UNSET else None
            read = read and uri is not UNSET
            complete = complete and account is not None
            if account:
                by.setdefault(account, job.id)
    return DataPlaces(by, read, complete and read)


def _read(job: Job, view: View) -> Iterator[tuple[str | UnsetType, str]]:
    """The addresses of what a job reads, each with the workspace that it is written in; `UNSET` where not seen."""
    for field in (job.data, job.plain_data, job.unclear_data):
        if field is UNSET:
            yield UNSET, ""
    yield from ((uri, workspace_of(job.id)) for uri in (*(job.plain_data or ()), *(job.unclear_data or ())))
    for id in job.data or ():
        version = view.get(DataVersion, id)
        if isinstance(version, DataVersion):
            yield version.data_uri if version.data_uri is not None else "", workspace_of(id)
        elif version is UNSET:
            yield UNSET, ""


def _account(uri: str, workspace: str, view: View) -> str | None:
    """The id or the name of the storage account of an address; empty for one outside Azure, None if it is not known."""
    if found := _ACCOUNT.fullmatch(uri):
        return found[1]
    if uri.startswith(("http://", "https://")):
        return ""
    named = _DATASTORE.fullmatch(uri)
    if named is None or named[4] not in _OWN:
        return None
    if named[1]:
        provider = "providers/microsoft.machinelearningservices"
        workspace = f"/subscriptions/{named[1]}/resourcegroups/{named[2]}/{provider}/workspaces/{named[3]}"
    inside = view.get(Workspace, workspace)
    return arm_id(inside.storage_account) if isinstance(inside, Workspace) and inside.storage_account else None
