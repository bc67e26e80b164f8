"""Which names mean the same data: OpenLineage's naming rules, and the addresses that clouds use.

A data set is known by the namespace of its store and its name there (the spec's Naming.md). Producers and clouds spell
both in several ways; a `Place` is one spelling for all of them. Two places are the same, might be, or are not:

- the same: the same store and path;
- perhaps: one lies inside the other (a prefix against an object, a database against a table), they differ in capitals
  where a database may not, or a pattern takes both in;
- other: everything else. Two names of the same bytes that no symlink joins are not found here.
"""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from scanner.model.patterns import pattern

#: Spellings of one store.
_SCHEMES = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "postgresql": "postgres", "abfs": "abfss", "wasb": "abfss",
            "wasbs": "abfss", "http": "https", "bq": "bigquery"}  # fmt: skip
#: Stores whose names are paths: parts are divided by slashes, and capitals count.
PATHS = frozenset({"s3", "gs", "abfss", "hdfs", "dbfs", "file", "azureml", "https", "arn", "hf", "mlflow-artifacts"})
#: Ports that a namespace may leave out.
_PORTS = {"postgres": "5432", "mysql": "3306", "redshift": "5439", "sqlserver": "1433", "oracle": "1521",
          "trino": "8080", "cassandra": "9042", "hive": "10000", "hdfs": "8020"}  # fmt: skip
_NAMESPACE = pattern(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/]*))?(/.*)?")
#: Accounts of Azure Storage have an endpoint for blobs and one for files, and both reach the same containers. So do the
#: second region (`-secondary`) and a private link. In DNS zones, `z12`, an account is known by its name and its zone.
_ACCOUNT = r"([^./@]+?(?:\.z\d{1,2})?)(?:-secondary)?(?:\.privatelink)?\.(?:dfs|blob)"
_AZURE = pattern(rf"([^@/]+)@{_ACCOUNT}\.(.+)")
_AZURE_STORE = pattern(r"abfss://([^@]+@[^.]+(?:\.z\d{1,2})?)\.(.+)")
_AZURE_HTTPS = pattern(rf"{_ACCOUNT}\.(core\.[a-z.]+|storage\.azure\.net)")
#: ARNs of what OpenLineage has other names for: objects in S3, and tables of Glue. What an access point leads to, its
#: ARN does not say.
_S3_ARN = pattern(r"arn:aws[a-z-]*:s3:::([^/]+)/?(.*)")
_GLUE_ARN = pattern(r"(arn:aws[a-z-]*:glue:[a-z0-9-]+:\d{12}):(table/.+)")
_S3_HTTPS = pattern(r"(?:(.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?")
_GCS_HTTPS = pattern(r"(?:(.+)\.)?storage\.(?:googleapis|cloud\.google)\.com")
#: How addresses begin that hold in one workspace of Azure ML alone.
_DATASTORES = "datastores/"
_WILD = ("*", "?", "{", "[")
#: How resource ids of Azure begin, and what those of Azure ML have that its own addresses leave out.
_RESOURCES, _PROVIDER = "/subscriptions/", pattern(r"/providers/microsoft\.machinelearningservices(?=/workspaces/)")


