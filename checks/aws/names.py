"""Names and addresses: S3 locations, default buckets, and how one SageMaker resource names another."""

from typing import TypeVar

from msgspec import UnsetType

from checks.aws.partitions import domains, regions, regions_beside
from scanner.model.nouns import ANYWHERE, Resource, Scope
from scanner.model.patterns import pattern
from scanner.model.views import View

R = TypeVar("R", bound=Resource)

#: Buckets that AWS itself serves public models and examples from: a name, or one for each region.
_AWS_CONTENT = (
    "jumpstart-cache-prod",
    "jumpstart-private-cache-prod",
    *(f"sagemaker-{what}{end}" for what in ("sample-files", "sample-data", "example-files") for end in ("", "-prod")),
)
#: The rules of before March 2018, which the names of older buckets in us-east-1 still follow, include those of today.
_BUCKET = pattern(r"[A-Za-z0-9._\-]{3,255}")
#: `bucket.s3.eu-west-1`, `s3.eu-west-1`, `s3-eu-west-1`, `s3-accelerate` and their like, without the domain.
_S3_HOST = pattern(r"(?:(?P<bucket>.+)\.)?s3(?:-(?P<variant>[a-z0-9-]+))?(?:\.dualstack)?(?:\.(?P<region>[a-z0-9-]+))?")
_VARIANTS = ("accelerate", "fips")
_DIRECTORY = "--x-s3"
#: Endings that S3 reserves: aliases of access points, and buckets that no listing of general buckets shows.
_NO_BUCKET = ("-s3alias", "--ol-s3", _DIRECTORY, "--xa-s3", "--table-s3", ".mrap")


def location(uri: str) -> tuple[str, str] | None:
    """Bucket and key of an S3 address in any of its spellings; None for one that names no bucket (an access point)."""
    bucket, key = split_address(uri)
    return (bucket, key) if _BUCKET.fullmatch(bucket) and not bucket.endswith(_NO_BUCKET) else None


def split_address(uri: str) -> tuple[str, str]:
    """What stands for the bucket in an S3 address, and the key; two empty strings for an address of another kind."""
    scheme, _, rest = uri.partition("://")
    host, _, key = rest.partition("/")
    if scheme.lower() == "https":
        host, key = _of_host(host.lower(), key.partition("?")[0])
    elif scheme.lower() != "s3":
        host, key = "", ""
    return host, key.lstrip("/")


def _of_host(host: str, path: str) -> tuple[str, str]:
    domain = next((domain for domain in domains() if host.endswith(f".{domain}")), None)
    found = _S3_HOST.fullmatch(host.removesuffix(f".{domain}")) if domain else None
    if found is None or found["region"] not in (None, *regions()):
        return "", ""
    if found["variant"] not in (None, *_VARIANTS) and found["variant"].removeprefix("fips-") not in regions():
        return "", ""  # an access point, a website and their like
    if found["bucket"]:
        return found["bucket"], path
    bucket, _, key = path.partition("/")
    return bucket, key


def is_directory_bucket(uri: str) -> bool:
    """Whether an address is in a directory bucket (S3 Express One Zone)."""
    return split_address(uri)[0].endswith(_DIRECTORY)


def is_reserved_for(bucket: str, account: str, region: str) -> bool:
    """Whether no other account can make a bucket of this name, seen from a region: it is of the account's namespace."""
    return any(bucket.endswith(f"-{account}-{each}-an") for each in regions_beside(region))


def is_escrow(bucket: str, account: str) -> bool:
    """Whether SageMaker may be who holds a bucket of this name: it keeps the Nova models that an account customized.

    Source: https://github.com/aws/nova-forge-sdk, which tells by the name where a model was trained.
    """
    return bucket.startswith(f"customer-escrow-{account}-")


def bucket_arn(partition: str, bucket: str) -> str:
    return f"arn:{partition}:s3:::{bucket}"


def foreign_bucket_id(arn: str, account: str) -> str:
    """Id of a bucket that an account refers to and does not own."""
    return seen_from(arn, account)


def seen_from(arn: str, account: str) -> str:
    """Id of what belongs to another account, as this one sees it: several may see it, and differently."""
    return f"{arn}#seen-from-{account}"


def partition_of(arn: str) -> str:
    return arn.split(":", 2)[1]


def account_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 else ""


def region_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[3] if len(parts) > 5 else ""


def scope_of(arn: str) -> Scope:
    """The account and region that an ARN names."""
    return Scope("aws", account_of(arn), region_of(arn) or ANYWHERE)


def is_aws_content(bucket: str, region: str) -> bool:
    """Whether the name, seen from a region, is one that AWS publishes models and examples under.

    Each partition has names of its own: what is AWS's in China is free to all elsewhere.
    """
    return any(
        bucket.startswith(name) and (bucket == name or bucket.removeprefix(f"{name}-") in regions_beside(region))
        for name in _AWS_CONTENT
    )


def default_bucket(region: str, account: str) -> str:
    """The bucket that the SageMaker SDK and console use, and make, when they are given none."""
    return f"sagemaker-{region}-{account}"


def named(view: View, kind: type[R], neighbour: Resource, segment: str, name: str) -> R | UnsetType | None:
    """A SageMaker resource by its name, in the account and region of its neighbour.

    SageMaker keeps the spelling of names but not always that of ARNs, which may be in lower case.
    """
    scope: Scope = neighbour.scope
    prefix = f"arn:{partition_of(neighbour.id)}:sagemaker:{scope.region}:{scope.account}:{segment}/"
    found = view.get(kind, prefix + name, scope)
    if not isinstance(found, Resource) and name != name.lower():
        found = view.get(kind, prefix + name.lower(), scope)
    return found
