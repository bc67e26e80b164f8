"""S3 of the generated account: listing, HEAD and the configuration reads. Planted, by number of the bucket:

every 3rd without versioning, every 4th without a policy that demands TLS, every 5th without a key of the customer's,
every 7th without its own public access block. The account has one, so no bucket is public.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from replaying.aws_documents import bucket_name
from replaying.cloud import Call, Refused, Reply, Request, Size

_XML = b"application/xml"
_SPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_BLOCK = "".join(
    f"<{name}>true</{name}>"
    for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
)
_SUBRESOURCES = {
    "publicAccessBlock": "GetPublicAccessBlock",
    "policyStatus": "GetBucketPolicyStatus",
    "policy": "GetBucketPolicy",
    "acl": "GetBucketAcl",
    "encryption": "GetBucketEncryption",
    "versioning": "GetBucketVersioning",
    "logging": "GetBucketLogging",
    "location": "GetBucketLocation",
    "tagging": "GetBucketTagging",
    "ownershipControls": "GetBucketOwnershipControls",
}


def s3_operation(request: Request) -> tuple[str, dict[str, Any]]:
    """Name and parameters of an S3 or S3 Control request. The bucket is in the path or before the host."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    path = unquote(request.path)
    host = request.headers.get("host", "").rpartition(":")[0]
    owner = request.headers.get("x-amz-expected-bucket-owner", "")
    params: dict[str, Any] = {"ExpectedBucketOwner": owner, **query}
    if path.startswith("/v20180820/"):
        block = request.method == "GET" and path == "/v20180820/configuration/publicAccessBlock"
        params["AccountId"] = request.headers.get("x-amz-account-id", "")
        return "GetAccountPublicAccessBlock" if block else f"{request.method} {path}", params
    bucket, _, key = path.lstrip("/").partition("/")
    if host.endswith(".localhost"):
        bucket, key = host.removesuffix(".localhost"), path.lstrip("/")
    if not bucket:
        return "ListBuckets" if request.method == "GET" else f"{request.method} /", {**params, "Bucket": ""}
    params["Bucket"] = bucket
    if request.method == "HEAD":
        return "HeadObject" if key else "HeadBucket", params
    if key or request.method != "GET":
        return f"{request.method} object", params
    return next((name for part, name in _SUBRESOURCES.items() if part in query), "ListObjects"), params


