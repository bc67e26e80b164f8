"""Macie of an AWS world.

In the world file: `macie: {eu-west-1: [{bucketName: ..., automatedDiscoveryMonitoringStatus: MONITORED}]}`; in a region
that is not named it is not enabled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model


def check_macie(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note buckets that Macie could not have."""
    shape = known_model("macie2").shape_for("BucketMetadata")
    for region, buckets in (document.get("macie") or {}).items():
        for number, bucket in enumerate(buckets):
            conform(bucket, shape, f"macie.{region}[{number}]", problems)


def answer_macie(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    enabled = document.get("macie") or {}
    if region not in enabled:
        raise AwsError(403, "AccessDeniedException", "Macie is not enabled.")
    if name == "DescribeBuckets":
        names = params["criteria"]["bucketName"]["eq"]
        return {"buckets": [bucket for bucket in enabled[region] if bucket["bucketName"] in names]}
    raise AwsError(400, "UnknownOperationException", f"The world has no macie2:{name}")
