"""Who a bucket lets in, with Block Public Access of the bucket and of its account taken together."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from checks.aws.iam.answers import NO, YES, Answer, either
from checks.aws.iam.statements import covers_action, covers_resource, listed, statements
from checks.aws.s3.resources import Bucket, PublicAccessBlock
from scanner.model.patterns import pattern

_EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_ACCOUNT = pattern(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.+)?")
_PROBE = "mlposture-probe"
WRITES = (
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
)
#: What the answer to "is it public" rests on.
EXPOSURE_FIELDS = ("policy_is_public", "grants", "public_access_block", "account_public_access_block")


def blocked(bucket: Bucket, switch: str) -> bool:
    """Whether a switch of Block Public Access is on, at either level (both observed)."""
    levels = (bucket.public_access_block, bucket.account_public_access_block)
    return any(isinstance(level, PublicAccessBlock) and getattr(level, switch) is True for level in levels)


def public_ways(bucket: Bucket) -> tuple[str, ...] | None:
    """How the public gets in: by "policy", by "ACL", both or neither; None where that was not observed."""
    if any(getattr(bucket, field) is UNSET for field in EXPOSURE_FIELDS):
        return None
    policy = bucket.policy_is_public is True and not blocked(bucket, "restrict_public_buckets")
    acl = bool(public_grants(bucket)) and not blocked(bucket, "ignore_public_acls")
    return ("policy",) * policy + ("ACL",) * acl


def public_grants(bucket: Bucket) -> tuple[str, ...]:
    """Permissions that the ACL grants to everybody or to every AWS user, whether or not they are in effect."""
    return tuple(
        grant.permission or ""
        for grant in bucket.grants or ()
        if grant.grantee is not None and (grant.grantee.uri or "").endswith(_EVERYBODY)
    )


def covers_writing(statement: Mapping[str, Any]) -> Answer:
    """Whether a statement speaks of an action that changes what the bucket holds."""
    return either(NO, *(covers_action(statement, action) for action in WRITES))


def outsiders(statement: Mapping[str, Any], account: str) -> tuple[str, ...]:
    """Principals outside an account that a statement names: account ids, and `*` for everybody.

    A canonical user id, which may be this account's own, is given as it is.
    """
    if "NotPrincipal" in statement:
        return ("*",)
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    found = []
    for value in map(str, listed(named)):
        match = _ACCOUNT.fullmatch(value)
        if value == "*":
            found.append("*")
        elif match and match[1] != account:
            found.append(match[1])
    canonical = principal.get("CanonicalUser") if isinstance(principal, Mapping) else None
    return tuple(dict.fromkeys((*found, *map(str, listed(canonical)))))


def is_account(outsider: str) -> bool:
    """Whether an outsider is known for one: everybody or an account id, not a canonical user id."""
    return outsider == "*" or re.fullmatch(r"\d{12}", outsider) is not None


def refuses_plain_http(bucket: Bucket) -> bool:
    """Whether the policy denies everybody every request that does not use TLS, and nothing narrows that."""
    return any(
        statement.get("Effect") == "Deny"
        and _is_everybody(statement.get("Principal"))
        and _only_without_tls(statement.get("Condition"))
        and all(covers_action(statement, action) is YES for action in ("s3:GetObject", "s3:PutObject"))
        and covers_resource(statement, f"{bucket.id}/{_PROBE}") is YES
        for statement in statements(bucket.policy or None)
    )


def _is_everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, Mapping) and "*" in listed(principal.get("AWS")))


def _only_without_tls(condition: Any) -> bool:
    tests = [
        (str(operator).lower(), str(key).lower(), [str(value).lower() for value in listed(values)])
        for operator, block in (condition or {}).items()
        for key, values in block.items()
    ]
    return tests in ([(operator, "aws:securetransport", ["false"])] for operator in ("bool", "boolifexists"))
