"""Which registered version of MLflow an endpoint of a cloud serves, and how that is known.

By place: an endpoint loads files from where the version, its logged model or its run keeps them. By name: variables,
metadata or labels of what it runs name the version, one of its aliases, its logged model or its run. By digest: both
sides name one of the artifact. By link: the version is in the registry of the workspace, or a tag of it names what
serves. Ways that lead to different versions give no verdict, and nor does what only may lead there.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from msgspec import UNSET, Struct, structs

from checks.across.serving_index import Key, Loaded, Serving, folders, keys_of, place_of
from checks.mlflow import ids
from checks.mlflow.records import Pair
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.behind import logged_model_of
from checks.mlflow.tracking.evaluated import logged_of, run_of
from checks.mlflow.tracking.recorded_evaluations import digest_of
from checks.mlflow.tracking.resources import LoggedModel, Run
from checks.origins import Origin
from scanner.model.nouns import Status, Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View

#: What a cloud serves, worked out once per view.
Index = Callable[[View], Serving]

_OF_RUN = "the artifacts of its run"
#: What another server may have under the same name.
_ON_A_SERVER = ("version", "alias", "stage")
_LATEST = "latest"
#: What is of one version, or of those that one run made.
_MADE_IT = ("run", "logged model")


class Found(NamedTuple):
    """What serves a version: the way to the endpoint, by what that is known, and what speaks against it.

    `perhaps` says why it may, where nothing says that it does.
    """

    way: tuple[str, ...]
    loaded: Loaded
    how: tuple[str, ...]
    against: tuple[str, ...]
    perhaps: str


class Names(Struct, frozen=True):
    """Which versions keep files at a place, or name an id in a tag; `complete` unless there may be others."""

    versions: dict[Key, tuple[ModelVersion, ...]]
    complete: bool


def judged(
    version: ModelVersion, view: View, index: Index, what: str, judge: Callable[[ModelVersion, View], Verdict]
) -> Verdict:
    """The verdict on a version that an endpoint serves, with how that is known; `what` are those endpoints."""
    found = found_by(version, view, index)
    if isinstance(found, Verdict):
        return found
    served = view.derive(index)
    sure = [one for one in found if one.how and not one.against and not one.perhaps]
    for one in sure:
        verdict = judge(version, view)
        if verdict.status is Status.PASS and not served.complete:
            return unknown(f"what {what} load")
        message = f"{verdict.message}; {one.loaded.endpoint} serves it, found by {' and '.join(one.how)}"
        own = verdict.path or (version.id,)
        return structs.replace(verdict, message=message, path=(*own, *(id for id in one.way if id not in own)))
    for one in found:
        return unknown(f"whether {one.loaded.endpoint} serves it: {_doubt(one)}", path=one.way)
    if not served.complete:
        return unknown(f"what {what} load")
    return not_applicable(f"none of {what} loads files from where it keeps them, or names it")


def path_to(version: ModelVersion, view: View, index: Index) -> tuple[str, ...]:
    """The ids from what loads a version to an endpoint that serves it; empty where none does, or that is not known."""
    found = found_by(version, view, index)
    if isinstance(found, Verdict):
        return ()
    return next((one.way for one in found if one.how and not one.against and not one.perhaps), ())


def found_by(version: ModelVersion, view: View, index: Index) -> list[Found] | Verdict:
    """All that may serve a version; a verdict where what it is called, or where its files are, was not observed."""
    places = _places(version, view)
    if isinstance(places, Verdict):
        return places
    hows: dict[Loaded, list[str]] = {}
    doubts: dict[Loaded, list[str]] = {}
    ways: dict[Loaded, tuple[str, ...]] = {}
    served = view.derive(index)
    if missing := _unseen(version, view, served):
        return missing
    keys = [*((("place", place), how) for place, how in places), *_named(version, view, served)]
    for key, how in keys:
        known = served.found.get(key, [])
        for loaded, way in known:
            why = _only_perhaps(key, loaded, version, view, alone=len(known) == 1)
            said = how or " and ".join(_said(each, loaded) for each in loaded.origins if key in keys_of(each))
            (doubts if why else hows).setdefault(loaded, []).append(f"{said}, {why}" if why else said)
            ways.setdefault(loaded, way)
    by_place = {loaded for place, _ in places for loaded, _ in served.found.get(("place", place), ())}
    return [
        Found(way, loaded, tuple(dict.fromkeys(hows.get(loaded, ()))), against, perhaps)
        for loaded, way in ways.items()
        for against in [tuple(_against(version, loaded, view, by_place=loaded in by_place))]
        for perhaps in [_perhaps(hows.get(loaded), doubts.get(loaded), view, by_place=loaded in by_place)]
    ]


def _unseen(version: ModelVersion, view: View, served: Serving) -> Verdict | None:
    """An unknown verdict where something may lead from what serves to a version by what was not observed of that."""
    logged = logged_of(version, view)
    if isinstance(logged, LoggedModel) and unobserved(logged, "pairs"):
        return unknown("LoggedModel.pairs", path=(logged.id,))
    return unobserved(version, "pairs", *(("stage",) if "stage" in served.kinds else ()))


def _doubt(found: Found) -> str:
    led = " and ".join(found.how)
    if found.against:
        return f"{led or found.perhaps} leads to it, and {' and '.join(found.against)}"
    return found.perhaps


def _perhaps(hows: list[str] | None, doubts: list[str] | None, view: View, *, by_place: bool) -> str:
    """Why it is not sure that something serves a version; empty where it is."""
    if not hows:
        return "; ".join(doubts or ())
    if not by_place and not view.derive(names).complete:
        return f"{' and '.join(hows)} leads to it, and other versions, which were not all seen, may say the same"
    return ""


def _only_perhaps(key: Key, loaded: Loaded, version: ModelVersion, view: View, *, alone: bool) -> str:
    """Why a key leads to a version perhaps, and not surely; empty where it surely does."""
    what, name = key
    if what == "aliases":
        return "and where its aliases lead was not observed"
    if what == "run" and any(not _is_same(one, version) for one in view.derive(names).versions.get(key, ())):
        return "which made other versions, too"
    if what == "stage":
        return f"and what {name.rpartition('/')[2]} led to when it began to serve is not known"
    if what == "group":
        return "whose numbers need not be those of MLflow"
    if what == "id" and not alone:
        return "which runs several models"
    if what not in _ON_A_SERVER:
        return ""
    servers = {each.server for each in loaded.origins if key in keys_of(each)}
    return "" if servers & {"", version.scope.account} else f"on the server {min(servers)}"


def _named(version: ModelVersion, view: View, served: Serving) -> Iterator[tuple[Key, str]]:
    """What leads to a version but for places, with how where it is MLflow that says so."""
    model, _, number = version.name.rpartition("/")
    yield from ((key, "") for key in _own(version).items() if key[1])
    yield ("version", version.name), ""
    if "alias" in served.kinds:
        yield from ((("alias", f"{model}@{alias}"), "") for alias in version.aliases or ())
        if version.aliases is UNSET:
            yield ("aliases", model), ""
    if "stage" in served.kinds:
        yield from ((("stage", f"{model}/{stage}"), "") for stage in (version.stage, _LATEST) if stage)
    yield from ((("id", value), f"its tag {name}") for name, value in _tags(version, view))
    if version.scope.account.startswith("arn:"):
        # How SageMaker calls the group in which it registers what its own server has:
        # https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-track-experiments-model-registration.html
        suffix = sha256(version.scope.account.rpartition("/")[2].encode()).hexdigest()[:6]
        yield ("group", f"{model}-{suffix}/{number}"), "the group of its model package"


def _against(version: ModelVersion, loaded: Loaded, view: View, *, by_place: bool) -> Iterator[str]:
    """What says that something serves another version."""
    if not loaded.alone:
        return
    for origin in loaded.origins:
        if _is_of_another(origin, version, view):
            yield f"{_said(origin, loaded)} names the {origin.what} {origin.name}"
    if not by_place:
        known = view.derive(names).versions
        inside = [("place", folder) for place, _ in loaded.places for folder in folders(place)]
        for said, keys in (
            ("its files are those of", inside),
            ("it is named by a tag of", [("id", id.lower()) for id in loaded.ids]),
        ):
            others = [other for key in keys for other in known.get(key, ()) if not _is_same(other, version)]
            yield from (f"{said} {other.name}" for other in others)


def _is_of_another(origin: Origin, version: ModelVersion, view: View) -> bool:
    own = _own(version)
    if known := own.get(origin.what):
        return known != origin.name
    if origin.what in own:  # of which the version itself says nothing
        index = view.derive(names)
        others = index.versions.get((origin.what, origin.name), ())
        return any(not _is_same(one, version) for one in others) or (origin.what in _MADE_IT and not index.complete)
    model = version.name.rpartition("/")[0]
    if origin.what == "alias":
        of, _, alias = origin.name.rpartition("@")
        return of == model and version.aliases is not UNSET and alias not in (version.aliases or ())
    of, _, number = origin.name.rpartition("/")
    if origin.what != "version" or origin.name == version.name:
        return False
    other = view.get(ModelVersion, ids.model_version(version.scope.account, of, number))
    if isinstance(other, ModelVersion):
        return not _is_same(other, version)
    return of == model


def _own(version: ModelVersion) -> dict[str, str]:
    """By what a version itself says of where it comes from; each empty where it does not."""
    return {
        "run": version.run_id or "",
        "job": _job(version),
        "logged model": logged_model_of(version),
        "digest": digest_of(version.pairs or ()),
    }


def _job(version: ModelVersion) -> str:
    """The job of Azure ML that the run of a version is, on the server of a workspace; empty on others."""
    _, mark, workspace = version.scope.account.lower().partition("/subscriptions/")
    return f"/subscriptions/{workspace}/jobs/{version.run_id.lower()}" if mark and version.run_id else ""


def _is_same(one: ModelVersion, other: ModelVersion) -> bool:
    """Whether two versions are of one model: a version may be copied into another registered model."""
    logged, run = logged_model_of(one), one.run_id
    return (
        one.id == other.id
        or bool(logged and logged == logged_model_of(other))
        or bool(run and run == other.run_id and not logged)
        or bool(one.source and one.source == other.source)
    )


def _said(origin: Origin, loaded: Loaded) -> str:
    return f"{origin.said} of {loaded.way[0].rpartition('/')[2]}"


def names(view: View) -> Names:
    """What versions say of places and of what serves, to be derived once."""
    found: dict[Key, list[ModelVersion]] = {}
    versions = view.all(ModelVersion)
    complete = versions.complete
    for version in versions:
        places = _places(version, view)
        if isinstance(places, Verdict) or version.pairs is UNSET:
            complete = False
        keys: list[Key] = [] if isinstance(places, Verdict) else [("place", place) for place, _ in places]
        keys += [key for key in _own(version).items() if key[1]]
        for key in {*keys, *(("id", value) for _, value in _tags(version, view))}:
            found.setdefault(key, []).append(version)
    return Names({key: tuple(each) for key, each in found.items()}, complete)


def _tags(version: ModelVersion, view: View) -> Iterator[tuple[str, str]]:
    """Tags of a version and of its logged model whose values may be ids of what serves, as ids are compared."""
    logged = logged_of(version, view)
    pairs: tuple[Pair, ...] = version.pairs or ()
    if isinstance(logged, LoggedModel):
        pairs += logged.pairs or ()
    for pair in pairs:
        value = (pair.value or "").lower().rstrip("/")
        if pair.key and value.startswith(("arn:", "/subscriptions/", "//aiplatform.", "azureml:")):
            yield pair.key, value
        elif pair.key and value.startswith("projects/"):
            yield pair.key, f"//aiplatform.googleapis.com/{value}"


def _places(version: ModelVersion, view: View) -> list[tuple[str, str]] | Verdict:
    """Where the files of a version are, and by what that is known; a verdict where it was not observed."""
    if missing := unobserved(version, "source"):
        return missing
    run, logged = run_of(version, view), logged_of(version, view)
    for each in (run, logged):
        if isinstance(each, Verdict):
            return each
    found = [(version.source, "the source of the version"), (_in_workspace(version), "the registry of the workspace")]
    if isinstance(logged, LoggedModel):
        if missing := unobserved(logged, "artifact_location"):
            return unknown("LoggedModel.artifact_location", path=(logged.id,))
        found.append((logged.artifact_location, "the artifacts of its logged model"))
    if isinstance(run, Run):
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
