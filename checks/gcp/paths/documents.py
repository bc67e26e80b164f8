"""Model cards in files: where those of models that endpoints serve may be, and what was read there."""

from msgspec import UNSET

from checks.documents import NONE, UNSEEN, Documents, gathered
from checks.gcp.names import bucket_of, owned_by_google
from checks.gcp.storage.resources import ModelFolder
from checks.gcp.vertex_ai.resources import Model
from scanner.cards.card_files import is_plain
from scanner.model.views import View


def documents_of(model: Model, view: View) -> Documents:
    """What was read beside the artifact of a model; nothing, and known, where no scan was told to read it."""
    if not view.asked(ModelFolder):
        return NONE
    if model.artifact_uri is UNSET:
        return UNSEEN
    address = folder_of(model.artifact_uri or "")
    return gathered([view.get(ModelFolder, folder_id(address, model.scope.account))]) if address else NONE


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
