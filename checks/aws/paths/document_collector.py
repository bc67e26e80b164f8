"""The collector of model cards in files, beside the artifacts of model packages that serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.aws.names import location, seen_from
from checks.aws.paths.collect import FoundView
from checks.aws.paths.documents import folders
from checks.aws.s3.resources import ModelFolder
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage
from scanner.cards.card_files import ARCHIVED, NAMES, Document, made_of, unread_because
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from datetime import datetime

    from checks.aws.client.api import AwsApi

GET = "s3:GetObject"
_ABSENT = ("NoSuchKey", "NoSuchBucket")
#: What S3 says of a range of an empty file, and of a file that has to be restored before anybody may read it.
_EMPTY, _ARCHIVED = "InvalidRange", "InvalidObjectState"
#: Of a reply, what is about the file, and not in it.
_KEPT = ("ContentLength", "ContentRange", "ETag", "LastModified", "VersionId")


@collector(
    ModelFolder,
    operations=(GET,),
    per="account",
    follows=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage),
    opt_in="documents",
)
def model_folders(api: AwsApi, found: Found) -> Iterator[ModelFolder]:
    """Files are asked for by the names that documents have, one call each: nothing is listed."""
    view = FoundView(found, api.taken_at)
    known = view.derive(folders)
    wanted = sorted({folder for of in known.of.values() for folder in of})
    yield from api.each(lambda one: _folder(api, one, known.regions[one]), wanted)


def _folder(api: AwsApi, id: str, region: str) -> ModelFolder:
    address = id.removesuffix(seen_from("", api.account))
    bucket, folder = location(address) or ("", "")
    documents: list[Document] = []
    refused: list[str] = []
    said: dict[str, Any] = {}
    for name in NAMES:
        key = f"{folder}/{name}" if folder else name
        answer = api.document(bucket, key, region, codes=(*_ABSENT, _EMPTY, _ARCHIVED))
        if answer is UNSET:
            refused.append(name)
        elif isinstance(answer, str):
            said[name] = {"refused": answer}
            documents += _without_content(name, answer)
        else:
            documents.append(made_of(name, answer["Body"], version=answer.get("VersionId"), changed=_changed(answer)))
            said[name] = {member: answer[member] for member in _KEPT if member in answer}
            said[name]["sha256"] = documents[-1].digest
    found = tuple(documents) if said else UNSET  # where nothing was said of any of them, nothing was seen
    facts = {"id": id, "name": address.removeprefix("s3://"), "documents": found, "refused": tuple(refused)}
    return api.decode(ModelFolder, {}, {GET: said or UNSET}, **facts)


def _without_content(name: str, code: str) -> Iterator[Document]:
    """The document that a refusal speaks of; none where it says that there is none."""
    if code == _EMPTY:
        yield made_of(name, b"")
    elif code == _ARCHIVED:
        yield Document(name=name, card=unread_because(ARCHIVED))


def _changed(answer: Mapping[str, Any]) -> datetime | None:
    return answer.get("LastModified")
