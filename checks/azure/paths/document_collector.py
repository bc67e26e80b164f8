"""The collector of model cards in files, beside the files of model versions that deployments serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from checks.azure.error_kinds import ARCHIVED_BLOB, EMPTY_BLOB, MISSING, NO_BLOB
from checks.azure.ids import arm_id
from checks.azure.machine_learning.assets import model_path
from checks.azure.machine_learning.collect import VERSION
from checks.azure.machine_learning.resources import DATASTORES, Job, ModelVersion, OnlineDeployment, Workspace
from checks.azure.machine_learning.states import not_in_use
from checks.azure.members import folded
from checks.azure.paths.documents import Place, folder_of, place_of
from checks.azure.storage.collect import VERSION as STORAGE_VERSION
from checks.azure.storage.resources import FILE, STORAGE, ModelFolder
from scanner.cards.card import below
from scanner.cards.card_files import ARCHIVED, NAMES, Document, made_of, unread_because
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply, Status

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

#: Of the headers of a reply, those that are about the file.
_KEPT = ("Content-Length", "Content-Range", "ETag", "Last-Modified", "x-ms-version-id")
#: Where a datastore says in which container it is, by its type. Others are no blobs.
_CONTAINERS = {"azureblob": "containerName", "azuredatalakegen2": "filesystem"}


class _Container(Struct, frozen=True):
    """A container: the address of its account's blob endpoint, and its name."""

    account: str
    name: str


@collector(
    ModelFolder,
    operations=(FILE, DATASTORES, STORAGE),
    per="account",
    follows=(Job, ModelVersion, OnlineDeployment, Workspace),
    opt_in="documents",
)
def model_folders(api: AzureApi, found: Found) -> Iterator[ModelFolder]:
    """Files are asked for by the names that documents have, one call each: nothing is listed."""
    own = {one.id: one.storage_account for one in found.of(Workspace) if isinstance(one.storage_account, str)}
    served = {
        arm_id(model_path(one.model)) for one in found.of(OnlineDeployment) if isinstance(one.model, str) and _runs(one)
    }
    named = (folder_of(one) for one in found.of(ModelVersion) if one.id in served)
    places = sorted({place for place in named if place is not None})
    wrote = {one.id: one.outputs for one in found.of(Job)}
    inside = {place: place if place.datastore else _output(api, place, wrote) for place in places}
    stores = sorted({(one.workspace, one.datastore) for one in inside.values() if one})
    containers = {store: _container(api, *store, own.get(store[0], "")) for store in stores}

    def look(place: Place) -> ModelFolder | None:
        there = inside[place]
        container = containers[there.workspace, there.datastore] if there else UNSET
        return _folder(api, place.id, container, there.path if there else "")

    yield from filter(None, api.each(look, places))


def _runs(deployment: OnlineDeployment) -> bool:
    """Whether a deployment may be in use."""
    idle = not_in_use(deployment)
    return idle is None or idle.status is not Status.NOT_APPLICABLE


def _output(api: AzureApi, place: Place, wrote: Mapping[str, Observed[dict[str, str]]]) -> Place | None:
    """The same folder in a datastore, as the job says that wrote it; None, and a gap, where it does not."""
    outputs = wrote.get(f"{place.workspace}/jobs/{place.job}".lower(), {})
    uri = outputs.get(place.output) if isinstance(outputs, Mapping) else None
    inside = place_of(f"{uri.rstrip('/')}/", place.workspace) if uri else None
    if inside is None or not inside.datastore:
        if outputs is not UNSET:
            api.gap(DATASTORES, CallFailed(Reason.ERROR, "no job says where it wrote a model that is an output of it"))
        return None
    return inside._replace(path=f"{inside.path}/{place.path}".strip("/"))


def _container(api: AzureApi, workspace: str, datastore: str, own: str) -> Observed[_Container]:
    """The container that a datastore is; None where that is gone, `UNSET` and a gap where it is none, or was not seen.

    `own` is the storage account of the workspace: datastores that it makes itself need not say where that is.
    """
    reply = api.call(DATASTORES, f"{workspace}/datastores/{datastore}", VERSION, absent=MISSING)
    if not isinstance(reply, Mapping):
        return reply
    said: Mapping[str, Any] = reply["properties"]
    kind = folded(str(said.get("datastoreType") or "")) or ""
    account, name = said.get("accountName"), said.get(_CONTAINERS.get(kind, ""))
    if not isinstance(account, str) or not isinstance(name, str):
        api.gap(DATASTORES, CallFailed(Reason.ERROR, f"files in a datastore of the type {kind} are not read"))
        return UNSET
    record: Reply = None
    if (id := _account_id(said, account, own)) is not None:
        record = api.call(STORAGE, id, STORAGE_VERSION, absent=MISSING)
    blob = below(record, "properties", "primaryEndpoints", "blob") if isinstance(record, Mapping) else None
    usual = f"https://{account}.blob.{said.get('endpoint') or 'core.windows.net'}"
    return _Container((blob if isinstance(blob, str) else usual).rstrip("/"), name)


def _account_id(said: Mapping[str, Any], account: str, own: str) -> str | None:
    """The id of the storage account of a datastore, which tells where its blobs are: some accounts are in DNS zones."""
    owner, group = said.get("subscriptionId"), said.get("resourceGroup")
    if isinstance(owner, str) and isinstance(group, str):
        return f"/subscriptions/{owner}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}"
    return own if arm_id(own).endswith(f"/{account.lower()}") else None


def _folder(api: AzureApi, id: str, container: Observed[_Container], path: str) -> ModelFolder | None:
    """What there is in a folder; None where the datastore that it is in is gone."""
    if container is None:
        api.gone()
        return None
    identity = {**api.identity({"id": id}), "id": id, "name": id.partition("/workspaces/")[2]}
    if container is UNSET:
        return api.decode(ModelFolder, {}, {}, refused=NAMES, **identity)
    documents: list[Document] = []
    refused: list[str] = []
    said: dict[str, Any] = {}
    inside = f"{container.name}/{path}".rstrip("/")
    for name in NAMES:
        answer = api.document(container.account, f"{inside}/{name}", codes=(*NO_BLOB, EMPTY_BLOB, ARCHIVED_BLOB))
        if answer is UNSET:
            refused.append(name)
        elif isinstance(answer, str):
            said[name] = {"refused": answer}
            documents += _without_content(name, answer)
        else:
            headers, content = answer
            documents.append(made_of(name, content, version=headers.get("x-ms-version-id"), changed=_changed(headers)))
            said[name] = {member: headers[member] for member in _KEPT if member in headers}
            said[name]["sha256"] = documents[-1].digest
    found = tuple(documents) if said else UNSET  # where nothing was said of any of them, nothing was seen
    identity["name"] = f"{container.account}/{inside}".removeprefix("https://")
    facts = {"documents": found, "refused": tuple(refused)}
    return api.decode(ModelFolder, {}, {FILE: said or UNSET}, **facts, **identity)


def _without_content(name: str, code: str) -> Iterator[Document]:
    """The document that a refusal speaks of; none where it says that there is none."""
    if code == EMPTY_BLOB:  # or a directory, where the namespace of the account has such
        yield made_of(name, b"")
    elif code == ARCHIVED_BLOB:
        yield Document(name=name, card=unread_because(ARCHIVED))


def _changed(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Last-Modified", ""))
    except (ValueError, OverflowError):
        return None
