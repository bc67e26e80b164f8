import botocore.session
from factories.aws import (
    ACCOUNT,
    OTHER_ACCOUNT,
    allow,
    block,
    bucket,
    deny,
    document,
    foreign,
    grant,
    granted_to,
    missing,
    ours,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

ARN = "arn:aws:s3:::northwind-example-models"
SHARED = [
    Case("another account's bucket", NOT_APPLICABLE, foreign()),
    Case("a missing bucket", NOT_APPLICABLE, missing()),
    Case("whose it is was not observed", UNKNOWN, bucket()),
    Case("ours, and the detail was denied", UNKNOWN, ours()),
]
US, THEM = "0a1b" * 16, "dead" * 16
PRIVATE = {"grants": (granted_to(US, "FULL_CONTROL"),), "owner_id": US}
OPEN_BLOCKS = {"public_access_block": None, "account_public_access_block": None}
RESTRICTED = {"public_access_block": block(restrict_public_buckets=True)}
UNENCRYPTED = deny(
    "s3:PutObject", f"{ARN}/*", Principal="*", Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}}
)
PLAIN_HTTP = {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
PARTNER = {"AWS": OTHER_ACCOUNT}
ATHENA = "athena.amazonaws.com"
LOGS = {"Service": "logging.s3.amazonaws.com"}
TRAILS = {"Service": "cloudtrail.amazonaws.com"}
BALANCER = "127311923021"
#: Accounts of AWS, as older policies name them.
DELIVERIES = {
    "Elastic Load Balancing": f"arn:aws:iam::{BALANCER}:root",
    "Elastic Load Balancing in China": "arn:aws-cn:iam::638102146993:root",
    "Elastic Load Balancing in GovCloud": "048591011584",
    "CloudTrail": "arn:aws:iam::086441151436:root",
    "Redshift": "arn:aws:iam::193672423079:user/logs",
    "billing": "arn:aws:iam::386209384616:root",
}
BALANCERS = {
    "an account of AWS": {"AWS": BALANCER},
    "the service": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    "the service by its older name": {"Service": "logdelivery.elb.amazonaws.com"},
}
#: What stands beside the organisation in the same condition.
WITH_MORE = {
    "some addresses": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}},
    "by TLS": {"Bool": {"aws:SecureTransport": "true"}},
    "with an ACL": {"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    "by role": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
    "no service": {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
}
OF_A_PART = {"aws:PrincipalOrgPaths": "o-exampleorgid/r-1a2b/ou-1a2b-12345678/*"}
#: Conditions of denials for everybody that leave an organisation, or some addresses, alone.
PERIMETERS = {
    "organisation": {"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
    "organisation, if there is one": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}},
    "organisation, but for services": {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    },
    "a part of an organisation": {"ForAllValues:StringNotLike": OF_A_PART},
    "addresses": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}, "Bool": {"aws:ViaAWSService": "false"}},
}


def of_account(operator, *accounts, key="aws:PrincipalAccount"):
    return {operator: {key: list(accounts)}}


#: Conditions of denials for everybody that leave another account alone.
SPARING = {
    "number": of_account("StringNotEquals", ACCOUNT, OTHER_ACCOUNT),
    "role": of_account(
        "ArnNotLike",
        *(f"arn:aws:iam::{one}:role/deploy" for one in (ACCOUNT, OTHER_ACCOUNT)),
        key="aws:PrincipalArn",
    ),
}
SOURCE = "aws:SourceAccount"
OAI = {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EXAMPLE0000000"}
CDN = {"Service": "cloudfront.amazonaws.com"}
CLOUDFRONT = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
OF_US = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
OF_ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}


def where(key, *values, operator="StringEquals"):
    return {operator: {key: list(values)}}


def open_to(principal, actions="s3:PutObject", *others, condition=None, **fields):
    more = {"Condition": condition} if condition else {}
    policy = document(allow(actions, f"{ARN}/*", Principal=principal, **more), *others)
    return ours(policy=policy, **{**PRIVATE, **fields})


