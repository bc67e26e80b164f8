"""What endpoints of a cloud run, by all that may lead there from a version that MLflow has registered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from checks.origins import Origin

_WORKSPACES = "/providers/microsoft.machinelearningservices/workspaces"
#: How addresses of buckets begin; what follows is bucket and key.
_SCHEMES = ("s3://", "s3a://", "s3n://", "gs://")

#: What leads to something that serves: `place`, `id`, `group`, or what an origin names, and its value.
Key = tuple[str, str]


class Loaded(NamedTuple):
    """One model that an endpoint runs, by `ids` (its own and the endpoint's), with the way from it to the endpoint.

    `origins` are what it, or its package, says of MLflow. `alone`: it is of one part, and two names are of one thing.
    `group` is the group of packages that it is in, with its number there.
    """

    way: tuple[str, ...]
    ids: tuple[str, ...] = ()
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    origins: tuple[Origin, ...] = ()
    alone: bool = True
    group: str = ""

    @property
    def endpoint(self) -> str:
        """The name of the endpoint, or deployment, that serves it."""
        return self.way[-1].rpartition("/")[2]


class Serving(Struct, frozen=True):
    """All that endpoints in service run, by key, each with the way from there to the endpoint.

    `kinds` are those of the keys. `complete`: all could be followed to what they load and what that says of itself.
    """

    found: dict[Key, list[tuple[Loaded, tuple[str, ...]]]]
    kinds: frozenset[str]
    complete: bool

    def path(self, place: str) -> tuple[str, ...]:
        """The way from a place to an endpoint that loads from there, or from below; empty where none does."""
        return next((way for _, way in self.found.get(("place", place), ())), ())


def serving(loaded: Iterable[Loaded], *, complete: bool) -> Serving:
    """An index of what endpoints run."""
    found: defaultdict[Key, list[tuple[Loaded, tuple[str, ...]]]] = defaultdict(list)
    for one in loaded:
        keys = dict(_keys(one))
        for key, way in keys.items():
            found[key].append((one, way))
    return Serving(dict(found), frozenset(what for what, _ in found), complete)


def _keys(one: Loaded) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for place, way in one.places:
        yield from ((("place", folder), way) for folder in folders(place))
    yield from ((("id", id.lower()), one.way) for id in one.ids)
    yield from ((key, one.way) for origin in one.origins for key in keys_of(origin))
    if one.group:
        yield ("group", one.group), one.way


def keys_of(origin: Origin) -> tuple[Key, ...]:
    """What leads to what says this of itself. Of an alias it is not always known where it leads: so also its model."""
    model, alias, _ = origin.name.partition("@")
    return ((origin.what, origin.name), ("aliases", model)) if alias else ((origin.what, origin.name),)


def place_of(address: str) -> str:
    """A place as it is compared: bucket and key, or an address of Azure's. Empty for what only the server knows."""
    for scheme in _SCHEMES:
        if address.startswith(scheme):
            return address.removeprefix(scheme).rstrip("/")
    text = address.lower().rstrip("/")
    if text.startswith("azureml://subscriptions/"):
        return text.removeprefix("azureml:/").replace("/workspaces/", f"{_WORKSPACES}/", 1)
    return text if text.startswith(("azureml://", "/subscriptions/")) else ""


def folders(place: str) -> Iterator[str]:
    """A place and every folder above it, but for the bucket: that a bucket is the same says nothing."""
    while "/" in place.strip("/"):
        yield place
        place = place.rpartition("/")[0]
