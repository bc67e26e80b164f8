"""Model cards in files: where those of models that endpoints serve may be, and what was read there."""

from typing import NamedTuple

from msgspec import UNSET

from checks.gcp.names import bucket_of, owned_by_google
from checks.gcp.storage.resources import ModelFolder
from checks.gcp.vertex_ai.resources import Model
from scanner.cards.card import Card
from scanner.cards.card_files import Document, is_plain, is_unread
from scanner.model.nouns import Resource
from scanner.model.views import View


class Documents(NamedTuple):
    """The files beside the artifact of a model; no `folder` where nobody looked, which is `known` if nobody had to."""

    folder: ModelFolder | None
    known: bool = True

    @property
    def complete(self) -> bool:
        """Whether there surely is no other one. What is found without asking this stands whatever else may be there."""
        return self.known and (self.folder is None or self.folder.refused == ()) and not any(map(_may_be, self.found))

    @property
    def found(self) -> tuple[Document, ...]:
        return (self.folder.documents or ()) if self.folder else ()

    @property
    def cards(self) -> list[Card]:
        """What there is in those that could be read."""
        return [one.card for one in self.found if one.card]


def documents_of(model: Model, view: View) -> Documents:
    """What was read beside the artifact of a model; nothing, and known, where no scan was told to read it."""
    if not view.asked(ModelFolder):
        return Documents(None)
    if model.artifact_uri is UNSET:
        return Documents(None, known=False)
    address = folder_of(model.artifact_uri or "")
    found = view.get(ModelFolder, folder_id(address, model.scope.account)) if address else None
    if found is None:
        return Documents(None)
    if not isinstance(found, Resource) or found.documents is UNSET:
        return Documents(None, known=False)
    return Documents(found)


def folder_of(uri: str) -> str:
    """The address of the folder that an artifact is: Vertex AI takes no other. Without a slash at the end.

    Empty for what is in no bucket, for what Google publishes, and for a name that some would resolve.
    """
    bucket = bucket_of(uri)
    if bucket is None or owned_by_google(bucket) or not uri.startswith(f"gs://{bucket}"):
        return ""
    name = uri.removeprefix(f"gs://{bucket}").strip("/")
    return f"gs://{bucket}/{name}".rstrip("/") if is_plain(name) else ""


def folder_id(address: str, project: str) -> str:
    """The id of a folder as a project sees it: several may see it, and differently."""
    return f"{address}#seen-from-{project}"


def _may_be(document: Document) -> bool:
    return document.card is None or is_unread(document.card)
