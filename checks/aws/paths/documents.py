"""Model cards in files: where one of a package that serves may be, and what was read there."""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from checks.aws.names import is_aws_content, location, seen_from
from checks.aws.paths.served_packages import served_packages
from checks.aws.s3.resources import ModelFolder
from checks.aws.sagemaker.addresses import ALGORITHMS, addresses, containers_of, weight_uris
from checks.aws.sagemaker.resources import Model, ModelPackage
from checks.documents import NONE, UNSEEN, Documents, gathered
from scanner.cards.card_files import is_plain
from scanner.model.views import View


class Folders(Struct, frozen=True):
    """Ids of the folders beside artifacts of a package, by its id, and the region to ask about each.

    `complete` unless the artifacts of some package that serves were not observed.
    """

    of: dict[str, tuple[str, ...]]
    regions: dict[str, str]
    complete: bool


def folders(view: View) -> Folders:
    """An index of where documents of packages that serve may be, to be derived once.

    A file beside artifacts of several groups of packages is of none of them: it may be about the bucket.
    """
    of: dict[str, tuple[str, ...]] = {}
    groups: dict[str, set[str]] = {}
    regions: dict[str, str] = {}
    complete = True
    for id, way in view.derive(served_packages).paths.items():
        package, model = view.get(ModelPackage, id), view.get(Model, way[0])
        if not isinstance(package, ModelPackage) or not isinstance(model, Model) or _is_unread(package, model):
            complete = False
            continue
        here = model.scope.region
        lie_in = dict.fromkeys(filter(None, (folder_of(uri, here) for uri in weights_of_package(package, model))))
        of[id] = tuple(seen_from(folder, model.scope.account) for folder in lie_in)
        for folder in of[id]:
            groups.setdefault(folder, set()).add(package.name.partition("/")[0])
            regions.setdefault(folder, here)
    alone = {folder for folder, names in groups.items() if len(names) == 1}
    return Folders({id: tuple(one for one in of[id] if one in alone) for id in of}, regions, complete)


def documents_of(view: View, package: ModelPackage) -> Documents:
    """What was read beside the artifacts of a package; nothing, and complete, where no scan was told to read it."""
    if not view.asked(ModelFolder):
        return NONE
    known = view.derive(folders)
    return gathered(view.get(ModelFolder, id) for id in known.of.get(package.id, ())) if known.complete else UNSEEN


def folder_of(uri: str, region: str) -> str:
    """The address of the folder that an artifact lies in, or that it is, without a slash at the end.

    Empty for what is no object of a bucket, for what AWS publishes, and for a key that some would resolve.
    """
    place = location(uri)
    if place is None or is_aws_content(place[0], region):
        return ""
    bucket, key = place
    head = key.rpartition("/")[0]
    return f"s3://{bucket}/{head}".rstrip("/") if is_plain(head) else ""


def _is_unread(package: ModelPackage, model: Model) -> bool:
    unread = package.inference_specification is UNSET or package.source_algorithms is UNSET
    return unread or containers_of(model) is None


def weights_of_package(package: ModelPackage, model: Model) -> Iterator[str]:
    """What is loaded as the model: not its code, nor lists of files."""
    specification = package.inference_specification
    for container in (specification.containers or ()) if specification else ():
        yield from weight_uris(container)
    yield from addresses(package, ALGORITHMS[:2])
    for own in containers_of(model) or ():
        yield from weight_uris(own)
