"""Which registered version of MLflow an endpoint of a cloud serves, and how that is known.

Clouds keep no digest of MLflow's, and MLflow none of the files. What both have is where the files are: a version is
served where an endpoint loads files from the place that the version, its logged model or its run keeps them at, or
names it by an address that the version has as its source.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, structs

from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.evaluated import logged_of, run_of
from scanner.model.nouns import Status, Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View

#: How addresses of buckets begin; what follows is bucket and key.
_WORKSPACES = "/providers/microsoft.machinelearningservices/workspaces"
_OF_RUN = "the artifacts of its run"
_SCHEMES = ("s3://", "s3a://", "s3n://", "gs://")


class Serving(Struct, frozen=True):
    """What endpoints load, by place and by every folder above it, each with the ids from there to the endpoint.

    `complete`: all endpoints in service could be followed to what they load.
    """

    paths: dict[str, tuple[str, ...]]
    complete: bool


#: What a cloud serves, worked out once per view.
Index = Callable[[View], Serving]


def serving(found: Iterable[tuple[str, tuple[str, ...]]], *, complete: bool) -> Serving:
    """An index of places that endpoints load from."""
    paths: dict[str, tuple[str, ...]] = {}
    for place, path in found:
        for folder in _folders(place):
            paths.setdefault(folder, path)
    return Serving(paths, complete)


def place_of(address: str) -> str:
    """A place as it is compared: bucket and key, or an address of Azure's. Empty for what only the server knows."""
    for scheme in _SCHEMES:
        if address.startswith(scheme):
            return address.removeprefix(scheme).rstrip("/")
    text = address.lower().rstrip("/")
    if text.startswith("azureml://subscriptions/"):
        return text.removeprefix("azureml:/").replace("/workspaces/", f"{_WORKSPACES}/", 1)
    return text if text.startswith(("azureml://", "/subscriptions/")) else ""


def judged(
    version: ModelVersion, view: View, index: Index, what: str, judge: Callable[[ModelVersion, View], Verdict]
) -> Verdict:
    """The verdict on a version that an endpoint serves, with how that is known; `what` are those endpoints."""
    places = _places(version, view)
    if isinstance(places, Verdict):
        return places
    if not places:
        return not_applicable("only the server knows where its files are, so that no endpoint can be told to serve it")
    served = view.derive(index)
    for place, how in places:
        if path := served.paths.get(place):
            verdict = judge(version, view)
            if verdict.status is Status.PASS and not served.complete:
                return unknown(f"what {what} load")
            message = f"{verdict.message}; {path[-1].rpartition('/')[2]} serves it, found by {how}"
            own = verdict.path or (version.id,)
            return structs.replace(verdict, message=message, path=(*own, *(id for id in path if id not in own)))
    if not served.complete:
        return unknown(f"what {what} load")
    return not_applicable(f"none of {what} loads files from where it keeps them")


def path_to(version: ModelVersion, view: View, index: Index) -> tuple[str, ...]:
    """The ids from what loads a version to an endpoint that serves it; empty where none does, or that is not known."""
    places = _places(version, view)
    if isinstance(places, Verdict):
        return ()
    served = view.derive(index)
    return next((path for place, _ in places if (path := served.paths.get(place))), ())


def _places(version: ModelVersion, view: View) -> list[tuple[str, str]] | Verdict:
    """Where the files of a version are, and by what that is known; a verdict where it was not observed."""
    if missing := unobserved(version, "source"):
        return missing
    run, logged = run_of(version, view), logged_of(version, view)
    for each in (run, logged):
        if isinstance(each, Verdict):
            return each
    found = [(version.source, "the source of the version"), (_in_workspace(version), "the registry of the workspace")]
    if logged is not None and not isinstance(logged, Verdict):
        if missing := unobserved(logged, "artifact_location"):
            return unknown("LoggedModel.artifact_location", path=(logged.id,))
        found.append((logged.artifact_location, "the artifacts of its logged model"))
    if run is not None and not isinstance(run, Verdict):
        if missing := unobserved(run, "artifact_location"):
            return unknown("Run.artifact_location", path=(run.id,))
        found.append((run.artifact_location, _OF_RUN))
    places = [(place, how) for address, how in found if isinstance(address, str) and (place := place_of(address))]
    # A run may have made several models: below its artifacts are those of other versions, too.
    closer = [(place, how) for place, how in places if how != _OF_RUN]
    return closer or places


def _in_workspace(version: ModelVersion) -> str:
    """The address of a version in the workspace of Azure ML whose server it is on; empty where it is on another."""
    _, mark, workspace = version.scope.account.partition("/subscriptions/")
    return f"/subscriptions/{workspace}/{version.id.removeprefix(version.scope.account + '/')}" if mark else ""


def _folders(place: str) -> Iterator[str]:
    """A place and every folder above it, but for the bucket: that a bucket is the same says nothing."""
    while "/" in place.strip("/"):
        yield place
        place = place.rpartition("/")[0]
