"""Booleans and enums of an AWS world: from botocore's models, and by a table where the world file has its own form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from worlds.aws_model import KINDS, known_model
from worlds.aws_s3 import CANNED
from worlds.leaves import Leaf, Path, alternatives, walk

_ON_OFF = ("Enabled", "Suspended")
_EFFECTS = ("Allow", "Deny")
_RULE = "ServerSideEncryptionConfiguration.Rules"
_BLOCK = "PublicAccessBlockConfiguration"
#: key of a bucket in the world file -> operation and member that show it, and the enum's values or its shape
_BUCKET: dict[str, tuple[str, str, str | tuple[str, ...]]] = {
    "versioning": ("s3:GetBucketVersioning", "Status", _ON_OFF),
    "mfa_delete": ("s3:GetBucketVersioning", "MFADelete", "MFADeleteStatus"),
    "ownership": ("s3:GetBucketOwnershipControls", "OwnershipControls.Rules.ObjectOwnership", "ObjectOwnership"),
    "acl": ("s3:GetBucketAcl", "Grants", tuple(CANNED)),
}


def leaves(document: dict[str, Any]) -> Iterator[Leaf]:
    for region, services in (document.get("regions") or {}).items():
        for service, kinds in (services or {}).items():
            for kind in KINDS.get(service, ()):
                yield from _of_kind(service, kind, (kinds or {}).get(kind.name) or (), ("regions", region, service))
    for number, bucket in enumerate(document.get("buckets") or ()):
        yield from _of_bucket(bucket, ("buckets", number))
    everyones = tuple(bucket["name"] for bucket in document.get("buckets") or ())
    for switch, value in (document.get("account_public_access_block") or {}).items():
        source = ("s3:GetAccountPublicAccessBlock", f"{_BLOCK}.{switch}")
        yield Leaf(("account_public_access_block", switch), everyones, (source,), value, alternatives(value))
    yield from _of_roles(document)


def _of_kind(service: str, kind: Any, documents: Iterable[Any], path: Path) -> Iterator[Leaf]:
    model = known_model(service)
    shape = model.operation_model(kind.describe_op).output_shape
    summary = model.operation_model(kind.list_op).output_shape.members[kind.member].member.members
    for number, document in enumerate(documents):
        for found in walk(document, shape, _inside, lambda inner: getattr(inner, "enum", ())):
            sources = [(f"{service}:{kind.describe_op}", found.member)]
            if found.member.partition(".")[0] in summary:
                sources.append((f"{service}:{kind.list_op}", found.member))
            where = (*path, kind.name, number, *found.path)
            yield Leaf(where, (document[kind.id_member],), tuple(sources), found.value, found.alternatives)


def _inside(shape: Any, value: Any, key: str | None) -> Any:
    kind = getattr(shape, "type_name", "")
    if kind == "structure":
        return shape.members.get(key)
    return shape.member if kind == "list" else shape.value if kind == "map" else None


def knows(operation: str, path: Path) -> bool:
    service, _, name = operation.partition(":")
    if name == "GetAccountPublicAccessBlock":
        service, name = "s3control", "GetPublicAccessBlock"
    listed = {
        "logs:DescribeLogGroups": "logGroups",
        "glue:GetTables": "TableList",
        "macie2:DescribeBuckets": "buckets",
        "s3:ListObjectsV2": "Contents",
        "datazone:ListDomains": "items",
        "sagemaker:ListArtifacts": "ArtifactSummaries",
    }.get(operation)
    if listed:
        path = (listed, *path)
    if operation == "cloudwatch:DescribeAlarms":
        path = ("CompositeAlarms" if path[0] == "AlarmRule" else "MetricAlarms", *path)
    if operation == "tag:GetResources":
        service, path = "resourcegroupstaggingapi", ("ResourceTagMappingList", *path)
    shape = known_model(service).operation_model(name).output_shape
    kind = next((kind for kind in KINDS.get(service, ()) if kind.list_op == name), None)
    if kind is not None:
        shape = shape.members[kind.member]
    for step in path:
        while shape is not None and shape.type_name == "list":
            shape = shape.member
        shape = None if shape is None else _inside(shape, None, str(step))
    return shape is not None


def _of_bucket(bucket: dict[str, Any], path: Path) -> Iterator[Leaf]:
    def leaf(where: Path, source: tuple[str, str], allowed: Iterable[str] = (), *more: tuple[str, str]) -> Leaf:
        value: Any = bucket
        for key in where:
            value = value[key]
        return Leaf((*path, *where), (bucket["name"],), (source, *more), value, alternatives(value, allowed))

    for key, (operation, member, values) in _BUCKET.items():
        if isinstance(bucket.get(key), str):
            allowed = known_model("s3").shape_for(values).enum if isinstance(values, str) else values
            yield leaf((key,), (operation, member), allowed)
    for switch in bucket.get("public_access_block") or ():
        yield leaf(("public_access_block", switch), ("s3:GetPublicAccessBlock", f"{_BLOCK}.{switch}"))
    encryption = bucket.get("encryption") or {}
    if "SSEAlgorithm" in encryption:
        algorithms = known_model("s3").shape_for("ServerSideEncryption").enum
        member = f"{_RULE}.ApplyServerSideEncryptionByDefault.SSEAlgorithm"
        yield leaf(("encryption", "SSEAlgorithm"), ("s3:GetBucketEncryption", member), algorithms)
    if "BucketKeyEnabled" in encryption:
        yield leaf(("encryption", "BucketKeyEnabled"), ("s3:GetBucketEncryption", f"{_RULE}.BucketKeyEnabled"))
    public = ("s3:GetBucketPolicyStatus", "PolicyStatus.IsPublic")
    for found in walk(bucket.get("policy"), None, _in_policy, tuple):
        where = ("policy", *found.path)
        yield leaf(where, ("s3:GetBucketPolicy", f"Policy.{found.member}"), found.alternatives, public)


def _in_policy(shape: Any, value: Any, key: str | None) -> tuple[str, ...]:
    """Effects are the only enum of a policy document."""
    return _EFFECTS if key == "Effect" else ()


def _of_roles(document: dict[str, Any]) -> Iterator[Leaf]:
    def below(policy: Any, where: Path, roles: tuple[str, ...], source: tuple[str, str]) -> Iterator[Leaf]:
        operation, member = source
        for found in walk(policy, None, _in_policy, tuple):
            shown = ((operation, f"{member}.{found.member}"),)
            yield Leaf((*where, *found.path), roles, shown, found.value, found.alternatives)

    roles = document.get("roles") or []
    for number, role in enumerate(roles):
        name = (role["name"],)
        trust = ("iam:GetRole", "Role.AssumeRolePolicyDocument")
        yield from below(role["trust"], ("roles", number, "trust"), name, trust)
        for policy, text in (role.get("inline") or {}).items():
            inline = ("iam:GetRolePolicy", "PolicyDocument")
            yield from below(text, ("roles", number, "inline", policy), name, inline)
    for number, policy in enumerate(document.get("policies") or ()):
        holders = tuple(
            role["name"]
            for role in roles
            if policy["name"] in (*(role.get("managed_policies") or ()), role.get("permissions_boundary"))
        )
        managed = ("iam:GetPolicyVersion", "PolicyVersion.Document")
        if holders:
            yield from below(policy["document"], ("policies", number, "document"), holders, managed)
