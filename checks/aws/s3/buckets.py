"""Checks of the S3 buckets that ML resources refer to."""

from typing import Any

from msgspec import UNSET

from checks.aws.blind_spots import ACCESS_POINTS, KEY_MANAGER, OBJECT_ACLS
from checks.aws.iam.answers import NO, UNKNOWN
from checks.aws.keys import own_default_key
from checks.aws.s3.exposure import LEVELS, blocked, public_grants, public_ways, refuses_plain_http
from checks.aws.s3.owners import owner_in_scan
from checks.aws.s3.resources import AccountBucket, Bucket, PublicAccessBlock
from checks.blind_spots import ARRIVAL, VERSIONS_DELETED
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    failed_unless_known,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.trust import Foreign
from scanner.model.views import View

_SWITCHES = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")


def not_ours(bucket: Bucket) -> Verdict | None:
    """What to say of a bucket whose settings are not this account's to make."""
    if bucket.owned is UNSET:
        return unknown("owned")
    return None if bucket.owned else not_applicable("not a bucket of this account")


@check(
    id="MLP-1401", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0", blind_to=(VERSIONS_DELETED,)
)
def s3_ml_bucket_versioning_off(bucket: Bucket) -> Verdict:
    """Bucket with model or training data keeps no earlier versions of its objects.

    ## Why it matters
    An overwritten artifact or poisoned data set cannot be compared with, or rolled back to, what was there before, and
    a deletion is final.

    ## How to fix
    Turn versioning on, with a lifecycle rule that removes old versions after the time you want to be able to go back.

    Terraform: `aws_s3_bucket_versioning` with `status = "Enabled"`. CLI:
    `aws s3api put-bucket-versioning --versioning-configuration Status=Enabled --bucket …`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    if verdict := not_ours(bucket):
        return verdict
    match bucket.versioning:
        case "Enabled":
            return passed("versioning is on", versioning="Enabled")
        case "Suspended":
            return failed("versioning is suspended", versioning="Suspended")
        case None:
            return failed("versioning was never turned on", versioning=None)
        case _:
            return unknown("versioning")


@check(id="MLP-1402", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=(KEY_MANAGER,))
def s3_ml_bucket_without_customer_key(bucket: Bucket) -> Verdict:
    """Bucket with model or training data does not encrypt with a customer managed key by default.

    ## Why it matters
    With a key of S3, or the one that AWS manages for the account, read access to the bucket is read access to the data.
    A key of your own is a second lock that has its own policy, its own trail and an off switch.

    ## How to fix
    Set default encryption to SSE-KMS with a customer managed key; objects written before stay as they are.

    Terraform: `aws_s3_bucket_server_side_encryption_configuration` with `sse_algorithm = "aws:kms"` and
    `kms_master_key_id`. CLI: `aws s3api put-bucket-encryption`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    if verdict := not_ours(bucket):
        return verdict
    if bucket.encryption is UNSET:
        return unknown("encryption")
    if own_default_key(bucket.encryption or ()):
        return passed("new objects are encrypted with a key of yours", encryption=bucket.encryption)
    return failed("new objects are not encrypted with a key of yours", encryption=bucket.encryption)


@check(id="MLP-1403", severity=Severity.MEDIUM, objective="encryption-in-transit", since="0.1.0", blind_to=())
def s3_ml_bucket_plain_http_allowed(bucket: Bucket) -> Verdict:
    """Bucket with model or training data accepts requests without TLS.

    ## Why it matters
    A client that is misconfigured, or tricked into plain HTTP, then moves model weights and training records over the
    network where they can be read and replaced on the way.

    ## How to fix
    Add a statement to the bucket policy that denies `s3:*` to everybody on the bucket and its objects when
    `aws:SecureTransport` is `false`. Several statements will do if they leave no action and no object out.

    Terraform: `aws_s3_bucket_policy`. CLI: `aws s3api put-bucket-policy`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    if verdict := not_ours(bucket):
        return verdict
    if bucket.policy is UNSET:
        return unknown("policy")
    if refuses_plain_http(bucket):
        return passed("requests without TLS are denied", policy=bucket.policy)
    return failed("requests without TLS are not denied", policy=bucket.policy)


@check(id="MLP-1404", severity=Severity.LOW, objective="audit-logging", since="0.1.0", blind_to=(ARRIVAL,))
def s3_ml_bucket_access_logging_off(bucket: Bucket) -> Verdict:
    """Bucket with model or training data does not log access to its objects.

    CloudTrail data events record the same and more; they are not visible to this check.

    ## Why it matters
    After a leak or a swapped artifact the first question is who read or wrote the object. Without access logs there is
    no answer, as management events do not name objects.

    ## How to fix
    Send server access logs to a bucket kept for logs. Where CloudTrail data events cover the bucket already, its own
    logs add little.

    Terraform: `aws_s3_bucket_logging`. CLI: `aws s3api put-bucket-logging`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    if verdict := not_ours(bucket):
        return verdict
    if bucket.logging_target is UNSET:
        return unknown("logging_target")
    if bucket.logging_target is None:
        return failed("access is not logged", logging_target=None)
    return passed(f"access is logged to {bucket.logging_target}", logging_target=bucket.logging_target)


