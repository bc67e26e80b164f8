"""AWS spelling of permissions, and which operations may be called at all.

An IAM action is `service:ApiOperation` but for the exceptions below (Service Authorization Reference).
"""

from scanner.model.needs import Asked

#: What the provider itself asks, whatever the checks. sts:GetCallerIdentity needs no permission.
DISCOVERY = {"ec2:DescribeRegions": Asked("which regions are enabled", regional=True)}
#: The role that a scan of an organisation assumes in each account, unless it is told another.
MEMBER_ROLE = "mlposture-reader"
#: What it asks besides, of the organisation, when asked to scan one.
ENUMERATION = {
    "organizations:ListAccounts": Asked("which accounts the organisation has"),
    "sts:AssumeRole": Asked(f"to read an account with its role {MEMBER_ROLE}"),
}
#: What is asked after a comparison of two scans, of logs, where changes are looked for.
CAUSES = {
    "cloudtrail:LookupEvents": Asked("what changed between two scans, and who changed it"),
    "iam:ListAttachedRolePolicies": Asked("whose changes may have changed what the scanner may do"),
}
#: Operations of collectors that only save calls: what they do not say is read in another way.
OPTIONAL = frozenset({"sagemaker:Search", "iam:GetAccountAuthorizationDetails"})
#: API operations whose IAM action has another name.
_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}
_READ_VERBS = ("List", "Describe", "Get", "Head")
#: Reads of metadata that have another verb. A simulation makes no request but its own.
_READS = frozenset(
    {"sagemaker:Search", "sagemaker:QueryLineage", "iam:SimulatePrincipalPolicy", "cloudtrail:LookupEvents"}
)
#: What reads model cards and data sheets in files, with --read-documents alone, and of which names in any bucket.
DOCUMENTS = frozenset({"s3:GetObject"})
DOCUMENT_ARNS = tuple(
    f"arn:aws:s3:::*/{name}"
    for name in ("README.md", "model_card.*", "croissant.json", "metadata.json", "dataset_card.md", "datasheet.md")
)
#: Reads that return secrets, model data or object bodies. Never called, whatever a collector declares; but for
#: `DOCUMENTS`, of files with the names of documents, by the method of the client that knows these names.
_FORBIDDEN = frozenset(
    {
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "s3:GetObject",
        "sagemaker:GetRecord",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "lambda:GetFunction",
        "sts:GetSessionToken",
        "sts:GetFederationToken",
    }
)


def permission(operation: str) -> str:
    """The IAM action that allows this API operation: `s3:HeadBucket` → `s3:ListBucket`."""
    return _ACTIONS.get(operation, operation)


def is_read(operation: str) -> bool:
    """Whether an operation only reads metadata."""
    name = operation.partition(":")[2]
    return (name.startswith(_READ_VERBS) or operation in _READS) and operation not in _FORBIDDEN
