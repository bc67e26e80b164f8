from factories.aws import (
    ACCOUNT,
    ALL_BLOCKED,
    KEY,
    allow,
    block,
    bucket,
    deny,
    document,
    foreign,
    grant,
    listed_by_sibling,
    missing,
    ours,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import AccountBucket, DefaultEncryption, EncryptionRule

ARN = "arn:aws:s3:::northwind-example-models"
SHARED = [
    Case("another account's bucket", NOT_APPLICABLE, foreign()),
    Case("a missing bucket", NOT_APPLICABLE, missing()),
    Case("whose it is was not observed", UNKNOWN, bucket()),
    Case("ours, and the detail was denied", UNKNOWN, ours()),
]
CLOSED = {
    "public_access_block": None,
    "account_public_access_block": None,
    "policy": None,
    "policy_is_public": None,
    "grants": (),
}
PLAIN_HTTP = {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
WHOLE = [ARN, f"{ARN}/*"]
IN_PIECES = (
    deny("s3:Get*", WHOLE, **PLAIN_HTTP),
    {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": WHOLE, **PLAIN_HTTP},
)
BY_RESOURCE = (deny("s3:*", f"{ARN}/*", **PLAIN_HTTP), deny("s3:*", ARN, **PLAIN_HTTP))


def encrypted(algorithm: str, key: str | None = None):
    rule = DefaultEncryption(sse_algorithm=algorithm, kms_master_key_id=key)
    return ours(encryption=(EncryptionRule(apply_server_side_encryption_by_default=rule),))


def exposed(**fields):
    return ours(**{**CLOSED, **fields})


def let_in(*others, condition=None, **fields):
    """A policy that S3 calls public, whatever else it says."""
    more = {"Condition": condition} if condition else {}
    allowed = allow(["s3:GetObject", "s3:ListBucket"], WHOLE, Principal="*", **more)
    return exposed(**{"policy_is_public": True, "policy": document(allowed, *others), **fields})


def spared(operator, key, value):
    return deny("s3:*", WHOLE, Principal="*", Condition={operator: {key: value}})


def roles_of(account):
    return {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/ml-*"}}


HTTP = {"Bool": {"aws:SecureTransport": "false"}}
NO_SERVICES = {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}
CASES = {
    "s3_ml_bucket_versioning_off": [
        Case("on", PASS, ours(versioning="Enabled")),
        Case("suspended", FAIL, ours(versioning="Suspended")),
        Case("never turned on", FAIL, ours(versioning=None)),
        Case("a value of a later API version", UNKNOWN, ours(versioning="Mirrored")),
        *SHARED,
    ],
    "s3_ml_bucket_without_customer_key": [
        Case("a key", PASS, encrypted("aws:kms", KEY)),
        Case("two layers with a key", PASS, encrypted("aws:kms:dsse", KEY)),
        Case("key of S3", FAIL, encrypted("AES256")),
        Case("key that AWS manages", FAIL, encrypted("aws:kms")),
        Case("key that AWS manages, by name", FAIL, encrypted("aws:kms", "arn:aws:kms:eu-west-1::alias/aws/s3")),
        Case("key that AWS manages, another", FAIL, encrypted("aws:kms", "alias/aws/ebs")),
        Case("nothing set", FAIL, ours(encryption=None)),
        *SHARED,
    ],
    "s3_ml_bucket_plain_http_allowed": [
        Case("denied", PASS, ours(policy=document(deny("s3:*", [ARN, f"{ARN}/*"], **PLAIN_HTTP)))),
        Case("no policy", FAIL, ours(policy=None)),
        Case("denied in two statements", PASS, ours(policy=document(*IN_PIECES))),
        Case("denied for the bucket and its objects apart", PASS, ours(policy=document(*BY_RESOURCE))),
        Case("denied for objects only", FAIL, ours(policy=document(BY_RESOURCE[0]))),
        Case(
            "getting and putting only",
            FAIL,
            ours(policy=document(deny(["s3:GetObject", "s3:PutObject"], f"{ARN}/*", **PLAIN_HTTP))),
        ),
        Case("reading only", FAIL, ours(policy=document(deny("s3:GetObject", f"{ARN}/*", **PLAIN_HTTP)))),
        Case("one prefix only", FAIL, ours(policy=document(deny("s3:*", f"{ARN}/a/*", **PLAIN_HTTP)))),
        Case(
            "one principal only",
            FAIL,
            ours(policy=document(deny("s3:*", f"{ARN}/*", **{**PLAIN_HTTP, "Principal": {"AWS": ACCOUNT}}))),
        ),
        *(
            Case(
                f"denied {name}",
                verdict,
                ours(policy=document(deny("s3:*", [ARN, f"{ARN}/*"], Principal="*", Condition=condition))),
            )
            for name, verdict, condition in (
                ("to all but services", PASS, {"Bool": {"aws:SecureTransport": "false", **NO_SERVICES}}),
                ("since a day that has passed", PASS, {**HTTP, "DateGreaterThan": {"aws:CurrentTime": "2024-01-31"}}),
                ("until a day that has passed", FAIL, {**HTTP, "DateLessThan": {"aws:CurrentTime": "2024-01-31"}}),
                ("to all but some addresses", FAIL, {**HTTP, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
                ("below TLS 1.2", FAIL, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
                ("below TLS 1.2 and without TLS", PASS, {"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}}),
                ("where no version of TLS is told", PASS, {"Null": {"s3:TlsVersion": "true"}}),
            )
        ),
        *SHARED,
    ],
    "s3_ml_bucket_access_logging_off": [
        Case("logged", PASS, ours(logging_target="northwind-example-logs")),
        Case("not logged", FAIL, ours(logging_target=None)),
        *SHARED,
    ],
    "s3_sagemaker_default_bucket_squattable": [
        Case("ours", PASS, ours(is_default_name=True)),
        Case("missing", FAIL, bucket(exists=False, owned=None, is_default_name=True)),
        Case("another account's", FAIL, bucket(exists=True, owned=False, is_default_name=True)),
        Case(
            "another account's of the scan",
            PASS,
            bucket("sagemaker-us-east-1-111122223333", exists=True, owned=False, is_default_name=True),
            listed_by_sibling("sagemaker-us-east-1-111122223333"),
        ),
        Case(
            "of an account that did not tell its buckets, perhaps",
            UNKNOWN,
            bucket(exists=True, owned=False, is_default_name=True),
            listed_by_sibling("northwind-example-others"),
            incomplete=[AccountBucket],
        ),
        Case("not a default name", NOT_APPLICABLE, ours(is_default_name=False)),
        Case("refused, and nothing to compare with", UNKNOWN, bucket(is_default_name=True)),
    ],
    "s3_ml_bucket_public_access_unblocked": [
        Case("by the bucket", PASS, ours(public_access_block=ALL_BLOCKED, account_public_access_block=None)),
        Case("by the account", PASS, ours(public_access_block=None, account_public_access_block=ALL_BLOCKED)),
        Case(
            "half by each",
            PASS,
            ours(
                public_access_block=block(block_public_acls=True, ignore_public_acls=True),
                account_public_access_block=block(block_public_policy=True, restrict_public_buckets=True),
            ),
        ),
        Case("at neither level", FAIL, ours(public_access_block=None, account_public_access_block=None)),
        Case(
            "all but one",
            FAIL,
            ours(public_access_block=block(block_public_acls=True), account_public_access_block=block()),
        ),
        Case("by the bucket, and the account was denied", PASS, ours(public_access_block=ALL_BLOCKED)),
        Case("half by the bucket, and the account was denied", UNKNOWN, ours(public_access_block=block())),
        Case("by the account, and the bucket was denied", PASS, ours(account_public_access_block=ALL_BLOCKED)),
        Case("half by the account, and the bucket was denied", UNKNOWN, ours(account_public_access_block=block())),
        *SHARED,
    ],
    "s3_ml_bucket_public": [
        Case("closed", PASS, exposed()),
        Case("closed, and the blocks were denied", PASS, ours(policy_is_public=False, grants=())),
        Case("public policy, and the ACL was denied", FAIL, let_in(grants=UNSET)),
        Case(
            "public policy, and the blocks were denied",
            UNKNOWN,
            let_in(public_access_block=UNSET, account_public_access_block=UNSET),
        ),
        Case(
            "public policy that the account holds back, and the block of the bucket was denied",
            PASS,
            let_in(public_access_block=UNSET, account_public_access_block=ALL_BLOCKED),
        ),
        Case("public policy", FAIL, let_in()),
        Case("public policy, which was denied", UNKNOWN, let_in(policy=UNSET)),
        Case("everybody, over TLS", FAIL, let_in(condition={"Bool": {"aws:SecureTransport": "true"}})),
        Case("everybody, with one of two actions denied", FAIL, let_in(deny("s3:GetObject", WHOLE, Principal="*"))),
        Case("everybody, from all addresses", FAIL, let_in(spared("NotIpAddress", "aws:SourceIp", "0.0.0.0/0"))),
        Case("denied outside the organisation", PASS, let_in(spared("StringNotEquals", "aws:PrincipalOrgID", "o-ex1"))),
        Case("denied outside the account", PASS, let_in(spared("StringNotEquals", "aws:PrincipalAccount", ACCOUNT))),
        Case("denied outside the network", PASS, let_in(spared("StringNotEquals", "aws:SourceVpce", "vpce-1"))),
        Case("denied from elsewhere", PASS, let_in(spared("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
        Case("every role of the account", PASS, let_in(condition=roles_of(ACCOUNT))),
        Case("roles of a name, in any account", FAIL, let_in(condition=roles_of("*"))),
        Case("sessions of one role", PASS, let_in(condition={"StringLike": {"aws:userid": "AROAEX:*"}})),
        *(
            Case(f"whose {key} is that of the bucket", PASS, let_in(condition={"StringEquals": {key: f"${{{same}}}"}}))
            for key, same in (
                ("aws:PrincipalOrgID", "aws:ResourceOrgID"),
                ("aws:ResourceOrgID", "aws:PrincipalOrgID"),
                ("aws:PrincipalAccount", "aws:ResourceAccount"),
            )
        ),
        Case("for a term that has ended", PASS, let_in(condition={"DateLessThan": {"aws:CurrentTime": "2024-01-31"}})),
        Case("for a term to come", FAIL, let_in(condition={"DateLessThan": {"aws:CurrentTime": "2999-01-31"}})),
        Case("objects with a tag", FAIL, let_in(condition={"StringEquals": {"s3:ExistingObjectTag/open": "yes"}})),
        Case("public ACL", FAIL, exposed(grants=(grant("global/AllUsers"),))),
        Case("any AWS user", FAIL, exposed(grants=(grant("global/AuthenticatedUsers"),))),
        Case("logs delivered by AWS", PASS, exposed(grants=(grant("s3/LogDelivery", "WRITE"),))),
        Case(
            "public policy, restricted by the account",
            PASS,
            let_in(account_public_access_block=block(restrict_public_buckets=True)),
        ),
        Case(
            "public policy, but only new ones are refused",
            FAIL,
            let_in(public_access_block=block(block_public_policy=True)),
        ),
        Case(
            "public ACL, ignored by the bucket",
            PASS,
            exposed(grants=(grant("global/AllUsers"),), public_access_block=block(ignore_public_acls=True)),
        ),
        *SHARED,
    ],
}
