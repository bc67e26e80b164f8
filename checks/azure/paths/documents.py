"""Model cards in files: where those of model versions that deployments serve may be, and what was read there."""

from typing import NamedTuple

from msgspec import UNSET, Struct

from checks.azure.ids import workspace_of
from checks.azure.machine_learning.resources import ModelVersion
from checks.azure.members import folded
from checks.azure.storage.resources import ModelFolder
from checks.documents import NONE, UNSEEN, Documents, gathered
from scanner.cards.card_files import is_plain
from scanner.model.patterns import pattern
from scanner.model.views import View

_DATASTORE = pattern(
    r"(?i)azureml://(?:subscriptions/([^/]+)/resourcegroups/([^/]+)/(?:providers/microsoft\.machinelearningservices/)?"
    r"workspaces/([^/]+)/)?datastores/([^/]+)/(?:paths/)?(.*)"
)
_OUTPUT = pattern(r"(?i)azureml://jobs/([^/]+)/outputs/([^/]+)/(?:paths/)?(.*)")
_RUN = pattern(r"runs:/([^/]+)/(.*)")
#: What jobs write without naming an output, and how a job itself calls it.
ARTIFACTS, DEFAULT = "artifacts", "default"
#: Of what a version may be a file; all other types are folders.
_FILES = frozenset({"", "custom_model"})
#: How names of files end: `net.pt`, `model.tar.gz`. `resnet-1.5` and `scorer.v2` are folders.
_SUFFIX = pattern(r".*\.(?!v[0-9]+$)[A-Za-z][A-Za-z0-9_]*")


class Place(NamedTuple):
    """A folder, by a datastore of a workspace or an output of a job there; the path has no slash at its ends."""

    workspace: str
    datastore: str
    job: str
    output: str
    path: str

    @property
    def id(self) -> str:
        inside = f"datastores/{self.datastore}" if self.datastore else f"jobs/{self.job}/outputs/{self.output}"
        return f"{self.workspace}/{inside}/paths/{self.path}".rstrip("/")


class Folders(Struct, frozen=True):
    """The id of the folder beside the files of each version, by its id; empty where no document is of that version.

    `complete` unless there may be versions that nobody saw, or where their files are was not observed. Of a version
    whose files are where none are read, there is no entry.
    """

    of: dict[str, str]
    complete: bool


def folders(view: View) -> Folders:
    """An index of where documents may be, to be derived once.

    A file beside artifacts of several models is of none of them: it may be about the datastore.
    """
    found = view.all(ModelVersion)
    complete = found.complete
    of: dict[str, str] = {}
    models: dict[str, set[str]] = {}
    for version in found:
        if version.model_uri is UNSET or version.model_type is UNSET:
            complete = False
        elif not version.model_uri:
            of[version.id] = ""
        elif (place := folder_of(version)) is not None:
            of[version.id] = place.id
            models.setdefault(place.id, set()).add(version.id.rpartition("/versions/")[0])
    alone = {id for id, names in models.items() if len(names) == 1}
    return Folders({version: id if id in alone else "" for version, id in of.items()}, complete)


def documents_of(version: ModelVersion, view: View) -> Documents:
    """What was read beside the files of a version; nothing, and complete, where no scan was told to read it."""
    if not view.asked(ModelFolder):
        return NONE
    known = view.derive(folders)
    if not known.complete or version.id not in known.of:
        return UNSEEN
    folder = known.of[version.id]
    return gathered([view.get(ModelFolder, folder)]) if folder else NONE


def folder_of(version: ModelVersion) -> Place | None:
    """The folder that a version is, or that it lies in if its name is that of a file; None for one that is not read."""
    uri = version.model_uri
    place = place_of(uri, workspace_of(version.id)) if isinstance(uri, str) else None
    if place is None:
        return None
    above, _, last = place.path.rpartition("/")
    is_file = folded(str(version.model_type or "")) in _FILES and not str(uri).endswith("/") and _SUFFIX.fullmatch(last)
    return place._replace(path=above) if is_file else place


def place_of(uri: str, workspace: str) -> Place | None:
    """What an address of a model or of an output names; None for one in a registry, or outside Azure ML."""
    if found := _DATASTORE.fullmatch(uri):
        if found[1]:
            provider = "providers/microsoft.machinelearningservices"
            inside = f"/subscriptions/{found[1]}/resourcegroups/{found[2]}/{provider}/workspaces/{found[3]}"
            workspace = inside.lower()
        place = Place(workspace, found[4].lower(), "", "", found[5].strip("/"))
    elif found := _OUTPUT.fullmatch(uri):
        output = DEFAULT if found[2].lower() == ARTIFACTS else found[2]
        place = Place(workspace, "", found[1], output, found[3].strip("/"))
    elif found := _RUN.fullmatch(uri):
        place = Place(workspace, "", found[1], DEFAULT, found[2].strip("/"))
    else:
        return None
    return place if is_plain(place.path) and "?" not in place.path else None
