"""Checks of what those outside the account may do with the S3 buckets that ML resources refer to."""

from typing import Any

from checks.aws.blind_spots import ACCESS_POINTS, OBJECT_ACLS, ORGANISATION
from checks.aws.s3.buckets import not_ours
from checks.aws.s3.outsiders import Actions, Reached, reached_by_acl, reached_by_policy, services_let_in
from checks.aws.s3.resources import Bucket
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
)
from scanner.model.trust import few

_WRITING = Actions(
    ("s3:putobject", "s3:deleteobject", "s3:deleteobjectversion", "s3:replicateobject", "s3:replicatedelete")
)
_READING = Actions(("s3:getobject", "s3:getobjectversion", "s3:getobjectversionforreplication"))
#: What changes who gets in, what is kept, and where copies go. S3 answers 405 to other accounts that set or delete a
#: policy, whatever the policy says, so these are not among them.
_SETTINGS = Actions(
    (
        *(
            "s3:bypassgovernanceretention",
            "s3:deleteobjectannotation",
            "s3:deleteobjecttagging",
            "s3:deleteobjectversiontagging",
            "s3:putobjectacl",
            "s3:putobjectannotation",
        ),
        *("s3:putobjectlegalhold", "s3:putobjectretention", "s3:putobjecttagging", "s3:putobjectversionacl"),
        *("s3:putobjectversiontagging", "s3:updateobjectencryption"),
    ),
    (
        *("s3:createbucketmetadatatableconfiguration", "s3:deletebucket", "s3:deletebucketmetadatatableconfiguration"),
        *("s3:deletebucketwebsite", "s3:putaccelerateconfiguration", "s3:putanalyticsconfiguration"),
        *("s3:putbucketabac", "s3:putbucketacl", "s3:putbucketcors", "s3:putbucketlogging", "s3:putbucketnotification"),
        *("s3:putbucketobjectlockconfiguration", "s3:putbucketownershipcontrols", "s3:putbucketpublicaccessblock"),
        *("s3:putbucketrequestpayment", "s3:putbuckettagging", "s3:putbucketversioning", "s3:putbucketwebsite"),
        *("s3:putencryptionconfiguration", "s3:putintelligenttieringconfiguration", "s3:putinventoryconfiguration"),
        *("s3:putlifecycleconfiguration", "s3:putmetricsconfiguration", "s3:putreplicationconfiguration"),
        *(
            "s3:updatebucketmetadataannotationtableconfiguration",
            "s3:updatebucketmetadatainventorytableconfiguration",
            "s3:updatebucketmetadatajournaltableconfiguration",
        ),
    ),
)
_ANYTHING = Actions(_READING.all + _WRITING.all + _SETTINGS.on_objects, _SETTINGS.on_bucket)


def _judge(bucket: Bucket, policy: Reached, acl: Reached | None, may: str) -> Verdict:
    """One verdict on what the policy and the ACL let others do."""
    by_acl = acl.by if acl is not None else ()
    unclear = (*policy.unclear, *(acl.unclear if acl is not None else ()))
    evidence: dict[str, Any] = {"policy": bucket.policy, **({"grants": bucket.grants} if acl is not None else {})}
    if policy.by:
        foreign = () if by_acl else policy.foreign
        said = f"{', '.join(sorted(policy.by))} {may}, by the policy"
        known = f"of those outside the account only {few(sorted(policy.by))} {may}, by the policy"
        return failed_unless_known(foreign, said, known=known, missing=unclear, **evidence)
    if by_acl:
        return failed(f"{', '.join(sorted(by_acl))} {may}, by the ACL", grants=bucket.grants, owner_id=bucket.owner_id)
    if unclear:
        return unknown(*unclear)
    return passed(f"nobody outside the account {may}", **evidence)