class Relation(enum.StrEnum):
    """How two places stand to each other."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


class Place(NamedTuple):
    """Where data is: a store, and a path or a name in it. Two places are equal exactly if they are the same."""

    store: str
    path: str

    @property
    def scheme(self) -> str:
        return self.store.partition(":")[0]

    @property
    def parts(self) -> tuple[str, ...]:
        """The path from the outermost part inwards."""
        return tuple(self.path.split(self.divider)) if self.path else ()

    @property
    def divider(self) -> str:
        return "/" if self.scheme in PATHS else "."

    @property
    def namespace(self) -> str:
        """The store as OpenLineage spells it."""
        if self.scheme == "abfss" and (found := _AZURE_STORE.fullmatch(self.store)):
            return f"abfss://{found[1]}.dfs.{found[2]}"
        return self.store.removesuffix(":")

    @property
    def folded(self) -> str:
        """The path as far as it is no pattern, without capitals where these may not count."""
        path = self.divider.join(literal(self))
        return path if self.scheme in PATHS else path.casefold()

    def __str__(self) -> str:
        return f"{self.store}/{self.path}" if self.path else self.store


@lru_cache(maxsize=8192)
def place(namespace: str, name: str) -> Place:
    """The place of a data set with this namespace and name."""
    found = _NAMESPACE.fullmatch(namespace)
    if namespace.startswith("arn:"):
        return _arn(namespace, name.strip("/"))
    if found is None:  # `bigquery`, `file`, and whatever a producer invented
        known = namespace.lower() in ("bigquery", "file", "azureml")
        return _named(namespace.lower() if known else namespace, "", name)
    scheme, authority, rest = found[1].lower(), found[2] or "", found[3] or ""
    inside = f"{rest}/{name}" if rest.strip("/") else name
    return _named(_SCHEMES.get(scheme, scheme), authority, inside)


@lru_cache(maxsize=8192)
def place_of(address: str) -> Place:
    """The place of an address as clouds and tools write it: `s3://bucket/key`, `/gcs/bucket/key`, `https://…`.

    Google's full names (`//SERVICE/projects/…`) and Azure's resource ids (`/subscriptions/…`) are addresses, too.
    """
    if address.startswith("/gcs/"):
        address = f"gs://{address.removeprefix('/gcs/')}"
    if address.startswith("//"):
        address = f"https:{address}"
    if address[: len(_RESOURCES)].lower() == _RESOURCES:
        return _named("azureml", "", address)
    if address.startswith("/"):
        return _named("file", "", address)
    scheme, colon, rest = address.partition(":")
    scheme = _SCHEMES.get(scheme.lower(), scheme.lower())
    if scheme == "arn":
        return _arn(address)
    if not colon:
        return Place(address, "")
    authority, slash, path = rest[2:].partition("/") if rest.startswith("//") else ("", "", rest)
    if scheme in ("bigquery", "azureml"):  # which have no authority: what stands there is the beginning of the name
        authority, path = "", authority + slash + path
    return _named(scheme, authority, path.partition("?")[0] if scheme == "https" else path)


def _arn(arn: str, name: str = "") -> Place:
    """What an ARN names, and a name below it: objects in S3 and tables of Glue as OpenLineage has them."""
    whole = f"{arn}/{name}" if name else arn
    if found := _S3_ARN.fullmatch(whole):
        return _named("s3", found[1], found[2])
    found = _GLUE_ARN.fullmatch(whole)
    return Place(found[1], found[2]) if found else Place(arn, name)


def _named(scheme: str, authority: str, name: str) -> Place:
    """The one spelling of a place in a store."""
    if scheme == "https":
        return _https(authority, name)
    if scheme == "bigquery":
        return Place("bigquery:", name.replace(":", ".", 1).strip("/"))
    if scheme == "azureml":
        name = _azureml(name)
    if scheme == "abfss" and (found := _AZURE.fullmatch(authority)):
        authority = f"{found[1]}@{found[2].lower()}.{found[3].lower()}"
    elif scheme in _PORTS and "://" not in authority:
        authority = authority.lower() if ":" in authority else f"{authority.lower()}:{_PORTS[scheme]}"
    elif scheme not in ("s3", "gs"):
        authority = authority.lower()
    return Place(f"{scheme}://{authority}" if authority else f"{scheme}:", _path(scheme, name))


def _path(scheme: str, name: str) -> str:
    """A path without slashes at its ends or twice in a row; the name of a table as it is."""
    return "/".join(part for part in name.split("/") if part) if scheme in PATHS else name.strip("/")


def _azureml(name: str) -> str:
    """A resource id or an address of Azure ML, where capitals count in the paths of files alone."""
    id, paths, file = name.partition("/paths/")
    return _PROVIDER.sub("", id.lower()) + paths + file


def _https(host: str, path: str) -> Place:
    """An address of an object store over HTTPS, as that of the store itself; else the address."""
    plain, path = host.lower().partition(":")[0], unquote(path).strip("/")
    first, _, rest = path.partition("/")
    if found := _AZURE_HTTPS.fullmatch(plain):
        return Place(f"abfss://{first}@{found[1]}.{found[2]}", _path("abfss", rest))
    for scheme, known in (("s3", _S3_HTTPS), ("gs", _GCS_HTTPS)):
        if found := known.fullmatch(plain):
            bucket, key = (found[1], path) if found[1] else (first, rest)
            return Place(f"{scheme}://{bucket}", _path(scheme, key))
    return Place(f"https://{host.lower()}", _path("https", path))


def relation(one: Place, other: Place) -> Relation:
    """How two places stand to each other."""
    if one == other:
        return Relation.PERHAPS if _is_wild(one.path) else Relation.SAME
    if _is_relative(one, other):
        return Relation.PERHAPS
    if one.store != other.store:
        return Relation.OTHER
    mine, theirs = literal(one), literal(other)
    if one.scheme not in PATHS:
        mine, theirs = tuple(map(str.casefold, mine)), tuple(map(str.casefold, theirs))
    shorter = min(len(mine), len(theirs))
    inside = mine[:shorter] == theirs[:shorter] and (shorter or not (one.path and other.path) or _wild(one, other))
    return Relation.PERHAPS if inside else Relation.OTHER


def above(place: Place) -> tuple[Place, ...]:
    """The places that one lies inside, from the nearest outwards; the store itself is the last."""
    parts = literal(place)
    last = len(parts) - (1 if len(parts) == len(place.parts) else 0)
    return tuple(Place(place.store, place.divider.join(parts[:end])) for end in range(last, -1, -1))


def literal(place: Place) -> tuple[str, ...]:
    """The parts of a path before the first that is a pattern."""
    parts = place.parts
    return next((parts[:at] for at, part in enumerate(parts) if _is_wild(part)), parts)


def _is_wild(text: str) -> bool:
    return any(sign in text for sign in _WILD)


def _wild(one: Place, other: Place) -> bool:
    return _is_wild(one.path) or _is_wild(other.path)


def _is_relative(one: Place, other: Place) -> bool:
    """Whether one may lie in the other in an Azure ML workspace that is not named: a datastore in its short form."""
    if not any(each.path.startswith(_DATASTORES) for each in (one, other)) or one.scheme != other.scheme:
        return False
    shorter, longer = sorted((f"{_in_datastore(one.path)}/", f"{_in_datastore(other.path)}/"), key=len)
    return shorter != "/" and longer.startswith(shorter)


def _in_datastore(path: str) -> str:
    """The datastore and the path there of an address of Azure ML, without the workspace."""
    return path[at:] if (at := path.find(_DATASTORES)) >= 0 else ""
