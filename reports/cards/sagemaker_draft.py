"""A draft as SageMaker takes it: JSON of its schema for the card of a model package, or of any other model.

Source: "Model package model card schema" in the SageMaker Developer Guide; the card of another model has more members
of `model_overview`. What has no member of its own is a custom detail.
"""

from __future__ import annotations

import json
from typing import Any

from reports.cyclonedx.texts import full
from reports.writing import without_secrets
from scanner.cards.card_draft import OPEN, Draft, Statement

#: The longest text of a member, of an address and of the name of a metric; the most addresses of a list.
_TEXT, _ADDRESS, _NAME, _MOST = 1024, 1024, 255, 15
_PACKAGE = "aws.sagemaker.ModelPackage"
#: Members for what people have to say, and the items that each is about.
_MEMBERS = {
    ("model_overview", "model_creator"): "MC-1.1",
    ("intended_uses", "purpose_of_model"): "MC-2.1",
    ("business_details", "business_stakeholders"): "MC-2.2",
    ("intended_uses", "factors_affecting_model_efficiency"): "MC-3.1",
    ("training_details", "training_observations"): "MC-6.2",
    ("intended_uses", "explanations_for_risk_rating"): "MC-8.3",
    ("additional_information", "ethical_considerations"): "MC-8.4",
    ("additional_information", "caveats_and_recommendations"): "MC-9.1",
}
#: Items that members of their own hold, where there is something.
_OWN = {"MC-4.1": "measures", "MC-6.1": "data"}


def render_sagemaker(draft: Draft) -> str:
    """The JSON."""
    return json.dumps(without_secrets(_document(draft)), indent=2) + "\n"


def _document(draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {
        "model_overview": _overview(draft),
        "intended_uses": {"risk_rating": "Unknown"},
        "business_details": {},
        "training_details": {"training_job_details": _job(draft)},
        "evaluation_details": _evaluation(draft),
        "additional_information": {"custom_details": _details(draft)},
    }
    for (section, member), id in _MEMBERS.items():
        made[section][member] = _said(draft.answers.get(id, ()))
    if not made["training_details"]["training_job_details"]:
        del made["training_details"]["training_job_details"]
    return made


def _overview(draft: Draft) -> dict[str, Any]:
    found = full(model_artifact=_addresses(draft.artifacts))
    found = {key.replace("-", "_"): value for key, value in found.items()}
    if draft.kind == _PACKAGE:  # whose card has no more
        return found
    return {**found, "model_id": draft.ref[:_TEXT], "model_name": draft.name[:_TEXT]}


def _job(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if draft.job:
        found["training_arn"] = draft.job[:_TEXT]
    if draft.data:
        found["training_datasets"] = _addresses(draft.data)
    return found


def _evaluation(draft: Draft) -> list[dict[str, Any]]:
    """Metrics that a card records."""
    metrics = [
        {"name": (one.name or "")[:_NAME], "type": "number", "value": one.value}
        for one in draft.measures
        if one.value is not None and one.name
    ]
    return [{"name": "recorded", "metric_groups": [{"name": "recorded", "metric_data": metrics}]}] if metrics else []


def _details(draft: Draft) -> dict[str, str]:
    """What has no member of its own: by the title of its item, and what else was seen."""
    found: dict[str, str] = {}
    for section in draft.sections:
        for question in section.questions:
            held = question.id in _MEMBERS.values() or getattr(draft, _OWN.get(question.id, ""), None)
            if not held and question.id != "MC-8.2":  # the risk rating is that
                found[question.title] = _said(draft.answers.get(question.id, ()))
    for one in draft.about:
        found.setdefault(f"{one.basis}: {one.what}"[:_TEXT], one.value[:_TEXT])
    return found


def _said(statements: tuple[Statement, ...]) -> str:
    return "; ".join(f"{one.basis}: {one.what}: {one.value}" for one in statements)[:_TEXT] or OPEN


def _addresses(found: tuple[str, ...]) -> list[str]:
    return [one for one in found if len(one) <= _ADDRESS][:_MOST]
