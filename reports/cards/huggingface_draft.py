"""A draft as Hugging Face takes it: a README with YAML at its top. Source: "Model Cards" in the Hub's documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reports.cards.markdown_card import body
from reports.writing import without_secrets
from scanner.cards.card_draft import OPEN, Draft


def render_huggingface(draft: Draft) -> str:
    """The README."""
    return "\n".join((*_front_matter(without_secrets(_metadata(draft))), "", *body(draft, "Model card"), ""))


def _metadata(draft: Draft) -> dict[str, Any]:
    """What was seen, under the names that the Hub knows, or names of our own for what it has none for."""
    made: dict[str, Any] = {"model_name": draft.name}
    if draft.version:
        made["model_version"] = draft.version
    if draft.artifacts:
        made["model_artifact"] = list(draft.artifacts)
    if draft.data:
        made["datasets"] = list(draft.data)
    if results := list(_results(draft)):
        made["model-index"] = [{"name": draft.name, "results": results}]
    return made


def _results(draft: Draft) -> Iterator[dict[str, Any]]:
    """Metrics that a card records. On what data, and for which task, it is to be said by people."""
    metrics = [{"type": one.name, "value": one.value} for one in draft.measures if one.value is not None]
    if metrics:
        yield {"task": {"type": OPEN}, "dataset": {"type": OPEN, "name": OPEN}, "metrics": metrics}


def _front_matter(metadata: dict[str, Any]) -> Iterator[str]:
    """YAML, of which JSON is a part: texts of others need no quoting of ours."""
    yield "---"
    for key, value in metadata.items():
        yield f"{key}: {json.dumps(value)}"
    yield "---"
