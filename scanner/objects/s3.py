"""Objects of Amazon S3. Imports the SDK, which finds credentials, endpoint and the region of a bucket by itself."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
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

_NEEDS = {"check": "s3:ListBucket", "read": "s3:GetObject", "write": "s3:PutObject"}
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


@contextmanager
def _client(address: Address, doing: str, profile: str | None) -> Iterator[Any]:
    """With the credentials of a profile, or those that the AWS CLI would use. What goes wrong becomes InputError."""
    try:
        session = Session(profile_name=profile)
        credentials = session.get_credentials()
        if credentials is None:
            raise failed(address, doing, f"no credentials found for AWS; {_ADVICE}")
        found = credentials.get_frozen_credentials()
        own.note(found.access_key, found.secret_key, found.token)
        with closing(session.client("s3", config=_CONFIG)) as client:
            yield client
    except ClientError as error:
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        status = 401 if code in _EXPIRED else 429 if code in _THROTTLED else _status(error)
        raise refused(address, doing, status, f"{code}: {message}" if message else code, _NEEDS[doing]) from error
    except RetriesExceededError as error:
        raise broken(address, doing, error.last_exception) from error
    except (HTTPClientError, NotConnected) as error:
        raise broken(address, doing, error) from error
    except BotoCoreError as error:  # of credentials and configuration, for the most part
        raise failed(address, doing, f"{error}; {_ADVICE}") from error


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