class Buckets:
    """Answers about buckets. Raises Refused."""

    def __init__(self, size: Size, regions: Sequence[str], accounts: Sequence[str]) -> None:
        self._size = size
        self._regions = regions[: max(1, size.populated)]
        self._owners = {bucket_name(n, account): (account, n) for account in accounts for n in range(size.buckets)}
        self._answers: dict[str, Callable[[str, int], Reply]] = {
            "HeadBucket": self._head,
            "GetBucketLocation": lambda _account, n: _xml(
                "LocationConstraint", self._region(n).replace("us-east-1", "")
            ),
            "GetPublicAccessBlock": self._block,
            "GetBucketPolicy": lambda account, n: Reply(self._policy(account, n).encode()),
            "GetBucketPolicyStatus": self._policy_status,
            "GetBucketAcl": self._acl,
            "GetBucketEncryption": self._encryption,
            "GetBucketVersioning": lambda _account, n: _xml(
                "VersioningConfiguration", "<Status>Enabled</Status>" if n % 3 else ""
            ),
            "GetBucketLogging": self._logging,
            "GetBucketOwnershipControls": lambda _account, _n: _xml(
                "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
            ),
            "GetBucketTagging": lambda _account, n: _xml(
                "Tagging", f"<TagSet><Tag><Key>team</Key><Value>team-{n % 7}</Value></Tag></TagSet>"
            ),
        }

    def answer(self, call: Call) -> Reply:
        name = call.operation.partition(":")[2]
        if name == "ListBuckets":
            return self._list(call)
        if name == "GetAccountPublicAccessBlock":
            if call.params["AccountId"] != call.account:
                raise Refused(403, "AccessDenied", "Access Denied")
            return _xml("PublicAccessBlockConfiguration", _BLOCK)
        answer = self._answers.get(name)
        if answer is None:
            raise Refused(403, "AccessDenied", "Access Denied")
        owner, number = self._owners.get(call.params["Bucket"], ("", 0))
        if not owner:
            code = "404" if name == "HeadBucket" else "NoSuchBucket"
            raise Refused(404, code, "The specified bucket does not exist")
        if owner != call.account or call.params["ExpectedBucketOwner"] not in ("", owner):
            raise Refused(403, "AccessDenied", "Access Denied")
        return answer(owner, number)

    def _region(self, number: int) -> str:
        return self._regions[number % len(self._regions)]

    def _list(self, call: Call) -> Reply:
        params = call.params
        size, start = int(params.get("max-buckets") or 10_000), int(params.get("continuation-token") or 0)
        wanted = params.get("bucket-region")
        numbers = [n for n in range(self._size.buckets) if wanted in (None, self._region(n))]
        # S3 names the region only when the request has a parameter.
        with_region = bool(params.keys() - {"ExpectedBucketOwner", "Bucket"})
        items = "".join(
            f"<Bucket><Name>{bucket_name(n, call.account)}</Name><CreationDate>2025-01-15T00:00:00.000Z</CreationDate>"
            + (f"<BucketRegion>{self._region(n)}</BucketRegion>" if with_region else "")
            + "</Bucket>"
            for n in numbers[start : start + size]
        )
        more = f"<ContinuationToken>{start + size}</ContinuationToken>" if start + size < len(numbers) else ""
        return _xml("ListAllMyBucketsResult", f"<Buckets>{items}</Buckets>{_owner(call.account)}{more}")

    def _head(self, _account: str, number: int) -> Reply:
        return Reply(b"", _XML, headers=b"x-amz-bucket-region: %s\r\n" % self._region(number).encode())

    @staticmethod
    def _block(_account: str, number: int) -> Reply:
        if number % 7 == 0:
            message = "The public access block configuration was not found"
            raise Refused(404, "NoSuchPublicAccessBlockConfiguration", message)
        return _xml("PublicAccessBlockConfiguration", _BLOCK)

    @staticmethod
    def _policy(account: str, number: int) -> str:
        if number % 4 == 0:
            raise Refused(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
        arn = f"arn:aws:s3:::{bucket_name(number, account)}"
        statement = {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def _policy_status(self, account: str, number: int) -> Reply:
        self._policy(account, number)
        return _xml("PolicyStatus", "<IsPublic>FALSE</IsPublic>")

    @staticmethod
    def _acl(account: str, _number: int) -> Reply:
        grantee = (
            f'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">{_id(account)}'
        )
        grant = f"<Grant>{grantee}</Grantee><Permission>FULL_CONTROL</Permission></Grant>"
        return _xml("AccessControlPolicy", f"{_owner(account)}<AccessControlList>{grant}</AccessControlList>")

    def _encryption(self, account: str, number: int) -> Reply:
        key = f"arn:aws:kms:{self._region(number)}:{account}:key/00000000-1111-2222-3333-444444444444"
        how = "<SSEAlgorithm>AES256</SSEAlgorithm>"
        if number % 5:
            how = f"<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{key}</KMSMasterKeyID>"
        default = f"<ApplyServerSideEncryptionByDefault>{how}</ApplyServerSideEncryptionByDefault>"
        return _xml(
            "ServerSideEncryptionConfiguration",
            f"<Rule>{default}<BucketKeyEnabled>false</BucketKeyEnabled></Rule>",
        )

    @staticmethod
    def _logging(account: str, _number: int) -> Reply:
        target = f"<TargetBucket>logs-{account}</TargetBucket><TargetPrefix>access/</TargetPrefix>"
        return _xml("BucketLoggingStatus", f"<LoggingEnabled>{target}</LoggingEnabled>")


def _id(account: str) -> str:
    return f"<ID>{(account * 6)[:64]}</ID>"


def _owner(account: str) -> str:
    return f"<Owner>{_id(account)}</Owner>"


def _xml(root: str, inner: str) -> Reply:
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?><{root} {_SPACE}>{inner}</{root}>'.encode(), _XML)
