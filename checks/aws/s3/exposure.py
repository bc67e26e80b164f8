"""Who a bucket lets in, with Block Public Access of the bucket and of its account taken together."""

from typing import Any

from msgspec import UNSET

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.matching import Targets, filled
from checks.aws.iam.principals import named
from checks.aws.iam.statements import Rule, rules_of_resource
from checks.aws.s3.resources import Bucket, PublicAccessBlock

_EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_WITHOUT_TLS = {"aws:securetransport": ("false",)}
LEVELS = ("public_access_block", "account_public_access_block")
#: Actions that a denial of plain HTTP must cover, by what they are about.
_ON_OBJECTS = (
    *("s3:abortmultipartupload", "s3:deleteobject", "s3:deleteobjectversion", "s3:getobject", "s3:getobjectacl"),
    *("s3:getobjectattributes", "s3:getobjecttagging", "s3:getobjectversion", "s3:listmultipartuploadparts"),
    *("s3:putobject", "s3:putobjectacl", "s3:putobjecttagging", "s3:restoreobject"),
)
_ON_BUCKETS = (
    *("s3:deletebucketpolicy", "s3:getbucketacl", "s3:getbucketlocation", "s3:getbucketpolicy", "s3:listbucket"),
    *("s3:listbucketmultipartuploads", "s3:listbucketversions", "s3:putbucketacl", "s3:putbucketpolicy"),
    *("s3:putlifecycleconfiguration", "s3:putreplicationconfiguration"),
)


def blocked(bucket: Bucket, switch: str) -> Answer:
    """Whether a switch of Block Public Access is on. That of the account is only looked at where it matters."""
    for level in LEVELS:
        found = getattr(bucket, level)
        if found is UNSET:
            return UNKNOWN
        if isinstance(found, PublicAccessBlock) and getattr(found, switch) is True:
            return YES
    return NO


def public_ways(bucket: Bucket) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the public gets in, by "policy", by "ACL", both or neither; and the fields that were needed to tell more."""
    ways: list[str] = []
    missing = [field for field in ("policy_is_public", "grants") if getattr(bucket, field) is UNSET]
    is_open = {
        ("policy", "restrict_public_buckets"): bucket.policy_is_public is True,
        ("ACL", "ignore_public_acls"): "grants" not in missing and bool(public_grants(bucket)),
    }
    for (way, switch), opened in is_open.items():
        held = blocked(bucket, switch) if opened else YES
        if held is NO:
            ways.append(way)
        elif held is UNKNOWN:
            missing += unread_levels(bucket)
    return tuple(ways), tuple(dict.fromkeys(missing))


def unread_levels(bucket: Bucket) -> list[str]:
    """Levels of Block Public Access that were not observed."""
    return [level for level in LEVELS if getattr(bucket, level) is UNSET]


def public_grants(bucket: Bucket) -> tuple[str, ...]:
    """Permissions that the ACL grants to everybody or to every AWS user, whether or not they are in effect."""
    return tuple(
        grant.permission or ""
        for grant in bucket.grants or ()
        if grant.grantee is not None and (grant.grantee.uri or "").endswith(_EVERYBODY)
    )


def restricted(bucket: Bucket) -> Answer:
    """Whether the policy lets in nobody from outside the account: it is public, and `RestrictPublicBuckets` is on."""
    if not any(_may_be_public(rule) for rule in rules_of_resource(bucket.policy).rules if not rule.denies):
        return NO
    if bucket.policy_is_public is UNSET:
        return UNKNOWN
    return blocked(bucket, "restrict_public_buckets") if bucket.policy_is_public else NO


def public_statement(bucket: Bucket) -> dict[str, Any] | None:
    """The first statement of the policy that lets everybody in."""
    found = (rule for rule in rules_of_resource(bucket.policy).rules if not rule.denies and _may_be_public(rule))
    return next((dict(rule.statement) for rule in found), None)


def _may_be_public(rule: Rule) -> bool:
    return "NotPrincipal" in rule.statement or _is_everybody(rule.statement.get("Principal"))


def refuses_plain_http(bucket: Bucket) -> bool:
    """Whether the policy denies everybody every request that does not use TLS, and nothing narrows that.

    It may take several statements.
    """
    itself, objects = Targets([bucket.id]), Targets([filled(f"{bucket.id}/*")])
    denials = [
        rule
        for rule in rules_of_resource(bucket.policy).rules
        if rule.denies and rule.condition.met(_WITHOUT_TLS) is YES and _is_everybody(rule.statement.get("Principal"))
    ]
    return all(
        any(rule.speaks_of(action) is YES for rule in about)
        for actions, targets in ((_ON_BUCKETS, itself), (_ON_OBJECTS, objects))
        for about in [[rule for rule in denials if rule.holds_for(targets).yes]]
        for action in actions
    )


def _is_everybody(principal: Any) -> bool:
    return any(each.everybody for each in named(principal))
