"""Who a bucket lets in, with Block Public Access of the bucket and of its account taken together."""

from typing import Any

from msgspec import UNSET

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.conditions import Alike, Asked, Choice, Keys, Later, Values
from checks.aws.iam.matching import Places, Targets, filled
from checks.aws.iam.policy import Documents
from checks.aws.iam.principals import STRANGER, Caller, named
from checks.aws.iam.requests import NOW, SOMETHING, keys_of_own, keys_of_owner, keys_of_public
from checks.aws.iam.statements import Rule, rules_of_resource
from checks.aws.s3.limits import spared_by
from checks.aws.s3.resources import Bucket, PublicAccessBlock

_EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_READ = "s3:getbucketpolicy"
#: Keys of a request without TLS. Services ask for other people with TLS, so that it is from none.
_WITHOUT_TLS: Keys = {
    "aws:securetransport": ("false",),
    "s3:tlsversion": (),
    "aws:principalisawsservice": ("false",),
    "aws:principalservicename": (),
    "aws:viaawsservice": ("false",),
    "aws:currenttime": NOW,
    "aws:epochtime": NOW,
}
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
    """Whether a switch of Block Public Access is on for the bucket or its account: S3 applies the stricter of both.

    That of the account is only looked at where it matters.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    answer = NO
    for level in LEVELS:
        found = getattr(bucket, level)
        if isinstance(found, PublicAccessBlock) and getattr(found, switch) is True:
            return YES
        answer = UNKNOWN if found is UNSET else answer
    return answer


def public_ways(bucket: Bucket) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the public gets in, by "policy", by "ACL", both or neither; and the fields that were needed to tell more."""
    ways: list[str] = []
    missing = [field for field in ("policy_is_public", "grants") if getattr(bucket, field) is UNSET]
    if bucket.policy_is_public is True:
        held = blocked(bucket, "restrict_public_buckets")
        if held is UNKNOWN:
            missing += unread_levels(bucket)
        elif held is NO and bucket.policy is UNSET:
            missing.append("policy")
        elif held is NO and not keeps_public_out(bucket):
            ways.append("policy")
    if "grants" not in missing and public_grants(bucket):
        ignored = blocked(bucket, "ignore_public_acls")
        missing += unread_levels(bucket) if ignored is UNKNOWN else []
        ways += ["ACL"] if ignored is NO else []
    return tuple(ways), tuple(dict.fromkeys(missing))


def keeps_public_out(bucket: Bucket) -> bool:
    """Whether a policy that S3 calls public lets nobody in who is not named.

    S3 asks of each Allow for itself whether its conditions have fixed values. It knows no denials, and takes a pattern
    such as that of all roles of one account for no limit.
    """
    rules = rules_of_resource(bucket.policy)
    opened = [rule for rule in rules.rules if not rule.denies and _may_be_public(rule)]
    documents = Documents(Caller(account=STRANGER), resource=rules)
    keys = {**keys_of_public(), **keys_of_owner(bucket.scope.account)}
    places = (Places([bucket.id], []), Places([], [f"{bucket.id}/"]))
    asked = (documents.reach(action, place, keys) for action in _examples(opened) for place in places)
    return bool(opened) and all(not found.name and not found.maybe for found in asked)


def _examples(allowing: list[Rule]) -> list[str]:
    """An action for each that these statements allow, made up where they have wildcards: no denial spells it out."""
    spelled: list[str] = []
    for rule in allowing:
        named = {} if rule.but else rule.actions or {}
        spelled += [action for patterns in named.values() for action in patterns] or [f"s3:{SOMETHING}"]
    return list(dict.fromkeys(map(filled, spelled)))


def unread_levels(bucket: Bucket) -> list[str]:
    """Levels of Block Public Access that were not observed."""
    return [level for level in LEVELS if getattr(bucket, level) is UNSET]


def keys_of_insiders(bucket: Bucket) -> Keys:
    """Keys of a request of a role for something in a bucket of its own account.

    Where the policy denies even to read it to those outside an organisation, the account is in that: it was read. Only
    a root user could have done so from outside, and nobody else of the account would get in.
    """
    keys: dict[str, Values | Choice | Later | Alike | Asked] = {**keys_of_own(bucket.scope.account)}
    itself = Targets([bucket.id])
    for rule in rules_of_resource(bucket.policy).rules:
        hits_all = rule.denies and _is_everybody(rule.statement.get("Principal"))
        if hits_all and rule.speaks_of(_READ) is YES and rule.holds_for(itself, keys).yes:
            keys |= spared_by(rule)
    return keys


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
        for about in [[rule for rule in denials if rule.holds_for(targets, _WITHOUT_TLS).yes]]
        for action in actions
    )


def _is_everybody(principal: Any) -> bool:
    return any(each.everybody for each in named(principal))
