"""Objects of Amazon S3. Imports the SDK, which finds credentials, endpoint and the region of a bucket by itself."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from s3transfer.exceptions import RetriesExceededError

from scanner.model import own
from scanner.objects.addresses import Address
from scanner.objects.failures import broken, failed, refused
from scanner.objects.object_logs import Protection

_NEEDS = {
    "check": "s3:ListBucket",
    "list": "s3:ListBucket",
    "read": "s3:GetObject",
    "write": "s3:PutObject",
    "protection": "s3:GetBucketObjectLockConfiguration and s3:GetBucketVersioning",
    "versions": "s3:ListBucketVersions",
}
_ADVICE = "set AWS_PROFILE, or `profile` in [output] of the configuration file, or run where a role is attached"
#: Codes that come with other statuses than those they mean. To HEAD there is no code, and 400 is what expired ones get.
_EXPIRED = {"400", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "RequestExpired", "SignatureDoesNotMatch"}
_THROTTLED = {"RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException"}
_CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 5},
    user_agent_extra="mlposture",
)
#: A few parts of 8 MiB are in memory at a time.
_TRANSFER = TransferConfig(max_concurrency=4)
#: Of objects that are small, several are read at a time by who asks for them.
_ALONE = TransferConfig(use_threads=False)


def check(address: Address, profile: str | None) -> None:
    with _client(address, "check", profile) as client:
        try:
            client.head_bucket(Bucket=address.bucket)
        except ClientError as error:
            if _status(error) == 404:
                raise failed(address, "check", f"there is no bucket {address.bucket}") from error
            if _status(error) != 403:
                raise


def fetch(address: Address, path: Path, profile: str | None) -> None:
    with _client(address, "read", profile) as client, path.open("wb") as file:
        try:
            client.download_fileobj(address.bucket, address.key, file, Config=_TRANSFER)
        except ClientError as error:
            if _status(error) == 404:  # which of them is not there, the answer to HEAD does not say
                check(address, profile)
            raise


def put(address: Address, path: Path, profile: str | None) -> None:
    extra = {"ContentType": address.content_type}
    with _client(address, "write", profile) as client, path.open("rb") as file:
        client.upload_fileobj(file, address.bucket, address.key, ExtraArgs=extra, Config=_TRANSFER)


def connect(address: Address, profile: str | None, stack: ExitStack) -> Any:
    """A client for many calls, which the stack closes."""
    with _told(address, "list"):
        return stack.enter_context(closing(_connected(address, "list", profile)))


def names(client: Any, address: Address) -> Iterator[str]:
    prefix = f"{address.key}/"
    with _told(address, "list"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=address.bucket, Prefix=prefix):
            yield from (one["Key"].removeprefix(prefix) for one in page.get("Contents", ()))


def load(client: Any, address: Address, path: Path) -> None:
    with _told(address, "read"), path.open("wb") as file:
        client.download_fileobj(address.bucket, address.key, file, Config=_ALONE)


def create(client: Any, address: Address, path: Path) -> bool:
    given = {"Bucket": address.bucket, "Key": address.key, "ContentType": address.content_type}
    with _told(address, "write"), path.open("rb") as file:
        try:
            client.put_object(**given, Body=file, IfNoneMatch="*")
        except ClientError as error:
            if _status(error) not in (409, 412):  # 409: another one is being written at this moment
                raise
            return False
    return True


def protection(client: Any, address: Address) -> Protection:
    with _told(address, "protection"):
        versioned = client.get_bucket_versioning(Bucket=address.bucket).get("Status") == "Enabled"
        try:
            found = client.get_object_lock_configuration(Bucket=address.bucket)["ObjectLockConfiguration"]
        except ClientError as error:
            if _code(error) != "ObjectLockConfigurationNotFoundError":
                raise
            kept = "; versioning keeps what is replaced until somebody deletes it" if versioned else ""
            return Protection(False, f"the bucket has no Object Lock{kept}")
    rule = found.get("Rule", {}).get("DefaultRetention", {})
    if not rule:
        return Protection(False, "the bucket has Object Lock, and no default retention that would use it")
    time = f"{rule['Years']} years" if rule.get("Years") else f"{rule.get('Days', 0)} days"
    kept = f"Object Lock keeps each version for {time} in mode {rule.get('Mode')}"
    if rule.get("Mode") != "COMPLIANCE":
        return Protection(False, f"{kept}, which whoever has s3:BypassGovernanceRetention may lift")
    with _told(address, "versions"):
        changed = _changed(client, address)
    if changed:
        why = f"{kept}, and yet some objects were replaced or removed ({changed}); their earlier versions are kept"
        return Protection(False, why)
    return Protection(True, kept)


def _changed(client: Any, address: Address) -> int:
    """How many objects below a prefix have more than one version, or a mark that they were deleted.

    Object Lock keeps versions. It keeps nobody from adding one, which is then what is read.
    """
    seen: Counter[str] = Counter()
    for page in client.get_paginator("list_object_versions").paginate(Bucket=address.bucket, Prefix=f"{address.key}/"):
        seen.update(one["Key"] for one in page.get("Versions", ()))
        seen.update({one["Key"]: 2 for one in page.get("DeleteMarkers", ())})
    return sum(number > 1 for number in seen.values())


@contextmanager
def _client(address: Address, doing: str, profile: str | None) -> Iterator[Any]:
    with _told(address, doing), closing(_connected(address, doing, profile)) as client:
        yield client


def _connected(address: Address, doing: str, profile: str | None) -> Any:
    """With the credentials of a profile, or those that the AWS CLI would use."""
    session = Session(profile_name=profile)
    credentials = session.get_credentials()
    if credentials is None:
        raise failed(address, doing, f"no credentials found for AWS; {_ADVICE}")
    found = credentials.get_frozen_credentials()
    own.note(found.access_key, found.secret_key, found.token)
    return session.client("s3", config=_CONFIG)


@contextmanager
def _told(address: Address, doing: str) -> Iterator[None]:
    """Around calls of the SDK: what goes wrong becomes InputError."""
    try:
        yield
    except ClientError as error:
        code, message = _code(error), str(error.response.get("Error", {}).get("Message", ""))
        status = 401 if code in _EXPIRED else 429 if code in _THROTTLED else _status(error)
        raise refused(address, doing, status, f"{code}: {message}" if message else code, _NEEDS[doing]) from error
    except RetriesExceededError as error:
        raise broken(address, doing, error.last_exception) from error
    except (HTTPClientError, NotConnected) as error:
        raise broken(address, doing, error) from error
    except BotoCoreError as error:  # of credentials and configuration, for the most part
        raise failed(address, doing, f"{error}; {_ADVICE}") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
