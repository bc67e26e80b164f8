"""What a resource is called by others, and what it names itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from scanner.model.nouns import Holds, Resource, Scope
from scanner.systems.manifest import Follow
from scanner.systems.names import Named
from scanner.systems.texts import PRINCIPAL, Text, bucket, is_written, made, named, spellings, tail

#: What kinds are of a service, where the service is not one of ML. Identities say it themselves (`holds`).
_OF_SERVICE: dict[str, Follow] = {
    "s3": "buckets",
    "macie": "buckets",
    "storage": "buckets",
    "kms": "keys",
    "key_vault": "keys",
    "ecr": "images",
    "artifact_registry": "images",
}
_WATCHING = ("cloudwatch", "codepipeline", "insights", "logging", "logs", "monitoring", "operational_insights", "sns")
_DESCRIBING = ("bigquery", "data_lineage", "datazone", "dlp", "glue", "security", "tagging")
#: Services that watch AI systems or describe their data, and are none: a system may claim what is there, and need not.
BESIDE = frozenset(_WATCHING + _DESCRIBING)
#: Kinds of services of ML that are records of something else.
_RECORDS = frozenset({"aws.sagemaker.ArtifactLineage", "gcp.data_lineage.DataLineage", "gcp.vertex_ai.ModelLineage"})
#: Fields of an identity, beside its id, by which others name it.
_CALLED = ("email", "principal_id")
#: The field of a table with the place that it describes: a job that reads from there reads that table.
_LIES = "location"
#: No address of an identity is as short.
_SHORT = 6
#: How a name is looked up: as it is, as a full name, or as a place in a bucket that a job writes to.
AS_IS, FULL, PLACE = range(3)


@cache
def category(kind: type[Resource]) -> Follow:
    """Which word of `follow` leads to a kind: what is no identity, bucket, key or image is of ML itself."""
    if kind.holds is Holds.IDENTITY:
        return "roles"
    return _OF_SERVICE.get(kind.kind.split(".")[1], "lineage")


def is_ai(kind: type[Resource]) -> bool:
    """Whether somebody has to answer for resources of a kind as AI, so that each of them belongs to some system."""
    return category(kind) == "lineage" and kind.kind.split(".")[1] not in BESIDE and kind.kind not in _RECORDS


def calls(resource: Resource, texts: Iterable[Text]) -> list[str]:
    """What a resource is called by others. `texts` are those in it, where it is one of ML."""
    found = spellings(resource.id)
    kind, scope, name = type(resource), resource.scope, resource.name
    of = category(kind)
    if of == "lineage":
        found.append(named(scope, tail(kind.kind), name))
        if kind.holds is Holds.TRAINING:
            places = {place for member, _, place in texts if place and (is_written(member) or member == _LIES)}
            found += [made(each) for place in places for each in (place, f"{place}/{name}")]
    elif of == "buckets":
        found.append(bucket(scope.provider, name))
    elif of == "roles":
        own = [str(getattr(resource, field, "")) for field in _CALLED] + [resource.id.rpartition("/")[2]]
        found += [one for one in map(str.lower, own) if PRINCIPAL.fullmatch(one)]
    return found


class _Member(NamedTuple):
    """The names that lead to texts: their number, what the last of them speaks of, and whether that is written to."""

    number: int
    of_bucket: bool
    of_name: bool
    kind: str
    is_written: bool


class Naming:
    """What resources name, and the members that they do it by, each with its number. That of what has none is 0."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.members = [""]
        self._of: defaultdict[str, dict[str, _Member]] = defaultdict(dict)
        tails = {(kind.partition(".")[0], tail(kind)) for kind in kinds}
        self._tails = sorted(tails, key=lambda entry: -len(entry[1]))

    def names(self, scope: Scope, texts: Iterable[Text]) -> list[Named]:
        """Each name in these texts of a resource."""
        provider, found = scope.provider, list[Named]()
        known = self._of[provider]
        for path, text, place in texts:
            number, of_bucket, of_name, kind, written = known.get(path) or self._member(provider, path)
            if place:
                found.append((number, AS_IS, bucket(provider, place.partition("/")[0])))
            elif "/" in text or ":" in text:
                found.append((number, FULL, text.lower().rstrip("/")))
            if of_bucket:
                found.append((number, AS_IS, bucket(provider, text)))
            elif of_name:
                if kind:
                    found.append((number, AS_IS, named(scope, kind, text)))
            elif len(text) > _SHORT and PRINCIPAL.fullmatch(text.lower()):
                found.append((number, AS_IS, text.lower()))
            if place and not written:
                found.append((number, PLACE, place))
        return found

    def _member(self, provider: str, path: str) -> _Member:
        last = path.rpartition(".")[2].rstrip("[]{}")
        last = last.removesuffix("s") if last.endswith("_names") else last
        stem = f"_{last.removesuffix('_name')}"
        kind = next((tail for of, tail in self._tails if of == provider and stem.endswith(f"_{tail}")), "")
        of_bucket, of_name = last.endswith(("bucket", "buckets")), last.endswith("_name")
        made = self._of[provider][path] = _Member(len(self.members), of_bucket, of_name, kind, is_written(path))
        self.members.append(path)
        return made
