"""What is being served, followed from each endpoint: for the joined checks."""

from collections.abc import Iterator

from msgspec import UNSET, Struct

from checks.aws.iam.answers import Marks
from checks.aws.iam.matching import Places
from checks.aws.names import is_aws_content, location, named
from checks.aws.sagemaker.addresses import component_uris, specifications_of
from checks.aws.sagemaker.ownership import bucket_of
from checks.aws.sagemaker.packages import Artifacts, artifacts
from checks.aws.sagemaker.references import all_variants, answers, components, config_of, model_names
from checks.aws.sagemaker.resources import Endpoint, InferenceComponent, Model
from scanner.model.nouns import Observed, Resource
from scanner.model.views import View

_ARCHIVE = (".tar.gz", ".tgz")
#: An endpoint keeps answering while it is changed or maintained, and after a change that could not be rolled back.
SERVING = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed")
NOT_SERVING = ("Creating", "Deleting", "Failed", "OutOfService")


class Held(Struct, frozen=True):
    """What a bucket holds of served artifacts: objects, and prefixes below which every object belongs to one."""

    account: str
    objects: set[str]
    prefixes: set[str]


class Served(Struct, frozen=True):
    """Artifacts of all endpoints in service, in buckets of the accounts of the scan; `complete` unless some could not
    be followed.

    `paths` leads from each object or prefix back to an endpoint, `buckets` from the id of each bucket to what it holds.
    """

    places: Places
    paths: dict[str, tuple[str, ...]]
    buckets: dict[str, Held]
    buckets_of: dict[str, list[str]]
    complete: bool
    _places: dict[str, Places]
    _marks: dict[str, int]

    def bucket_of(self, place: str) -> str:
        """Id of the bucket that an object or prefix is in."""
        return place.partition("/")[0]

    def places_in(self, bucket: str) -> Places:
        """The artifacts in one bucket."""
        if bucket not in self._places:
            self._places[bucket] = Places(self.buckets[bucket].objects, self.buckets[bucket].prefixes)
        return self._places[bucket]

    def marks_of(self, bucket: str) -> int:
        """The targets that are in one bucket."""
        inside = self.places_in(bucket).targets
        return self.places.targets.marked(inside, Marks(inside.everything, 0)).yes

    def marks_in(self, account: str) -> int:
        """The targets that are in the buckets of an account."""
        if account not in self._marks:
            self._marks[account] = sum(map(self.marks_of, self.buckets_of.get(account, ())))
        return self._marks[account]


def served_artifacts(view: View) -> Served:
    """Every artifact that an endpoint in service runs from a bucket of an account of the scan, once per object.

    Those in other accounts are left out: to write there takes a bucket policy that nobody here can read.
    """
    endpoints = view.all(Endpoint)
    paths: dict[str, tuple[str, ...]] = {}
    buckets: dict[str, Held] = {}
    complete = endpoints.complete
    for endpoint in endpoints:
        for found, path in () if endpoint.status in NOT_SERVING else _artifacts_of(endpoint, view):
            complete = complete and found is not UNSET
            if isinstance(found, Artifact):
                held = buckets.setdefault(found.bucket, Held(found.account, set(), set()))
                held.objects.update(found.objects)
                held.prefixes.update(found.prefixes)
                for place in (*found.objects, *found.prefixes):
                    paths.setdefault(place, (found.bucket, *path))
    objects = {place for held in buckets.values() for place in held.objects}
    prefixes = {place for held in buckets.values() for place in held.prefixes}
    accounts: dict[str, list[str]] = {}
    for id, held in buckets.items():
        accounts.setdefault(held.account, []).append(id)
    return Served(Places(objects, prefixes), paths, buckets, accounts, complete, {}, {})


class Artifact(Struct, frozen=True):
    """Where an address leads: objects, and prefixes below which every object belongs to it."""

    bucket: str
    account: str
    objects: tuple[str, ...]
    prefixes: tuple[str, ...]


def _artifacts_of(endpoint: Endpoint, view: View) -> Iterator[tuple[Observed[Artifact], tuple[str, ...]]]:
    """What an endpoint runs, each with the ids on the way back to it; `UNSET` for what could not be followed."""
    for loaded, way in _loaded(view, endpoint):
        if loaded is None or loaded.unread:
            yield UNSET, ()
        for uri, between in loaded.uris.items() if loaded else ():
            yield _artifact(view, endpoint, uri), (*between, *way)


def _loaded(view: View, endpoint: Endpoint) -> Iterator[tuple[Artifacts | None, tuple[str, ...]]]:
    """What an endpoint in service loads, and the ids from there to it; None where something was not observed."""
    config = config_of(endpoint, view) if endpoint.status in SERVING else None
    if config is None or config.variants is UNSET or config.shadow_variants is UNSET:
        yield None, ()
        return
    for name in model_names(all_variants(config)):
        if name is None:  # its models are inference components
            if not view.derive(components).whole.at(endpoint.scope):
                yield None, ()
            yield from _components(view, endpoint)
        else:
            yield _of_model(view, endpoint, name, (config.id, endpoint.id))


def _components(view: View, endpoint: Endpoint) -> Iterator[tuple[Artifacts | None, tuple[str, ...]]]:
    for id in view.derive(components).of(endpoint):
        component = view.get(InferenceComponent, id)
        if not isinstance(component, Resource) or answers(component) is False:
            continue
        way = (component.id, endpoint.id)
        specifications = specifications_of(component)
        if not answers(component) or specifications is None:
            yield None, way
            continue
        yield Artifacts.alone(component_uris(component)), way
        for name in dict.fromkeys(each.model_name for each in specifications if each.model_name is not None):
            yield _of_model(view, endpoint, name, way)


def _of_model(
    view: View, endpoint: Endpoint, name: str, way: tuple[str, ...]
) -> tuple[Artifacts | None, tuple[str, ...]]:
    model = named(view, Model, endpoint, "model", name)
    return (artifacts(view, model), (model.id, *way)) if isinstance(model, Resource) else (None, way)


def _artifact(view: View, endpoint: Endpoint, uri: str) -> Observed[Artifact]:
    """An artifact in a bucket of an account of the scan, None for one in another account, `UNSET` if it is not known.

    An address that is no archive may be a prefix, which all of the artifact lies below, or many models do.
    """
    place = location(uri)
    if place is None:
        return UNSET
    name, key = place
    if is_aws_content(name, endpoint.scope.region):
        return None
    bucket = bucket_of(view, endpoint, name)
    if not isinstance(bucket, Resource) or bucket.owned is UNSET:
        return UNSET
    if not bucket.owned:
        return None
    below = f"{bucket.id}/{key.strip('/')}".rstrip("/")
    if key.endswith(_ARCHIVE):
        return Artifact(bucket.id, bucket.scope.account, (f"{bucket.id}/{key}",), ())
    return Artifact(bucket.id, bucket.scope.account, (below,) if key.strip("/") else (), (f"{below}/",))
