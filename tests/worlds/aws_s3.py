"""The buckets of an AWS world: what S3 says about their configuration, ours and other people's.

Answered from the world file rather than by moto, which does not imitate what a posture scanner asks about
(see `test_aws_world.py`).
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from worlds.aws_model import AwsError, conform, known_model
from worlds.aws_objects import list_objects
from worlds.base import Request

_KEYS = "name region created versioning mfa_delete public_access_block policy acl encryption logging tags ownership"
_KEYS += " objects unlisted"
_FOREIGN_KEYS = "name owner region readable objects unlisted"
_GROUPS = "http://acs.amazonaws.com/groups"
#: canned ACL -> (group, permissions) it grants beside the owner's FULL_CONTROL
CANNED: dict[str, tuple[str, tuple[str, ...]]] = {
    "private": ("", ()),
    "public-read": ("global/AllUsers", ("READ",)),
    "public-read-write": ("global/AllUsers", ("READ", "WRITE")),
    "authenticated-read": ("global/AuthenticatedUsers", ("READ",)),
    "log-delivery-write": ("s3/LogDelivery", ("WRITE", "READ_ACP")),
}
#: condition keys that, held to fixed values, make S3 call a policy not public
_RESTRICTING = {
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
}


def named(document: dict[str, Any], section: str, keys: str, problems: list[str]) -> Iterator[tuple[str, Any]]:
    """The mappings of a section with their paths. Reports those without a name, and keys that the world lacks."""
    for number, entry in enumerate(document.get(section) or []):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            problems.append(f"{section}[{number}]: expected a mapping with a name, found {entry!r}")
            continue
        path = f"{section}[{entry['name']}]"
        problems += [f"{path}.{key}: unknown key" for key in entry if key not in keys.split()]
        yield path, entry


def check_buckets(document: dict[str, Any], problems: list[str]) -> None:
    """Put the mistakes of the bucket sections into `problems`."""
    shape_for = known_model("s3").shape_for
    shapes = {
        "public_access_block": shape_for("PublicAccessBlockConfiguration"),
        "logging": shape_for("LoggingEnabled"),
        "versioning": shape_for("BucketVersioningStatus"),
        "mfa_delete": shape_for("MFADeleteStatus"),
        "ownership": shape_for("ObjectOwnership"),
        "created": shape_for("CreationDate"),
    }
    for path, bucket in named(document, "buckets", _KEYS, problems):
        if "region" not in bucket:
            problems.append(f"{path}: needs region")
        for key, shape in shapes.items():
            if key in bucket:
                bucket[key] = conform(bucket[key], shape, f"{path}.{key}", problems)
        if isinstance(bucket.get("encryption"), dict):
            rule = {key: value for key, value in bucket["encryption"].items() if key != "BucketKeyEnabled"}
            conform(rule, shape_for("ServerSideEncryptionByDefault"), f"{path}.encryption", problems)
        acl = bucket.get("acl", "private")
        if isinstance(acl, list):
            conform(acl, shape_for("Grants"), f"{path}.acl", problems)
        elif acl not in CANNED:
            problems.append(f"{path}.acl: {acl!r} is not one of {', '.join(CANNED)}")
    for path, bucket in named(document, "foreign_buckets", _FOREIGN_KEYS, problems):
        problems += [f"{path}: needs {key}" for key in ("owner", "region") if key not in bucket]
    block = document.get("account_public_access_block")
    if block is not None:
        shape = known_model("s3control").shape_for("PublicAccessBlockConfiguration")
        conform(block, shape, "account_public_access_block", problems)


def is_public(policy: dict[str, Any]) -> bool:
    """What GetBucketPolicyStatus says of a policy: does a statement let everybody in?"""
    return any(_open(statement) for statement in _listed(policy.get("Statement")))


def _open(statement: dict[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    everybody = (
        "NotPrincipal" in statement
        or principal == "*"
        or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS")))
    )
    return everybody and not any(
        _restricts(operator, key, _listed(values))
        for operator, tests in (statement.get("Condition") or {}).items()
        for key, values in tests.items()
    )


def _restricts(operator: str, key: str, values: list[Any]) -> bool:
    if "Not" in operator or operator.endswith("IfExists") or operator.startswith("ForAllValues"):
        return False
    if key.lower() == "aws:sourceip":
        return operator == "IpAddress" and all(_narrow(str(value)) for value in values)
    return key.lower() in _RESTRICTING and not any(set("*?") & set(str(value)) for value in values)


def _narrow(cidr: str) -> bool:
    network = ipaddress.ip_network(cidr, strict=False)
    return network.prefixlen >= (8 if network.version == 4 else 32)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _owner(account: str) -> dict[str, str]:
    return {"ID": (account * 6)[:64]}  # a canonical user id has 64 hexadecimal digits


class Buckets:
    """Answers S3 requests about buckets. Raises AwsError; None means: not a question about configuration."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.account = document["account"]
        self.own = {bucket["name"]: bucket for bucket in document.get("buckets") or []}
        self.foreign = {bucket["name"]: bucket for bucket in document.get("foreign_buckets") or []}
        self.block = document.get("account_public_access_block")
        self.operations: dict[str, Callable[[dict[str, Any]], Any]] = {
            "HeadBucket": lambda bucket: {"BucketRegion": bucket["region"]},
            "GetBucketLocation": lambda bucket: bucket["region"],
            "GetBucketAcl": self.acl,
            "GetBucketEncryption": self.encryption,
            "GetBucketLogging": lambda bucket: {"LoggingEnabled": bucket.get("logging")},
            "GetBucketOwnershipControls": self.ownership,
            "GetBucketPolicy": lambda bucket: json.dumps(self.policy(bucket)),
            "GetBucketPolicyStatus": lambda bucket: {"PolicyStatus": {"IsPublic": is_public(self.policy(bucket))}},
            "GetBucketTagging": self.tagging,
            "GetBucketVersioning": lambda bucket: {
                "Status": bucket.get("versioning"),
                "MFADelete": bucket.get("mfa_delete"),
            },
            "GetPublicAccessBlock": self.public_access_block,
        }

    def admit(self, request: Request, name: str, operation: str) -> dict[str, Any]:
        """The bucket, if the caller may ask this about it."""
        head = operation == "HeadBucket"
        own, foreign = self.own.get(name), self.foreign.get(name)
        bucket = own or foreign
        if bucket is None:
            raise AwsError(404, "404" if head else "NoSuchBucket", "The specified bucket does not exist")
        owner = self.account if own else foreign["owner"] if foreign else ""
        expected = request.headers.get("x-amz-expected-bucket-owner", owner)
        mine = request.account == owner
        readable = bool(bucket.get("readable")) and operation in ("HeadBucket", "GetBucketLocation", "GetObject")
        if expected != owner or not (mine or readable):
            headers = {"x-amz-bucket-region": bucket["region"]} if head else {}
            raise AwsError(403, "AccessDenied", "Access Denied", headers)
        return bucket

    def answer(self, request: Request, operation: str, params: dict[str, Any]) -> Any:
        if operation == "ListBuckets":
            return self.listing(request, params)
        if "Bucket" not in params:
            return None
        bucket = self.admit(request, params["Bucket"], operation)
        if operation == "ListObjectsV2":
            return list_objects(bucket, params)
        answer = self.operations.get(operation)
        return answer(bucket) if answer else None

    def account_block(self, request: Request) -> Any:
        if request.headers.get("x-amz-account-id") != request.account:
            raise AwsError(403, "AccessDenied", "Access Denied")
        if self.block is None or request.account != self.account:
            raise AwsError(
                404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"
            )
        return {"PublicAccessBlockConfiguration": self.block}

    def listing(self, request: Request, params: dict[str, Any]) -> Any:
        theirs = {name: bucket for name, bucket in self.foreign.items() if bucket["owner"] == request.account}
        own = self.own if request.account == self.account else theirs
        names = sorted(name for name in own if name.startswith(params.get("Prefix", "")))
        if "BucketRegion" in params:
            names = [name for name in names if own[name]["region"] == params["BucketRegion"]]
        names = [name for name in names if name > params.get("ContinuationToken", "")]
        size = int(params.get("MaxBuckets") or 10_000)
        reply: dict[str, Any] = {"Buckets": [], "Owner": _owner(request.account)}
        for name in names[:size]:
            created = own[name].get("created", datetime(2026, 1, 15, tzinfo=UTC))
            entry = {"Name": name, "CreationDate": created}
            # S3 names the region only when the request has a parameter.
            reply["Buckets"].append({**entry, "BucketRegion": own[name]["region"]} if params else entry)
        if len(names) > size:
            reply["ContinuationToken"] = names[size - 1]
        return reply

    def policy(self, bucket: dict[str, Any]) -> dict[str, Any]:
        if "policy" not in bucket:
            raise AwsError(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
        policy: dict[str, Any] = bucket["policy"]
        return policy

    def acl(self, bucket: dict[str, Any]) -> Any:
        owner = _owner(self.account)
        acl = bucket.get("acl", "private")
        if isinstance(acl, list):
            return {"Owner": owner, "Grants": acl}
        group, permissions = CANNED[acl]
        grants = [{"Grantee": {"Type": "CanonicalUser", **owner}, "Permission": "FULL_CONTROL"}]
        grants += [
            {"Grantee": {"Type": "Group", "URI": f"{_GROUPS}/{group}"}, "Permission": permission}
            for permission in permissions
        ]
        return {"Owner": owner, "Grants": grants}

    def encryption(self, bucket: dict[str, Any]) -> Any:
        rule = dict(bucket.get("encryption") or {"SSEAlgorithm": "AES256"})
        key_enabled = rule.pop("BucketKeyEnabled", False)
        rules = [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": key_enabled}]
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}

    def ownership(self, bucket: dict[str, Any]) -> Any:
        default = "BucketOwnerEnforced" if bucket.get("acl", "private") == "private" else "ObjectWriter"
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": bucket.get("ownership", default)}]}}

    def tagging(self, bucket: dict[str, Any]) -> Any:
        if not bucket.get("tags"):
            raise AwsError(404, "NoSuchTagSet", "The TagSet does not exist")
        return {"TagSet": [{"Key": key, "Value": value} for key, value in bucket["tags"].items()]}

    def public_access_block(self, bucket: dict[str, Any]) -> Any:
        if "public_access_block" not in bucket:
            raise AwsError(
                404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"
            )
        return {"PublicAccessBlockConfiguration": bucket["public_access_block"]}
