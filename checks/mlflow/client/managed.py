"""Servers that SageMaker manages: an ARN in place of an address, and requests that are signed.

Where each answers, which header names it and what it is signed for is as in AWS' own plugin for MLflow:
https://github.com/aws/sagemaker-mlflow
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_ARN = pattern(r"arn:([a-z-]+):sagemaker:([a-z0-9-]+):(\d{12}):(mlflow-tracking-server|mlflow-app)/([A-Za-z0-9-]+)")
#: Where servers are there: in other partitions the plugin knows no address.
_PARTITIONS = ("aws", "aws-us-gov")
_NOTHING = sha256(b"").hexdigest()
_NEEDED = (
    "mlflow: a server that SageMaker manages is asked with credentials of AWS, for which the extra `aws` is needed"
)


class Managed(NamedTuple):
    """A server by its ARN: where it answers, the header that names it, and what requests are signed for."""

    arn: str
    url: str
    header: str
    service: str
    region: str


def is_arn(text: str) -> bool:
    """Whether it is meant as the ARN of a server."""
    return text.startswith("arn:")


def managed(arn: str, said: str = "--url") -> Managed:
    """The server of an ARN. Raises InputError, which `said` begins, for the ARN of something else."""
    found = _ARN.fullmatch(arn)
    if found is None:
        example = "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/NAME"
        raise InputError(f"{said} {arn}: is the ARN of no MLflow server; give one such as {example}")
    if found[1] not in _PARTITIONS:
        raise InputError(f"{said} {arn}: SageMaker has no MLflow servers in the partition {found[1]}")
    region = found[2]
    if found[4] == "mlflow-app":
        return Managed(arn, f"https://mlflow.sagemaker.{region}.app.aws", "x-sm-mlflow-app-arn", "sagemaker", region)
    url = f"https://{region}.experiments.sagemaker.aws"
    return Managed(arn, url, "x-mlflow-sm-tracking-server-arn", "sagemaker-mlflow", region)


def aws_credentials() -> Credentials:
    """Those that the AWS CLI would use. Raises CannotScan where there are none, or nothing that could use them."""
    try:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError as error:
        raise CannotScan(_NEEDED) from error
    try:
        found: Credentials | None = Session().get_credentials()
    except BotoCoreError as error:
        raise CannotScan(f"mlflow: credentials of AWS: {error}") from error
    if found is None:
        raise CannotScan("mlflow: there are no credentials of AWS; see `mlposture doctor aws`")
    return found


def signed(server: Managed, address: str, headers: Mapping[str, str], credentials: Credentials) -> dict[str, str]:
    """All headers of a GET of an address of a server, with the signature. Raises CallFailed without credentials.

    `address` is how the server is called, whichever way leads there.
    """
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError

    request = AWSRequest("GET", address, headers={**headers, "X-Amz-Content-SHA256": _NOTHING})
    try:
        SigV4Auth(credentials.get_frozen_credentials(), server.service, server.region).add_auth(request)
    except BotoCoreError as error:
        raise CallFailed(Reason.DENIED, f"no credentials of AWS could be had: {type(error).__name__}") from error
    return dict(request.headers.items())