def narrow(condition):
    return open_to("*", condition=condition, policy_is_public=False)


def from_addresses(*ranges):
    return {"IpAddress": {"aws:SourceIp": list(ranges)}}


def like(value, end=""):
    return {f"StringLike{end}" if "*" in value else f"StringEquals{end}": {"aws:PrincipalOrgID": value}}


def with_acl(*grants, **fields):
    return ours(policy=None, grants=(*PRIVATE["grants"], *grants), **{"owner_id": US, **OPEN_BLOCKS, **fields})


def perimeter(condition, principal="*"):
    denied = deny("s3:*", f"{ARN}/*", Principal="*", Condition=condition)
    public = {"policy_is_public": principal == "*", **OPEN_BLOCKS}
    return open_to(principal, "s3:PutObject", denied, **public)


def sparing(*spared):
    denied = {"Effect": "Deny", "NotPrincipal": {"AWS": list(spared)}, "Action": "s3:*", "Resource": f"{ARN}/*"}
    return open_to("*", "s3:PutObject", denied, policy_is_public=True, **OPEN_BLOCKS)


def distributed_by(account):
    arn = f"arn:aws:cloudfront::{account}:distribution/EXAMPLE0000000"
    return open_to(CDN, "s3:GetObject", condition=of_account("StringEquals", arn, key="AWS:SourceArn"))


def delivered(principal, to):
    return ours(policy=document(allow("s3:PutObject", f"{ARN}/{to}", Principal=principal)), **PRIVATE)


def settable(action, principal=PARTNER):
    return ours(policy=document(allow(action, [ARN, f"{ARN}/*"], Principal=principal)), **PRIVATE)


def action_of(operation: str) -> str:
    """The action of IAM for an operation that changes something; what deletes a configuration needs that to put it."""
    if operation in ACTIONS:
        return ACTIONS[operation]
    kept = ("DeleteBucketWebsite", "DeleteBucketMetadataTableConfiguration", "DeleteBucketPolicy", "DeleteObject")
    name = (
        operation if operation.startswith(kept) or operation == "DeleteBucket" else operation.replace("Delete", "Put")
    )
    return name if not name.endswith("Configuration") or "Metadata" in name else name.replace("PutBucket", "Put")


