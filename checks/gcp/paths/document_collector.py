"""The collector of model cards in files, beside the artifacts of models that endpoints serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documents import folder_id, folder_of
from checks.gcp.storage.resources import FILE, ModelFolder
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.cards.card_files import NAMES, TOO_LARGE, Document, made_of, unread_because
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: Of what Cloud Storage says of a file, what is kept.
_KEPT = ("etag", "generation", "md5Hash", "size", "updated")


@collector(ModelFolder, operations=(FILE,), per="account", follows=(Endpoint, Model), opt_in="documents")
def model_folders(api: GcpApi, found: Found) -> Iterator[ModelFolder]:
    """Files are asked for by the names that documents have: nothing is listed."""
    served = {
        (full_name(AIPLATFORM, name), deployed.model_version_id or version)
        for endpoint in found.of(Endpoint)
        for deployed in endpoint.deployed_models or ()
        for name, _, version in ((deployed.model or "").partition("@"),)
    }
    models = (one for one in found.of(Model) if (one.id.partition("@")[0], one.version or "") in served)
    wanted = {folder_of(one.artifact_uri) for one in models if isinstance(one.artifact_uri, str)}
    yield from api.each(lambda address: _folder(api, address), sorted(filter(None, wanted)))


def _folder(api: GcpApi, address: str) -> ModelFolder:
    bucket, _, folder = address.removeprefix("gs://").partition("/")
    documents: list[Document] = []
    refused: list[str] = []
    said: dict[str, Any] = {}
    for name in NAMES:
        answer = api.document(bucket, f"{folder}/{name}" if folder else name)
        if answer is UNSET:
            refused.append(name)
        elif answer is None:
            said[name] = None
        else:
            facts, content = answer
            documents.append(_document(name, facts, content))
            said[name] = {member: facts[member] for member in _KEPT if member in facts}
    found = tuple(documents) if said else UNSET  # where nothing was said of any of them, nothing was seen
    identity = {"id": folder_id(address, api.project), "name": address.removeprefix("gs://")}
    facts = {**identity, "documents": found, "refused": tuple(refused)}
    return api.decode(ModelFolder, {}, {FILE: said or UNSET}, **facts)


def _document(name: str, facts: Mapping[str, Any], content: bytes | None) -> Document:
    version, changed = str(facts.get("generation", "")), _time(facts.get("updated"))
    if content is None:
        return Document(name=name, card=unread_because(TOO_LARGE), version=version, changed=changed)
    return made_of(name, content, version=version, changed=changed)


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
