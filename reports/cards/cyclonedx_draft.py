"""A draft as CycloneDX 1.6: a bill of one component, a model with its card."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC

from reports.cyclonedx.texts import Json, address, full, prop, version
from reports.writing import without_secrets
from scanner import __version__
from scanner.cards.card_draft import OPEN, Draft

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mlposture:card:1")


def render_cyclonedx(draft: Draft) -> str:
    """The document."""
    at = draft.taken_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, draft.ref + at)}",
        "version": 1,
        "metadata": {
            "timestamp": at,
            "tools": {"components": [{"type": "application", "name": "mlposture", "version": __version__}]},
        },
        "components": [_component(draft)],
    }
    return json.dumps(without_secrets(document), indent=2) + "\n"


def _component(draft: Draft) -> Json:
    urls = [url for one in draft.artifacts if (url := address(one))]
    return full(
        type="machine-learning-model",
        bom_ref=draft.ref,
        name=draft.name,
        version=version(draft.version),
        externalReferences=[{"type": "distribution", "url": url} for url in urls],
        modelCard=full(
            modelParameters=full(datasets=list(_datasets(draft))),
            quantitativeAnalysis=full(performanceMetrics=list(_metrics(draft))),
            considerations={
                "users": [OPEN],
                "useCases": [OPEN],
                "technicalLimitations": [OPEN],
                "ethicalConsiderations": [{"name": OPEN, "mitigationStrategy": OPEN}],
            },
            properties=list(_properties(draft)),
        ),
    )


def _datasets(draft: Draft) -> Iterator[Json]:
    for one in draft.data:
        url = address(one)
        yield full(type="dataset", name=one, contents={"url": url} if url else None)


def _metrics(draft: Draft) -> Iterator[Json]:
    """Metrics that a card records."""
    for one in draft.measures:
        if one.name and one.value is not None:
            yield {"type": one.name, "value": str(one.value)}


def _properties(draft: Draft) -> Iterator[Json]:
    """Each item by its title: what was seen, or that it is open."""
    for section in draft.sections:
        for question in section.questions:
            answers = draft.answers.get(question.id, ())
            for one in answers:
                yield prop(question.title, f"{one.basis}: {one.what}: {one.value}")
            if not answers:
                yield prop(question.title, OPEN)
    for one in draft.about:
        yield prop(f"{one.basis}:{one.what}", one.value)