#: Actions of IAM that are not named after the operation.
ACTIONS = {
    "CopyObject": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CreateBucketMetadataConfiguration": "CreateBucketMetadataTableConfiguration",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetadataConfiguration": "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
#: Operations that change nothing of a bucket that is there, or that no policy opens to others.
HARMLESS = {
    "AbortMultipartUpload": "of an upload that is not finished",
    "CreateBucket": "of one's own",
    "CreateSession": "of directory buckets, which are not read",
    "DeleteBucketPolicy": "S3 answers 405",
    "PutBucketPolicy": "S3 answers 405",
    "RenameObject": "of directory buckets, which are not read",
    "RestoreObject": "a copy for some days",
}
CHANGES = sorted(
    {
        action_of(name)
        for name in botocore.session.get_session().get_service_model("s3").operation_names
        if not name.startswith(("Get", "Head", "List", "Select", "WriteGetObject")) and name not in HARMLESS
    }
)
WRITES = ("PutObject", "DeleteObject")
SETTINGS = [name for name in CHANGES if name not in WRITES]

MANY = {
    **from_addresses(*(f"203.0.113.{number}" for number in range(250))),
    **where("aws:PrincipalOrgID", *(f"o-exampleorg{number}" for number in range(250))),
}


def by_console(service, source):
    """A bucket whose policy the console of a service wrote: it may look at the ACL, and put objects."""
    who = {"Principal": {"Service": service}}
    of_source = {"StringEquals": {"aws:SourceAccount": [ACCOUNT]}, "ArnLike": {"AWS:SourceArn": [source]}}
    owned = {"s3:x-amz-acl": "bucket-owner-full-control", **of_source["StringEquals"]}
    look = allow(["s3:GetBucketAcl", "s3:ListBucket"], ARN, **who, Condition=of_source)
    put = allow("s3:PutObject", f"{ARN}/AWSLogs/{ACCOUNT}/*", **who, Condition={**of_source, "StringEquals": owned})
    return ours(policy=document(look, put), **PRIVATE)


def of_trail():
    source = {"AWS:SourceArn": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all"}
    owned = {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}}
    look = allow("s3:GetBucketAcl", ARN, Principal=TRAILS, Condition={"StringEquals": source})
    put = allow("s3:PutObject", f"{ARN}/AWSLogs/{ACCOUNT}/*", Principal=TRAILS, Condition=owned)
    return ours(policy=document(look, put), **PRIVATE)


#: Policies as consoles write them for who delivers logs and reports.
CONSOLE = {
    "CloudTrail": of_trail(),
    "log deliveries": by_console("delivery.logs.amazonaws.com", f"arn:aws:logs:eu-west-1:{ACCOUNT}:*"),
    "GuardDuty": by_console("guardduty.amazonaws.com", f"arn:aws:guardduty:eu-west-1:{ACCOUNT}:detector/example"),
    "Bedrock": by_console("bedrock.amazonaws.com", f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"),
    "inventories": by_console("s3.amazonaws.com", "arn:aws:s3:::northwind-example-source"),
}


CASES = {
    "s3_ml_bucket_writable_by_other_accounts": [
        Case("no policy", PASS, ours(policy=None, **PRIVATE)),
        Case("this account", PASS, open_to({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
        Case("another account reads", PASS, open_to(PARTNER, "s3:GetObject")),
        Case("another account may set the policy, which S3 refuses", PASS, settable("s3:PutBucketPolicy")),
        Case("a service writes", PASS, open_to(LOGS)),
        Case("another account writes", FAIL, open_to({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:role/partner"})),
        Case("everything for another account", FAIL, open_to({"AWS": [ACCOUNT, OTHER_ACCOUNT]}, "s3:*")),
        Case(
            "all but this account",
            FAIL,
            ours(
                policy=document(
                    {"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*", "NotPrincipal": {"AWS": ACCOUNT}}
                ),
                policy_is_public=True,
                **OPEN_BLOCKS,
                **PRIVATE,
            ),
        ),
        Case("everybody writes", FAIL, open_to("*", policy_is_public=True, **OPEN_BLOCKS)),
        Case("everybody writes, but is restricted", PASS, open_to("*", policy_is_public=True, **RESTRICTED)),
        Case("everybody writes, and the blocks were denied", UNKNOWN, open_to("*", policy_is_public=True)),
        Case(
            "everybody reads and another account writes, but it is restricted",
            PASS,
            open_to(
                "*",
                "s3:GetObject",
                allow("s3:PutObject", f"{ARN}/*", Principal=PARTNER),
                policy_is_public=True,
                **RESTRICTED,
            ),
        ),
        Case("another account writes, and public policies are restricted", FAIL, open_to(PARTNER, **RESTRICTED)),
        *(Case(f"another account may {action}", FAIL, settable(f"s3:{action}")) for action in WRITES),
        Case("another account replicates into it", FAIL, open_to(PARTNER, "s3:ReplicateObject")),
        Case("a canonical user writes", FAIL, open_to({"CanonicalUser": THEM})),
        Case("our own canonical user writes", PASS, open_to({"CanonicalUser": US})),
        Case("a canonical user writes, maybe ours", UNKNOWN, open_to({"CanonicalUser": THEM}, owner_id=None)),
        Case("a role that is gone, in whatever account", PASS, open_to({"AWS": "AROAEXAMPLE000000000"})),
        Case("a user that is gone, and a partner", FAIL, open_to({"AWS": ["AIDAEXAMPLE000000000", OTHER_ACCOUNT]})),
        *(Case(f"{name}, by an account of AWS", PASS, open_to({"AWS": who})) for name, who in DELIVERIES.items()),
        *(
            Case(f"{name}, by an account of AWS, under a condition", PASS, open_to({"AWS": who}, condition=OF_US))
            for name, who in DELIVERIES.items()
        ),
        Case(
            "logs of another account",
            FAIL,
            open_to(LOGS, condition=of_account("StringEquals", OTHER_ACCOUNT, key=SOURCE)),
        ),
        Case("logs of this account", PASS, open_to(LOGS, condition=of_account("StringEquals", ACCOUNT, key=SOURCE))),
        Case("an account of AWS and a partner", FAIL, open_to({"AWS": [*DELIVERIES.values(), OTHER_ACCOUNT]})),
        Case("logs of CloudFront, by its canonical user", PASS, open_to({"CanonicalUser": CLOUDFRONT})),
        Case("nobody, and unencrypted uploads are denied", PASS, ours(policy=document(UNENCRYPTED), **PRIVATE)),
        Case("everybody of an organisation", FAIL, open_to("*", condition=OF_ORGANISATION, policy_is_public=False)),
        Case("another account of an organisation", FAIL, open_to(PARTNER, condition=OF_ORGANISATION)),
        Case("everybody from two ranges", FAIL, narrow(from_addresses("203.0.113.0/24", "17.0.0.0/8"))),
        Case("another account from an address", FAIL, open_to(PARTNER, condition=from_addresses("203.0.113.7"))),
        Case("everybody from some of many ranges, of some of many organisations", UNKNOWN, narrow(MANY)),
        Case("this account from a range", PASS, open_to({"AWS": ACCOUNT}, condition=from_addresses("203.0.113.0/24"))),
        Case("everybody from half the internet", FAIL, narrow(from_addresses("128.0.0.0/1"))),
        Case("everybody from no range", UNKNOWN, narrow(from_addresses("${aws:PrincipalTag/office}"))),
        Case("everybody of what is like an organisation", FAIL, narrow(like("o-*"))),
        Case("everybody of an organisation, or of none", FAIL, narrow(like("o-exampleorgid", "IfExists"))),
        *(
            Case(f"everybody of an organisation, and {name}", FAIL, narrow({**OF_ORGANISATION, **more}))
            for name, more in WITH_MORE.items()
        ),
        Case(
            "everybody of an organisation, from a network",
            UNKNOWN,
            narrow({**OF_ORGANISATION, "StringLike": {"aws:SourceVpce": "vpce-0a1b2c3d"}}),
        ),
        *(
            Case(f"everybody of a part of an organisation, by {operator}", FAIL, narrow({operator: OF_A_PART}))
            for operator in ("ForAnyValue:StringLike", "StringLike")
        ),
        *(
            Case(f"everybody of {path}", verdict, narrow(where("aws:PrincipalOrgPaths", path, operator="StringLike")))
            for path, verdict in {"o-*": FAIL, "o-*/r-1a2b/*": UNKNOWN}.items()
        ),
        Case(
            "everybody of this account",
            PASS,
            open_to("*", condition=where("aws:PrincipalAccount", ACCOUNT), policy_is_public=False),
        ),
        Case(
            "everybody of another account",
            FAIL,
            open_to("*", condition=where("aws:PrincipalAccount", OTHER_ACCOUNT), policy_is_public=False),
        ),
        Case(
            "roles of this account",
            PASS,
            open_to(
                "*",
                condition=where("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*", operator="ArnLike"),
                policy_is_public=False,
            ),
        ),
        Case(
            "roles of any account",
            FAIL,
            open_to(
                "*",
                condition=where("aws:PrincipalArn", "arn:aws:iam::*:role/deploy", operator="ArnLike"),
                policy_is_public=True,
                **OPEN_BLOCKS,
            ),
        ),
        Case(
            "whoever comes from a network",
            UNKNOWN,
            open_to("*", condition=where("aws:SourceVpce", "vpce-0a1b2c3d"), policy_is_public=False),
        ),
        Case(
            "another account, by our access points",
            UNKNOWN,
            open_to(PARTNER, condition=where("s3:DataAccessPointAccount", ACCOUNT)),
        ),
        Case(
            "another account, by an access point of its own",
            FAIL,
            open_to(PARTNER, condition=where("s3:DataAccessPointAccount", OTHER_ACCOUNT)),
        ),
        *(
            Case(f"another account, with {key} that it has", FAIL, open_to(PARTNER, condition=where(key, value)))
            for key, value in (
                ("aws:PrincipalTag/team", "ml"),
                ("aws:MultiFactorAuthPresent", "true"),
                ("aws:ResourceAccount", ACCOUNT),
                ("s3:ResourceAccount", ACCOUNT),
            )
        ),
        Case("another account, through a service", UNKNOWN, open_to(PARTNER, condition=where("aws:CalledVia", ATHENA))),
        Case(
            "another account, and denied but through services",
            UNKNOWN,
            open_to(PARTNER, "s3:*", deny("s3:*", Principal="*", Condition={"Bool": {"aws:ViaAWSService": "false"}})),
        ),
        Case("another account, from everywhere", FAIL, open_to(PARTNER, condition=from_addresses("0.0.0.0/0"))),
        Case(
            "another account, but from some addresses",
            FAIL,
            open_to(PARTNER, condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        ),
        Case(
            "another account, of buckets of a third",
            PASS,
            open_to(PARTNER, condition=where("aws:ResourceAccount", "444455556666")),
        ),
        Case(
            "another account, with a header that it writes",
            FAIL,
            open_to(PARTNER, condition=where("s3:x-amz-acl", "bucket-owner-full-control")),
        ),
        Case(
            "another account writes, with TLS required",
            FAIL,
            open_to(PARTNER, "s3:PutObject", deny("s3:*", f"{ARN}/*", **PLAIN_HTTP)),
        ),
        Case(
            "another account writes, and is denied",
            PASS,
            open_to(PARTNER, "s3:PutObject", deny("s3:*", f"{ARN}/*", Principal=PARTNER)),
        ),
        *(
            Case(f"everybody writes but for all beside a partner, by {name}", FAIL, perimeter(condition))
            for name, condition in SPARING.items()
        ),
        Case(
            "everybody writes but for all beside this account", PASS, perimeter(of_account("StringNotEquals", ACCOUNT))
        ),
        *(
            Case(f"everybody writes, and a denial spares {name}", verdict, sparing(*spared))
            for name, verdict, spared in (
                ("this account", PASS, [ACCOUNT]),
                ("a partner, of which AWS asks more", UNKNOWN, [ACCOUNT, OTHER_ACCOUNT]),
                ("a user of a partner", FAIL, [ACCOUNT, OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:user/in"]),
            )
        ),
        Case(
            "everybody writes, and some are denied for a network",
            UNKNOWN,
            perimeter({"StringNotEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}}),
        ),
        *(
            Case(f"everybody writes, and is denied by {name}", FAIL, perimeter(condition))
            for name, condition in PERIMETERS.items()
        ),
        *(
            Case(f"another account writes, and is denied by {name}", FAIL, perimeter(condition, PARTNER))
            for name, condition in PERIMETERS.items()
        ),
        *(
            Case(f"this account writes, others are denied by {name}", PASS, perimeter(condition, {"AWS": ACCOUNT}))
            for name, condition in PERIMETERS.items()
        ),
        Case(
            "another account writes, but for one prefix",
            FAIL,
            open_to(PARTNER, "s3:PutObject", deny("s3:*", f"{ARN}/private/*", Principal=PARTNER)),
        ),
        Case("every AWS user, by the ACL", FAIL, with_acl(grant("global/AuthenticatedUsers", "WRITE"))),
        Case(
            "every AWS user, by an ACL that is ignored",
            PASS,
            with_acl(grant("global/AuthenticatedUsers", "WRITE"), public_access_block=block(ignore_public_acls=True)),
        ),
        Case("every AWS user reads, by the ACL", PASS, with_acl(grant("global/AuthenticatedUsers"))),
        Case("a canonical user, by the ACL", FAIL, with_acl(granted_to(THEM, "WRITE"))),
        Case("a canonical user, by an ACL without owner", UNKNOWN, with_acl(granted_to(THEM, "WRITE"), owner_id=None)),
        Case("logs delivered by AWS", PASS, with_acl(grant("s3/LogDelivery", "WRITE"))),
        Case("logs of CloudFront, by the ACL", PASS, with_acl(granted_to(CLOUDFRONT, "FULL_CONTROL"))),
        Case("no policy, and the ACL was denied", UNKNOWN, ours(policy=None)),
        *SHARED,
    ],
    "s3_ml_bucket_readable_by_other_accounts": [
        Case("no policy", PASS, ours(policy=None)),
        Case("another account writes", PASS, open_to(PARTNER)),
        Case("another account reads", FAIL, open_to(PARTNER, "s3:GetObject")),
        Case("another account reads old versions", FAIL, open_to(PARTNER, "s3:GetObjectVersion")),
        Case("another account lists", PASS, settable("s3:ListBucket")),
        *(
            Case(f"who signs in by {name}", verdict, open_to({"Federated": provider}, "s3:GetObject"))
            for name, verdict, provider in (
                ("a provider of this account", PASS, f"arn:aws:iam::{ACCOUNT}:saml-provider/staff"),
                ("a provider of another account", UNKNOWN, f"arn:aws:iam::{OTHER_ACCOUNT}:saml-provider/staff"),
                ("a public provider", UNKNOWN, "accounts.google.com"),
            )
        ),
        Case("an identity of CloudFront, of whatever account", UNKNOWN, open_to(OAI, "s3:GetObject")),
        *(
            Case(f"a distribution of {name}", verdict, distributed_by(account))
            for name, verdict, account in (("this account", PASS, ACCOUNT), ("another account", FAIL, OTHER_ACCOUNT))
        ),
        Case("a distribution of whatever account", PASS, open_to(CDN, "s3:GetObject")),
        Case(
            "another account reads, of one prefix",
            FAIL,
            ours(policy=document(allow("s3:Get*", f"{ARN}/shared/*", Principal=PARTNER))),
        ),
        Case(
            "another account reads, in some region",
            FAIL,
            open_to(PARTNER, "s3:GetObject", condition=where("aws:RequestedRegion", "eu-west-1")),
        ),
        Case(
            "everybody of an organisation",
            FAIL,
            open_to("*", "s3:GetObject", condition=OF_ORGANISATION, policy_is_public=False),
        ),
        Case(
            "everybody from a range",
            FAIL,
            open_to("*", "s3:GetObject", condition=from_addresses("203.0.113.0/24"), policy_is_public=False),
        ),
        *SHARED,
    ],
    "s3_ml_bucket_configurable_by_other_accounts": [
        Case("no policy", PASS, ours(policy=None, **PRIVATE)),
        Case("another account puts objects", PASS, open_to(PARTNER)),
        Case("another account may set the policy, which S3 refuses", PASS, settable("s3:PutBucketPolicy")),
        *(Case(f"another account may {action}", FAIL, settable(f"s3:{action}")) for action in SETTINGS),
        Case(
            "objects alone, which have no lifecycle",
            PASS,
            ours(policy=document(allow("s3:PutLifecycleConfiguration", f"{ARN}/*", Principal=PARTNER)), **PRIVATE),
        ),
        Case(
            "everybody of an organisation",
            FAIL,
            open_to("*", "s3:PutObjectAcl", condition=OF_ORGANISATION, policy_is_public=False),
        ),
        Case(
            "everybody from a range",
            FAIL,
            open_to("*", "s3:PutObjectAcl", condition=from_addresses("203.0.113.0/24"), policy_is_public=False),
        ),
        Case("an ACL that others may write", FAIL, with_acl(granted_to(THEM, "WRITE_ACP"))),
        Case("logs of CloudFront, by the ACL", PASS, with_acl(granted_to(CLOUDFRONT, "FULL_CONTROL"))),
        Case("all control, by the ACL", FAIL, with_acl(granted_to(THEM, "FULL_CONTROL"))),
        Case(
            "settings, under a condition on a network",
            UNKNOWN,
            ours(
                policy=document(
                    allow("s3:Put*", ARN, Principal=PARTNER, Condition=where("aws:SourceVpc", "vpc-0a1b2c3d"))
                ),
                **PRIVATE,
            ),
        ),
        *SHARED,
    ],
    "s3_ml_bucket_service_without_source": [
        Case("no policy", NOT_APPLICABLE, ours(policy=None)),
        Case("no service", PASS, open_to(PARTNER)),
        Case("for this account", PASS, open_to(LOGS, condition=where("aws:SourceAccount", ACCOUNT))),
        Case(
            "for resources of this account",
            PASS,
            open_to(LOGS, condition=where("aws:SourceArn", f"arn:aws:s3:*:{ACCOUNT}:*", operator="ArnLike")),
        ),
        Case("for any account", FAIL, open_to(LOGS)),
        Case(
            "for resources of any account",
            FAIL,
            open_to(LOGS, condition=where("aws:SourceArn", "arn:aws:s3:*:*:*", operator="ArnLike")),
        ),
        Case(
            "for this account, if there is one",
            UNKNOWN,
            open_to(LOGS, condition=where("aws:SourceAccount", ACCOUNT, operator="StringEqualsIfExists")),
        ),
        Case(
            "for any account, and all others are denied",
            PASS,
            open_to(
                LOGS,
                "s3:PutObject",
                deny(
                    "s3:*",
                    f"{ARN}/*",
                    Principal=LOGS,
                    Condition=where("aws:SourceAccount", ACCOUNT, operator="StringNotEquals"),
                ),
            ),
        ),
        Case(
            "for buckets of any account",
            FAIL,
            open_to(LOGS, condition=where("aws:SourceArn", "arn:aws:s3:::*", operator="ArnLike")),
        ),
        *(
            Case(f"{name} for load balancers of this account", PASS, delivered(who, f"web/AWSLogs/{ACCOUNT}/*"))
            for name, who in BALANCERS.items()
        ),
        *(Case(f"{name} for any load balancer", FAIL, delivered(who, "web/*")) for name, who in BALANCERS.items()),
        *(
            Case(f"{name} for load balancers of any account", FAIL, delivered(who, "web/AWSLogs/*"))
            for name, who in BALANCERS.items()
        ),
        Case("trails, whose prefix may look like that", FAIL, delivered(TRAILS, f"AWSLogs/{ACCOUNT}/*")),
        Case("trails of older days", FAIL, delivered({"AWS": DELIVERIES["CloudTrail"]}, f"AWSLogs/{ACCOUNT}/*")),
        *(Case(f"as the console lets in {name}", PASS, policy) for name, policy in CONSOLE.items()),
        Case("an older way to deliver, of this account", PASS, open_to({"AWS": BALANCER}, condition=OF_US)),
        *(
            Case(f"everybody, {name}", verdict, open_to("*", condition=condition))
            for name, verdict, condition in (
                ("if it is a service", FAIL, {"Bool": {"aws:PrincipalIsAWSService": "true"}}),
                ("if it is no service", PASS, {"Bool": {"aws:PrincipalIsAWSService": "false"}}),
                ("if it is a service by name", FAIL, where("aws:PrincipalServiceName", "logging.s3.amazonaws.com")),
                (
                    "if it is a service, for this account",
                    PASS,
                    {"Bool": {"aws:PrincipalIsAWSService": "true"}, **where("aws:SourceAccount", ACCOUNT)},
                ),
                ("of an organisation", PASS, where("aws:PrincipalOrgID", "o-exampleorgid")),
            )
        ),
        Case("for an organisation", PASS, open_to(LOGS, condition=where("aws:SourceOrgID", "o-exampleorgid"))),
        *SHARED,
    ],
}