@check(
    id="MLP-1408",
    severity=Severity.HIGH,
    objective="training-data-integrity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION, ACCESS_POINTS),
)
def s3_ml_bucket_writable_by_other_accounts(bucket: Bucket) -> Verdict:
    """Bucket with model or training data may be written by other accounts.

    Counts the policy, with its denials and conditions, and the ACL. Of a condition that keeps the
    caller to one organisation or some addresses, and of a denial of all others, these are named. A public policy lets
    no other account in while `RestrictPublicBuckets` is on, for the bucket or for the account. Accounts of AWS that
    deliver logs and reports are services, which MLP-1411 judges, and what was deleted is nobody. An account that a
    condition names for a service to act for is one that may.

    ## Why it matters
    Whoever may replace an artifact decides what your endpoints run, and whoever may add to a data set decides what your
    models learn, without any right in your account.

    ## How to fix
    Take write actions for other principals out of the bucket policy, and set the object ownership to "Bucket owner
    enforced", which turns ACLs off. Receive deliveries from partners in a bucket of their own, and copy from there
    after checking. An account that has to write here is declared in `[[trust.accounts]]`; organisations and addresses
    that the policy names go into `[[trust.organizations]]` and `[[trust.addresses]]`. Nothing settles access by
    everybody.

    Terraform: `aws_s3_bucket_policy`, `aws_s3_bucket_ownership_controls`. CLI: `aws s3api put-bucket-policy`,
    `aws s3api put-bucket-ownership-controls`.

    At the end of `mlposture.toml`:

        [[trust.accounts]]
        value = "444455556666"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    if verdict := not_ours(bucket):
        return verdict
    policy = reached_by_policy(bucket, _WRITING)
    return _judge(bucket, policy, reached_by_acl(bucket, "WRITE"), "may write")


@check(
    id="MLP-1409",
    severity=Severity.HIGH,
    objective="training-data-access",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION, ACCESS_POINTS, OBJECT_ACLS),
)
def s3_ml_bucket_readable_by_other_accounts(bucket: Bucket) -> Verdict:
    """Objects in a bucket with model or training data may be read by other accounts.

    Counts the policy, with its denials and conditions. The ACL of a bucket lets nobody read objects; it only lists
    them. Of a condition that keeps the caller to one organisation or some addresses, these are named. An account that a
    condition names for a service to act for, as the owner of a distribution of CloudFront, is one that may.

    ## Why it matters
    Models give away what they were trained on, and training data often holds records of persons. Whoever reads them
    from an account of his own leaves no trace in yours but in the access logs.

    ## How to fix
    Take read actions for other principals out of the bucket policy, or name the roles that need them and nothing wider.
    Give copies to partners in a bucket made for that. An account that has to read here is declared in
    `[[trust.accounts]]`; organisations and addresses that the policy names go into `[[trust.organizations]]` and
    `[[trust.addresses]]`. Nothing settles access by everybody.

    Terraform: `aws_s3_bucket_policy`. CLI: `aws s3api put-bucket-policy`.

    At the end of `mlposture.toml`:

        [[trust.accounts]]
        value = "444455556666"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    if verdict := not_ours(bucket):
        return verdict
    return _judge(bucket, reached_by_policy(bucket, _READING), None, "may read")


@check(
    id="MLP-1410",
    severity=Severity.HIGH,
    objective="artifact-integrity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION,),
)
def s3_ml_bucket_configurable_by_other_accounts(bucket: Bucket) -> Verdict:
    """Settings or ACLs of a bucket with model or training data may be changed by other accounts.

    Counts all that can be set on the bucket and its objects, such as lifecycle, replication, ACLs, tags, locks and
    encryption, and deletion of the bucket, by the policy and by the ACL. The policy itself is not among them: S3
    refuses other accounts that, whatever the policy says.

    ## Why it matters
    A lifecycle rule deletes every artifact overnight, a replication rule copies all training data to another account,
    and an ACL lets others replace a model. None of this needs a right to read or write objects.

    ## How to fix
    Name the actions on objects that other accounts need in the bucket policy, in place of `s3:*` and `s3:Put*`, and set
    the object ownership to "Bucket owner enforced", which turns ACLs off. An account that runs the bucket with you is
    declared in `[[trust.accounts]]`; organisations and addresses that the policy names go into
    `[[trust.organizations]]` and `[[trust.addresses]]`. Nothing settles access by everybody.

    Terraform: `aws_s3_bucket_policy`, `aws_s3_bucket_ownership_controls`. CLI: `aws s3api put-bucket-policy`,
    `aws s3api put-bucket-ownership-controls`.

    At the end of `mlposture.toml`:

        [[trust.accounts]]
        value = "444455556666"
        reason = "…"

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    - https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    - https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
    """
    if verdict := not_ours(bucket):
        return verdict
    policy = reached_by_policy(bucket, _SETTINGS)
    return _judge(bucket, policy, reached_by_acl(bucket, "WRITE_ACP"), "may change settings or ACLs")


@check(
    id="MLP-1411",
    severity=Severity.MEDIUM,
    objective="training-data-integrity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(ORGANISATION,),
)
def s3_ml_bucket_service_without_source(bucket: Bucket) -> Verdict:
    """Bucket with model or training data lets a service in on behalf of any account.

    Accounts of AWS that older policies name, to have logs delivered, count as the service. Load balancers deliver only
    below `AWSLogs/` and the number of their account, so that a statement about such names is about one account. One for
    everybody counts where its condition speaks of services.

    ## Why it matters
    A service principal stands for every customer of the service. Whoever knows the name of the bucket can point a
    delivery, a replication or an export of his own account at it: the service reads or writes there for him.

    ## How to fix
    Add a condition on `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID` to the statement that names the
    service. Where it names an account of AWS, name the service in its place. Let load balancers write no object but
    below `AWSLogs/` and the number of your account.

    Terraform: `condition` in the `aws_iam_policy_document` of `aws_s3_bucket_policy`. CLI:
    `aws s3api put-bucket-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    if verdict := not_ours(bucket):
        return verdict
    found = services_let_in(bucket, _ANYTHING)
    if found.by:
        return failed(f"{', '.join(sorted(found.by))} may act there for any account", policy=bucket.policy)
    if found.unclear:
        return unknown(*found.unclear)
    if bucket.policy is None:
        return not_applicable("has no policy")
    return passed("no service may act there for any account", policy=bucket.policy)
