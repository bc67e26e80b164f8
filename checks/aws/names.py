"""Names and addresses: S3 locations, default buckets, and how one SageMaker resource names another."""

from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import UnsetType

from scanner.model.nouns import Resource, Scope
from scanner.model.patterns import pattern
from scanner.model.views import View

R = TypeVar("R", bound=Resource)

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
#: Buckets that AWS itself serves public models and examples from.
_AWS_CONTENT = pattern(
    rf"(?:jumpstart-(?:private-)?cache-prod|sagemaker-(?:sample-files|sample-data|example-files)(?:-prod)?)(?:-{_REGION})?"
)
_S3_HOST = pattern(rf"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?{_REGION})?\.amazonaws\.com(?:\.cn)?")
_NAME = r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]"
_BUCKET = pattern(_NAME)
#: The common spelling, which needs no parser: a key without blanks, query or fragment.
_PLAIN = pattern(rf"s3://({_NAME})(?:/+([!\"$->@-~]*))?")
#: Endings that S3 reserves: aliases of access points, and buckets that no listing of general buckets shows.
_NO_BUCKET = ("-s3alias", "--ol-s3", "--x-s3", "--xa-s3", "--table-s3", ".mrap")


def location(uri: str) -> tuple[str, str] | None:
    """Bucket and key of an S3 address in any of its spellings; None for one that names no bucket (an access point)."""
    if plain := _PLAIN.fullmatch(uri):
        return None if plain[1].endswith(_NO_BUCKET) else (plain[1], plain[2] or "")
    try:
        split = urlsplit(uri)
    except ValueError:  # a bracket where a host should be
        return None
    bucket, key = split.netloc, split.path.lstrip("/")
    if split.scheme == "https":
        host = _S3_HOST.fullmatch(split.netloc)
        if host is None:
            return None
        bucket = host["bucket"] or ""
        if not bucket:
            bucket, _, key = key.partition("/")
    elif split.scheme != "s3":
        return None
    if not _BUCKET.fullmatch(bucket) or bucket.endswith(_NO_BUCKET):
        return None
    return bucket, key


def bucket_arn(partition: str, bucket: str) -> str:
    return f"arn:{partition}:s3:::{bucket}"


def foreign_bucket_id(arn: str, account: str) -> str:
    """Id of a bucket that an account refers to and does not own."""
    return f"{arn}#seen-from-{account}"


def object_arn(partition: str, bucket: str, key: str) -> str:
    """ARN of an object; for a prefix, of some object below it."""
    return f"{bucket_arn(partition, bucket)}/{key if key and not key.endswith('/') else key + 'object'}"


def partition_of(arn: str) -> str:
    return arn.split(":", 2)[1]


def account_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 else ""


def is_aws_content(bucket: str) -> bool:
    """Whether the name is one that AWS publishes models and examples under."""
    return _AWS_CONTENT.fullmatch(bucket) is not None


def default_bucket(region: str, account: str) -> str:
    """The bucket that the SageMaker SDK and console use, and make, when they are given none."""
    return f"sagemaker-{region}-{account}"


def named(view: View, kind: type[R], neighbour: Resource, segment: str, name: str) -> R | UnsetType | None:
    """A SageMaker resource by its name, in the account and region of its neighbour.

    SageMaker keeps the spelling of names but not always that of ARNs, which may be in lower case.
    """
    scope: Scope = neighbour.scope
    prefix = f"arn:{partition_of(neighbour.id)}:sagemaker:{scope.region}:{scope.account}:{segment}/"
    found = view.get(kind, prefix + name)
    if not isinstance(found, Resource) and name != name.lower():
        found = view.get(kind, prefix + name.lower())
    return found
