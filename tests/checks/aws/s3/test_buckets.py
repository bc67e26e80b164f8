import msgspec
from factories.aws import (
    ACCOUNT,
    ALL_BLOCKED,
    KEY,
    OTHER_ACCOUNT,
    allow,
    block,
    bucket,
    deny,
    document,
    foreign,
    grant,
    missing,
    ours,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.s3.resources import DefaultEncryption, EncryptionRule

ARN = "arn:aws:s3:::northwind-example-models"
SHARED = [
    Case("another account's bucket", NOT_APPLICABLE, foreign()),
    Case("a missing bucket", NOT_APPLICABLE, missing()),
    Case("whose it is was not observed", UNKNOWN, bucket()),
    Case("ours, and the detail was denied", UNKNOWN, ours()),
]
CLOSED = {"public_access_block": None, "account_public_access_block": None, "policy_is_public": None, "grants": ()}
UNENCRYPTED = deny(
    "s3:PutObject", f"{ARN}/*", Principal="*", Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}}
)
PLAIN_HTTP = {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}

OF_ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}


def from_addresses(*ranges: str):
    return {"IpAddress": {"aws:SourceIp": list(ranges)}}


def like(value: str, end: str = ""):
    return {f"StringLike{end}" if "*" in value else f"StringEquals{end}": {"aws:PrincipalOrgID": value}}


def encrypted(algorithm: str, key: str | None = None):
    rule = DefaultEncryption(sse_algorithm=algorithm, kms_master_key_id=key)
    return ours(encryption=(EncryptionRule(apply_server_side_encryption_by_default=rule),))


def open_to(principal, actions="s3:PutObject", *others, **members):
    return ours(policy=document(allow(actions, f"{ARN}/*", Principal=principal, **members), *others))


def unblocked(made, **switches):
    return msgspec.structs.replace(made, public_access_block=None, account_public_access_block=block(**switches))


def exposed(**fields):
    return ours(**{**CLOSED, **fields})


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
        Case("reading only", FAIL, ours(policy=document(deny("s3:GetObject", f"{ARN}/*", **PLAIN_HTTP)))),
        Case("one prefix only", FAIL, ours(policy=document(deny("s3:*", f"{ARN}/a/*", **PLAIN_HTTP)))),
        Case(
            "one principal only",
            FAIL,
            ours(policy=document(deny("s3:*", f"{ARN}/*", **{**PLAIN_HTTP, "Principal": {"AWS": ACCOUNT}}))),
        ),
        Case(
            "narrowed by a second condition",
            FAIL,
            ours(
                policy=document(
                    deny(
                        "s3:*",
                        f"{ARN}/*",
                        Principal="*",
                        Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}},
                    )
                )
            ),
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
        Case("the account was denied", UNKNOWN, ours(public_access_block=ALL_BLOCKED)),
        *SHARED,
    ],
    "s3_ml_bucket_public": [
        Case("closed", PASS, exposed()),
        Case("public policy", FAIL, exposed(policy_is_public=True)),
        Case("public ACL", FAIL, exposed(grants=(grant("global/AllUsers"),))),
        Case("any AWS user", FAIL, exposed(grants=(grant("global/AuthenticatedUsers"),))),
        Case("logs delivered by AWS", PASS, exposed(grants=(grant("s3/LogDelivery", "WRITE"),))),
        Case(
            "public policy, restricted by the account",
            PASS,
            exposed(policy_is_public=True, account_public_access_block=block(restrict_public_buckets=True)),
        ),
        Case(
            "public policy, but only new ones are refused",
            FAIL,
            exposed(policy_is_public=True, public_access_block=block(block_public_policy=True)),
        ),
        Case(
            "public ACL, ignored by the bucket",
            PASS,
            exposed(grants=(grant("global/AllUsers"),), public_access_block=block(ignore_public_acls=True)),
        ),
        *SHARED,
    ],
    "s3_ml_bucket_writable_by_other_accounts": [
        Case("no policy", PASS, ours(policy=None)),
        Case("this account", PASS, open_to({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
        Case("another account reads", PASS, open_to({"AWS": OTHER_ACCOUNT}, "s3:GetObject")),
        Case("a service writes", PASS, open_to({"Service": "logging.s3.amazonaws.com"})),
        Case("another account writes", FAIL, open_to({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/partner"})),
        Case("everything for another account", FAIL, open_to({"AWS": [ACCOUNT, OTHER_ACCOUNT]}, "s3:*")),
        Case("everybody writes", FAIL, unblocked(open_to("*"))),
        Case("everybody writes, but is restricted", PASS, unblocked(open_to("*"), restrict_public_buckets=True)),
        Case("everybody writes, and the blocks were denied", UNKNOWN, open_to("*")),
        Case("another account replicates into it", FAIL, open_to({"AWS": OTHER_ACCOUNT}, "s3:ReplicateObject")),
        Case("a canonical user writes, maybe ours", UNKNOWN, open_to({"CanonicalUser": "0a1b" * 16})),
        Case("nobody, and unencrypted uploads are denied", PASS, ours(policy=document(UNENCRYPTED))),
        Case("everybody of an organisation", FAIL, open_to("*", Condition=OF_ORGANISATION)),
        Case("another account of an organisation", FAIL, open_to({"AWS": OTHER_ACCOUNT}, Condition=OF_ORGANISATION)),
        Case("everybody from two ranges", FAIL, open_to("*", Condition=from_addresses("203.0.113.0/24", "17.0.0.0/8"))),
        Case(
            "another account from an address",
            FAIL,
            open_to({"AWS": OTHER_ACCOUNT}, Condition=from_addresses("203.0.113.7")),
        ),
        Case("this account from a range", PASS, open_to({"AWS": ACCOUNT}, Condition=from_addresses("203.0.113.0/24"))),
        Case("everybody from half the internet", UNKNOWN, open_to("*", Condition=from_addresses("128.0.0.0/1"))),
        Case("everybody from no range", UNKNOWN, open_to("*", Condition=from_addresses("${aws:PrincipalTag/office}"))),
        Case("everybody of what is like an organisation", UNKNOWN, open_to("*", Condition=like("o-*"))),
        Case(
            "everybody of an organisation, if any", UNKNOWN, open_to("*", Condition=like("o-exampleorgid", "IfExists"))
        ),
        Case(
            "everybody of an organisation, for another reason too",
            UNKNOWN,
            open_to("*", Condition={**OF_ORGANISATION, **from_addresses("203.0.113.0/24")}),
        ),
        Case(
            "another account writes, with TLS required",
            FAIL,
            open_to({"AWS": OTHER_ACCOUNT}, "s3:PutObject", deny("s3:*", f"{ARN}/*", **PLAIN_HTTP)),
        ),
        Case(
            "another account writes, unless denied",
            UNKNOWN,
            open_to({"AWS": OTHER_ACCOUNT}, "s3:PutObject", deny("s3:*", f"{ARN}/*", Principal={"AWS": OTHER_ACCOUNT})),
        ),
        *SHARED,
    ],
}
