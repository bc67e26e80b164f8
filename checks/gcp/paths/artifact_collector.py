"""The collector of the files that artifacts of served models are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import STORAGE
from checks.gcp.paths.document_collector import served_folders
from checks.gcp.paths.documents import folder_id
from checks.gcp.storage.resources import FILES, ArtifactFiles
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.cards.card_files import NAMES
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: Files of a folder that are looked at. Of a model in more files nobody could say which a digest is of.
_MOST = 100
#: Of what Cloud Storage says of a file, what is kept.
_KEPT = ("md5Hash", "crc32c", "timeCreated")


@collector(ArtifactFiles, operations=(FILES,), per="account", follows=(Endpoint, Model), opt_in="systems")
def artifact_files(api: GcpApi, found: Found) -> Iterator[ArtifactFiles]:
    """One call for each folder: the first page of what lies in it."""
    yield from api.each(lambda address: _files(api, address), served_folders(found))


def _files(api: GcpApi, address: str) -> ArtifactFiles:
    bucket, _, folder = address.removeprefix("gs://").partition("/")
    path = f"{STORAGE}/storage/v1/b/{quote(bucket, safe='')}/o"
    query = {"prefix": f"{folder}/"} if folder else {}
    reply = api.call(FILES, path, absent=(NOT_FOUND,), maxResults=str(_MOST), **query)
    identity: dict[str, Any] = {"id": folder_id(address, api.project), "name": address.removeprefix("gs://")}
    if isinstance(reply, Mapping):
        identity["more"] = "nextPageToken" in reply
        reply = {"items": _without_names(reply.get("items"))}
    elif reply is None:
        identity["more"] = False
    return api.decode(ArtifactFiles, {FILES: reply}, **identity)


def _without_names(items: Any) -> Any:
    """What is kept of each file; neither of documents nor of folders, which some tools write as empty files."""
    if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
        return items
    files = (one for one in items if str(one.get("name")).rpartition("/")[2] not in ("", *NAMES))
    return [{member: one[member] for member in _KEPT if member in one} for one in files]
