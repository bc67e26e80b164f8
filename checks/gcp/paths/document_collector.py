"""The collectors of model cards and data sheets in files: beside artifacts that serve, and data behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documents import folder_id, folder_of
from checks.gcp.paths.sheets import data_folders_of
from checks.gcp.storage.resources import FILE, DataFolder, ModelFolder
from checks.gcp.vertex_ai.resources import Dataset, Endpoint, Model
from scanner.cards.card_files import NAMES, TOO_LARGE, Document, made_of, unread_because
from scanner.cards.sheet_files import SHEET_NAMES, SheetFile, is_sheet, sheet_of, unread_sheet
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: Of what Cloud Storage says of a file, what is kept.
_KEPT = ("etag", "generation", "md5Hash", "size", "updated")


@collector(ModelFolder, operations=(FILE,), per="account", follows=(Endpoint, Model), opt_in="documents")
def model_folders(api: GcpApi, found: Found) -> Iterator[ModelFolder]:
    """Files are asked for by the names that documents have: nothing is listed."""
    yield from api.each(lambda address: _folder(api, address), served_folders(found))


def served_folders(found: Found) -> list[str]:
    """The folders that are artifacts of the versions that endpoints serve."""
    served = {
        (full_name(AIPLATFORM, name), deployed.model_version_id or version)
        for endpoint in found.of(Endpoint)
        for deployed in endpoint.deployed_models or ()
        for name, _, version in ((deployed.model or "").partition("@"),)
    }
    models = (one for one in found.of(Model) if (one.id.partition("@")[0], one.version or "") in served)
    wanted = {folder_of(one.artifact_uri) for one in models if isinstance(one.artifact_uri, str)}
    return sorted(filter(None, wanted))


@collector(DataFolder, operations=(FILE,), per="account", follows=(Dataset,), opt_in="documents")
def data_folders(api: GcpApi, found: Found) -> Iterator[DataFolder]:
    """As above, of the data of datasets that versions which serve were trained with."""
    sources = (uri for dataset in found.of(Dataset) for uri in dataset.sources or ())
    wanted = {folder for uri in sources for folder in data_folders_of(uri)}
    yield from api.each(lambda address: _data_folder(api, address), sorted(wanted))


def _folder(api: GcpApi, address: str) -> ModelFolder:
    facts, said = _files(api, address, NAMES, _card)
    return api.decode(ModelFolder, {}, {FILE: said}, **facts)


def _data_folder(api: GcpApi, address: str) -> DataFolder:
    facts, said = _files(api, address, SHEET_NAMES, _sheet)
    if facts["documents"] is not UNSET:
        facts["documents"] = tuple(filter(is_sheet, facts["documents"]))
    return api.decode(DataFolder, {}, {FILE: said}, **facts)


def _files(api: GcpApi, address: str, names: Sequence[str], read: Callable[..., Any]) -> tuple[dict[str, Any], Any]:
    """The files of these names in a folder, with what Cloud Storage said of each; `read` makes one of its name and its
    content, which is None where it is too large.
    """
    bucket, _, folder = address.removeprefix("gs://").partition("/")
    documents: list[Any] = []
    refused: list[str] = []
    said: dict[str, Any] = {}
    for name in names:
        answer = api.document(bucket, f"{folder}/{name}" if folder else name)
        if answer is UNSET:
            refused.append(name)
        elif answer is None:
            said[name] = None
        else:
            facts, content = answer
            version, changed = str(facts.get("generation", "")), _time(facts.get("updated"))
            documents.append(read(name, content, version=version, changed=changed))
            said[name] = {member: facts[member] for member in _KEPT if member in facts}
    found = tuple(documents) if said else UNSET  # where nothing was said of any of them, nothing was seen
    identity = {"id": folder_id(address, api.project), "name": address.removeprefix("gs://")}
    return {**identity, "documents": found, "refused": tuple(refused)}, said or UNSET


def _card(name: str, content: bytes | None, **facts: Any) -> Document:
    if content is None:
        return Document(name=name, card=unread_because(TOO_LARGE), **facts)
    return made_of(name, content, **facts)


def _sheet(name: str, content: bytes | None, **facts: Any) -> SheetFile:
    if content is None:
        return SheetFile(name=name, sheet=unread_sheet(TOO_LARGE), **facts)
    return sheet_of(name, content, **facts)


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