@check(
    id="MLP-1405",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
    also=(AccountBucket,),
)
def s3_sagemaker_default_bucket_squattable(bucket: Bucket, view: View) -> Verdict:
    """Default SageMaker bucket of a region in use does not belong to this account.

    Asked for `sagemaker-{region}-{account}` in every region that holds SageMaker resources. Accounts of the same scan
    are no strangers.

    ## Why it matters
    The SDK and console use that name whenever none is given. Bucket names are global and this one can be guessed, so
    anyone who knows the account id can register it first and receive code, data and models, or plant some.

    ## How to fix
    If the bucket is missing, create it, empty and private, so that nobody else can. If another account has it, pass
    `default_bucket` to every SageMaker session and find out what was sent there. A bucket of a partner, or of yours
    elsewhere, is declared in `[[trust.buckets]]`.

    CLI: `aws s3api create-bucket --bucket sagemaker-REGION-ACCOUNT --region REGION`, outside `us-east-1` also with
    `--create-bucket-configuration LocationConstraint=REGION`.

    At the end of `mlposture.toml`:

        [[trust.buckets]]
        value = "s3://NAME"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if missing := unobserved(bucket, "is_default_name", "exists", "owned"):
        return missing
    if not bucket.is_default_name:
        return not_applicable("not a default name")
    if not bucket.exists:
        return failed("the bucket does not exist, anyone may create it", exists=False, is_default_name=True)
    if not bucket.owned:
        owner = owner_in_scan(view, bucket.id, bucket.scope.account)
        if isinstance(owner, str):
            return passed(f"the bucket belongs to account {owner} of this scan", owned=False, is_default_name=True)
        if owner is UNSET:
            return unknown("whether the bucket belongs to an account of this scan")
        foreign = (Foreign.bucket(f"s3://{bucket.name}"),)
        said = "the bucket belongs to another account"
        known = f"{bucket.name} belongs to another account"
        return failed_unless_known(foreign, said, known=known, owned=False, is_default_name=True)
    return passed("the bucket belongs to this account", owned=True, is_default_name=True)


@check(
    id="MLP-1406",
    severity=Severity.MEDIUM,
    objective="public-exposure",
    since="0.1.0",
    blind_to=(),
    decided_by=("public_access_block", "account_public_access_block"),
)
def s3_ml_bucket_public_access_unblocked(bucket: Bucket) -> Verdict:
    """Public access to a bucket with model or training data is not fully blocked.

    A switch counts as on if it is on for the bucket or for the account.

    ## Why it matters
    Each open switch leaves a way in which one careless policy or ACL makes models or training data public. With all
    four on, such a mistake is refused or has no effect.

    ## How to fix
    Turn all four switches on for the whole account, and let static websites live in an account of their own.

    Terraform: `aws_s3_account_public_access_block` or `aws_s3_bucket_public_access_block`. CLI:
    `aws s3control put-public-access-block`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    if verdict := not_ours(bucket):
        return verdict
    switches = {switch: blocked(bucket, switch) for switch in _SWITCHES}
    off = [switch for switch, answer in switches.items() if answer is NO]
    if not off and UNKNOWN in switches.values():
        return unobserved(bucket, *LEVELS) or unknown(*LEVELS)
    # One level that suffices is all the evidence there need be, that of the bucket first.
    alone = next((level for level in LEVELS if _all_on(getattr(bucket, level))), None)
    needed = LEVELS if off or alone is None else (alone,)
    evidence: dict[str, Any] = {level: getattr(bucket, level) for level in needed}
    if off:
        return failed(f"off at both levels: {', '.join(off)}", **evidence)
    return passed("all four switches are on", **evidence)


def _all_on(block: Any) -> bool:
    return isinstance(block, PublicAccessBlock) and all(getattr(block, switch) is True for switch in _SWITCHES)


@check(
    id="MLP-1407",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(ACCESS_POINTS, OBJECT_ACLS),
)
def s3_ml_bucket_public(bucket: Bucket) -> Verdict:
    """Bucket with model or training data is open to the public.

    Counts what is in effect: a public policy unless `RestrictPublicBuckets` is on, a public ACL unless
    `IgnorePublicAcls` is on, for the bucket or for the account. What S3 calls a public policy is none here where its
    denials and conditions let nobody in from outside the accounts, organisations and networks that it names.

    ## Why it matters
    Anybody on the internet, or with any AWS account, reads the models and records in it; if the grant includes writing,
    they decide what your endpoints serve and what your models learn.

    ## How to fix
    Turn on Block Public Access now; then remove the public statement or grant, and look through the access logs for
    readers you do not know.

    CLI: `aws s3api put-public-access-block`, `aws s3api delete-bucket-policy`,
    `aws s3api put-bucket-acl --acl private`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    if verdict := not_ours(bucket):
        return verdict
    ways, missing = public_ways(bucket)
    evidence: dict[str, Any] = {"policy_is_public": bucket.policy_is_public, "grants": public_grants(bucket)}
    if ways:
        return failed(f"public by {' and '.join(ways)}", **evidence)
    if missing:
        return unknown(*missing)
    if bucket.policy_is_public and blocked(bucket, "restrict_public_buckets") is NO:
        evidence["policy"] = bucket.policy
    return passed("not public", **evidence)
