"""S3 kinds: typed snapshots."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET

from checks.aws.members import AwsPart
from scanner.cards.card_files import Document
from scanner.cards.sheet_files import SheetFile
from scanner.model.nouns import Holds, Observed, Read, Resource

OBJECTS = "s3:ListObjectsV2"


class PublicAccessBlock(AwsPart, frozen=True, kw_only=True):
    """The four switches of S3 Block Public Access, on a bucket or on an account."""

    block_public_acls: bool | None = None
    ignore_public_acls: bool | None = None
    block_public_policy: bool | None = None
    restrict_public_buckets: bool | None = None


class Grantee(AwsPart, frozen=True, kw_only=True):
    """Who an ACL grants to; `uri` is set for the groups, `id` for an account, by its canonical user id."""

    type: str | None = None
    id: str | None = msgspec.field(default=None, name="ID")
    uri: str | None = msgspec.field(default=None, name="URI")


class Grant(AwsPart, frozen=True, kw_only=True):
    """One entry of an ACL."""

    grantee: Grantee | None = None
    permission: str | None = None


class DefaultEncryption(AwsPart, frozen=True, kw_only=True):
    """How new objects are encrypted; no key with KMS means the key that AWS manages."""

    sse_algorithm: str | None = msgspec.field(default=None, name="SSEAlgorithm")
    kms_master_key_id: str | None = msgspec.field(default=None, name="KMSMasterKeyID")


class EncryptionRule(AwsPart, frozen=True, kw_only=True):
    """One rule of a bucket's default encryption."""

    apply_server_side_encryption_by_default: DefaultEncryption | None = None


class Bucket(Resource, frozen=True, kw_only=True):
    """An S3 bucket that ML resources of this account refer to, whoever owns it, or that they would.

    `owned` is whether it is this account's. Of a bucket that is not, or does not exist, nothing more is asked. Id: its
    ARN; for one that is not this account's, with the account that saw it, as two accounts may name the same bucket.
    """

    kind: ClassVar[str] = "aws.s3.Bucket"
    title: ClassVar[str] = "S3 bucket used by ML resources"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    exists: Observed[bool] = UNSET
    owned: Observed[bool] = UNSET
    region: Observed[str] = UNSET
    is_default_name: Observed[bool] = UNSET
    public_access_block: Annotated[
        Observed[PublicAccessBlock], Read("s3:GetPublicAccessBlock", "PublicAccessBlockConfiguration")
    ] = UNSET
    account_public_access_block: Annotated[
        Observed[PublicAccessBlock], Read("s3:GetAccountPublicAccessBlock", "PublicAccessBlockConfiguration")
    ] = UNSET
    policy: Annotated[Observed[dict[str, Any]], Read("s3:GetBucketPolicy", "Policy", json=True)] = UNSET
    policy_is_public: Annotated[Observed[bool], Read("s3:GetBucketPolicyStatus", "PolicyStatus.IsPublic")] = UNSET
    grants: Annotated[Observed[tuple[Grant, ...]], Read("s3:GetBucketAcl", "Grants")] = UNSET
    owner_id: Annotated[Observed[str], Read("s3:GetBucketAcl", "Owner.ID")] = UNSET
    encryption: Annotated[
        Observed[tuple[EncryptionRule, ...]], Read("s3:GetBucketEncryption", "ServerSideEncryptionConfiguration.Rules")
    ] = UNSET
    versioning: Annotated[Observed[str], Read("s3:GetBucketVersioning", "Status")] = UNSET
    logging_target: Annotated[Observed[str], Read("s3:GetBucketLogging", "LoggingEnabled.TargetBucket")] = UNSET


class AccountBucket(Resource, frozen=True, kw_only=True):
    """The name of an S3 bucket that an account has, whatever is in it, where several accounts are scanned.

    It says of a bucket that ML resources of one account refer to that it is another's of the same scan. Nothing else is
    asked of it. Id: the ARN of the bucket.
    """

    kind: ClassVar[str] = "aws.s3.AccountBucket"
    title: ClassVar[str] = "name of an S3 bucket of an account, where several are scanned"
    holds: ClassVar[Holds] = Holds.ARTIFACT


class ModelFolder(Resource, frozen=True, kw_only=True):
    """Where the artifact of a model package that serves lies, with the files there that may be model cards.

    Read with `--read-documents` alone: nothing is listed, and files are asked for by the names that model cards have.
    `refused` are the names of which it is not known whether there is one: without the right to list the bucket S3
    refuses a file that is not there as one that may not be read. Id: its address, without a
    slash at the end, with the account that saw it.
    """

    kind: ClassVar[str] = "aws.s3.ModelFolder"
    title: ClassVar[str] = "model cards in files beside an artifact in S3"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    documents: Observed[tuple[Document, ...]] = UNSET
    refused: Observed[tuple[str, ...]] = UNSET


class ArtifactObject(Resource, frozen=True, kw_only=True):
    """What lies now where a model package that serves names an object as its artifact, or a part of it.

    Asked for where AI systems are declared, by its whole key, from a listing: no right to content is needed. The entity
    tag changes with the content, and with how it was uploaded and encrypted; it is the MD5 of it only of an object that
    was put in one piece, without a key of KMS or of the caller's. Id: its address, with the account that saw it.
    """

    kind: ClassVar[str] = "aws.s3.ArtifactObject"
    title: ClassVar[str] = "object in S3 that is an artifact of a model package"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    exists: Observed[bool] = UNSET
    #: without its quotes
    etag: Annotated[Observed[str], Read(OBJECTS, "ETag")] = UNSET
    last_modified: Annotated[Observed[datetime], Read(OBJECTS, "LastModified")] = UNSET


class DataFolder(Resource, frozen=True, kw_only=True):
    """Where data lies that a model which serves was trained with, with the files there that may be data sheets.

    Read with `--read-documents` alone, by the names that data sheets have. `refused` are the names of which it is not
    known whether there is one, as of `ModelFolder`. Id: its address, without a slash at the end, with the account that
    saw it.
    """

    kind: ClassVar[str] = "aws.s3.DataFolder"
    title: ClassVar[str] = "data sheets in files beside training data in S3"
    holds: ClassVar[Holds] = Holds.TRAINING

    documents: Observed[tuple[SheetFile, ...]] = UNSET
    refused: Observed[tuple[str, ...]] = UNSET
