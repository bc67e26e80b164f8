"""Versions of SageMaker model cards: the document of a card is its latest, the world file has what was other before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, Kind, known_model, offset, summary, token_from

CARD_OPERATIONS = ("sagemaker:DescribeModelCard", "sagemaker:ListModelCardVersions")
_VERSION = Kind("ModelCard", "ListModelCardVersions", "ModelCardVersionSummaryList", "DescribeModelCard", "")


def answer_card(latest: dict[str, Any], earlier: Mapping[str, Any], name: str, params: Mapping[str, Any]) -> Any:
    """One version of a card, or a page of all."""
    versions = [latest, *({**latest, **one} for one in earlier.get(latest["ModelCardName"], ()))]
    if name == "DescribeModelCard":
        return _one(versions, params.get("ModelCardVersion", latest["ModelCardVersion"]))
    shape = known_model("sagemaker").operation_model(name).output_shape.members[_VERSION.member].member
    start, size = offset(params.get("NextToken")), int(params.get("MaxResults") or 10)
    page = [summary(_VERSION, one, shape) for one in versions[start : start + size]]
    return {_VERSION.member: page, **({"NextToken": token_from(start + size)} if start + size < len(versions) else {})}


def _one(versions: list[dict[str, Any]], number: int) -> dict[str, Any]:
    for one in versions:
        if one["ModelCardVersion"] == number:
            return one
    raise AwsError(404, "ResourceNotFound", f"Could not find version {number} of the model card.")
