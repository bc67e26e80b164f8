"""The Resource Groups Tagging API of an AWS world, as far as it is asked about resources by their ARNs.

Tags are those of buckets, and in the world file's `tags`: `{ARN: {key: value}}`. It tells none of roles, as AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError

_MOST = 100
_WITH_NOTHING_ELSE = ("PaginationToken", "ResourcesPerPage", "TagsPerPage", "TagFilters", "ResourceTypeFilters")


def check_tags(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note tags that are none."""
    for arn, tags in (document.get("tags") or {}).items():
        if not isinstance(tags, dict) or not all(isinstance(text, str) for text in (*tags, *tags.values())):
            problems.append(f"tags.{arn}: expected texts by name, found {tags!r}")


def get_resources(document: Mapping[str, Any], region: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The tags of the resources that are asked about, of those in this region that have some or had."""
    arns = params.get("ResourceARNList")
    if not isinstance(arns, list) or not 0 < len(arns) <= _MOST:
        raise _refused(f"1 to {_MOST} ARNs are expected; the world does not list what it is not asked about")
    for name in _WITH_NOTHING_ELSE:
        if name in params:
            raise _refused(f"You cannot specify both ResourceARNList and {name}")
    for arn in arns:
        if len(arn.split(":", 5)) < 6 or not arn.startswith("arn:") or "#" in arn:
            raise _refused(f"{arn} is not a valid ARN")
    found = {**_of_buckets(document, region), **(document.get("tags") or {})}
    here = (arn for arn in arns if arn in found and arn.split(":")[3] in ("", region))
    return {
        "PaginationToken": "",
        "ResourceTagMappingList": [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in found[arn].items()]}
            for arn in here
        ],
    }


def _of_buckets(document: Mapping[str, Any], region: str) -> dict[str, dict[str, str]]:
    return {
        f"arn:aws:s3:::{bucket['name']}": bucket["tags"]
        for bucket in document.get("buckets") or ()
        if bucket.get("tags") and bucket.get("region") == region
    }


def _refused(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterException", message)
