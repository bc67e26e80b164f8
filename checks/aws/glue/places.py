"""Where data lies in S3, as tables and training jobs are compared by it."""

from collections.abc import Iterator

from checks.aws.names import location

#: What Hadoop and Spark call S3.
_ALIASES = ("s3a://", "s3n://")


def place_of(uri: str) -> str:
    """Bucket and key of an address; empty for what is not in a bucket."""
    for alias in _ALIASES:
        if uri.startswith(alias):
            uri = f"s3://{uri.removeprefix(alias)}"
    found = location(uri)
    return "/".join(found).rstrip("/") if found else ""


def places_above(place: str) -> Iterator[str]:
    """A place and every folder that it lies in, the bucket last: a table over one of these describes it."""
    while place:
        yield place
        place = place.rpartition("/")[0]
