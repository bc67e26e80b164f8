"""The collectors of model cards and data sheets in files: beside artifacts that serve, and data behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.aws.names import location, seen_from
from checks.aws.paths.collect import FoundView
from checks.aws.paths.datasheets import jobs_behind
from checks.aws.paths.documents import folders
from checks.aws.paths.loose_models import loose_folders
from checks.aws.paths.served_packages import served_models
from checks.aws.paths.sheets import data_folders_of
from checks.aws.s3.resources import DataFolder, ModelFolder
from checks.aws.sagemaker.addresses import INPUTS, addresses
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from scanner.cards.card_files import ARCHIVED, NAMES, Document, made_of, unread_because
from scanner.cards.sheet_files import SHEET_NAMES, SheetFile, is_sheet, sheet_of, unread_sheet
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
    regions: dict[str, str] = {}
    for known in (view.derive(folders), view.derive(loose_folders)):
        regions |= {folder: known.regions[folder] for of in known.of.values() for folder in of}
    yield from api.each(lambda one: _folder(api, one, regions[one]), sorted(regions))


@collector(
    DataFolder,
    operations=(GET,),
    per="account",
    follows=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage, TrainingJob),
    opt_in="documents",
)
def data_folders(api: AwsApi, found: Found) -> Iterator[DataFolder]:
    """As above, of the data of jobs that are known to have made what serves."""
    view = FoundView(found, api.taken_at)
    regions: dict[str, str] = {}
    for model in found.of(Model):
        behind = jobs_behind(model, view) if model.id in view.derive(served_models).paths else None
        for job in behind if isinstance(behind, list) else ():
            for uri in addresses(job, INPUTS):
                regions |= dict.fromkeys(data_folders_of(uri, model.scope), job.scope.region)
    yield from api.each(lambda one: _data_folder(api, one, regions[one]), sorted(regions))


def _folder(api: AwsApi, id: str, region: str) -> ModelFolder:
    facts, said = _files(api, id, region, NAMES, _card)
    return api.decode(ModelFolder, {}, {GET: said}, **facts)


def _data_folder(api: AwsApi, id: str, region: str) -> DataFolder:
    facts, said = _files(api, id, region, SHEET_NAMES, _sheet)
    if facts["documents"] is not UNSET:
        facts["documents"] = tuple(filter(is_sheet, facts["documents"]))
    return api.decode(DataFolder, {}, {GET: said}, **facts)


def _files(
    api: AwsApi, id: str, region: str, names: Sequence[str], read: Callable[..., Any]
) -> tuple[dict[str, Any], Any]:
    """The files of these names in a folder, with what S3 said of each; `read` makes one of its name and its content.

    The content is None where it has to be restored first.
    """
    address = id.removesuffix(seen_from("", api.account))
    bucket, folder = location(address) or ("", "")
    documents: list[Any] = []
    refused: list[str] = []
    said: dict[str, Any] = {}
    for name in names:
        key = f"{folder}/{name}" if folder else name
        answer = api.document(bucket, key, region, codes=(*_ABSENT, _EMPTY, _ARCHIVED))
        if answer is UNSET:
            refused.append(name)
        elif isinstance(answer, str):
            said[name] = {"refused": answer}
            if answer not in _ABSENT:
                documents.append(read(name, b"" if answer == _EMPTY else None))
        else:
            documents.append(read(name, answer["Body"], version=answer.get("VersionId"), changed=_changed(answer)))
            said[name] = {member: answer[member] for member in _KEPT if member in answer}
            said[name]["sha256"] = documents[-1].digest
    found = tuple(documents) if said else UNSET  # where nothing was said of any of them, nothing was seen
    facts = {"id": id, "name": address.removeprefix("s3://"), "documents": found, "refused": tuple(refused)}
    return facts, said or UNSET


def _card(name: str, content: bytes | None, **facts: Any) -> Document:
    return Document(name=name, card=unread_because(ARCHIVED)) if content is None else made_of(name, content, **facts)


def _sheet(name: str, content: bytes | None, **facts: Any) -> SheetFile:
    return SheetFile(name=name, sheet=unread_sheet(ARCHIVED)) if content is None else sheet_of(name, content, **facts)


def _changed(answer: Mapping[str, Any]) -> datetime | None:
    return answer.get("LastModified")
