"""Fully qualified names, by which Google's data lineage knows data, and the addresses of the same data elsewhere.

They have a system, dots between segments, and backticks around a segment that has dots, colons or whitespace in it:
https://docs.cloud.google.com/dataplex/docs/fully-qualified-names
"""

from checks.gcp.names import AIPLATFORM, bucket_of, full_name
from scanner.model.patterns import pattern

_RESERVED = pattern(r"[\s.:`]")
_SEGMENT = pattern(r"`((?:[^`]|``)*)`|([^.:`]*)")
_VERTEX = pattern(rf"//{AIPLATFORM}/projects/([^/]+)/locations/([^/]+)/(models|datasets)/([^/@]+)(?:@([^/]+))?")
_TABLE = pattern(r"(?:bq|bigquery)://([^/]+)")
_STORES = {"gcs": "gs", "s3": "s3"}
#: What a table in shards is called before the date of each.
_SHARDED = "bigquery:sharded:"


def qualified(address: str) -> str | None:
    """The fully qualified name of data at an address; None for what has none that is certain."""
    if found := _VERTEX.fullmatch(address):
        project, location, kind, number, version = found.groups()
        segments = (project, location, number, *([version] if version else []))
        if (kind == "models") == (version is not None):
            return f"vertex_ai:{kind.removesuffix('s')}:{_joined(*segments)}"
    if found := _TABLE.fullmatch(address):
        parts = found[1].replace(":", ".", 1).split(".")
        return f"bigquery:{_joined(*parts)}" if len(parts) == 3 and all(parts) else None
    if (bucket := bucket_of(address)) and address.startswith(("gs://", "/gcs/")):
        path = address.partition(bucket)[2].strip("/")
        return f"gcs:{_joined(bucket, *([path] if path else []))}"
    return None


def _joined(*segments: str) -> str:
    return ".".join(f"`{one.replace('`', '``')}`" if _RESERVED.search(one) else one for one in segments)


def address_of(name: str) -> str:
    """The address of what has a fully qualified name; the name itself where that is all there is."""
    system, _, rest = name.partition(":")
    kind, _, inner = rest.partition(":")
    if name.startswith(_SHARDED) and (found := _segments(inner)):
        return f"bq://{'.'.join(found)}*"  # any of its shards
    if system == "vertex_ai":
        match kind, _segments(inner):
            case "model", [project, location, number, version]:
                return full_name(AIPLATFORM, f"projects/{project}/locations/{location}/models/{number}@{version}")
            case "dataset", [project, location, number]:
                return full_name(AIPLATFORM, f"projects/{project}/locations/{location}/datasets/{number}")
    segments = _segments(rest)
    if system in _STORES and segments:
        return f"{_STORES[system]}://{segments[0]}/{'.'.join(segments[1:])}".rstrip("/")
    return f"bq://{'.'.join(segments)}" if system == "bigquery" and segments else name


def _segments(text: str) -> list[str]:
    """The segments of a name without its system; none where it is no such name."""
    found, at = [], 0
    while at <= len(text):
        match = _SEGMENT.match(text, at)
        if match is None or not match[0] or text[match.end() : match.end() + 1] not in ("", "."):
            return []
        found.append(match[1].replace("``", "`") if match[1] is not None else match[2])
        at = match.end() + 1
    return found
