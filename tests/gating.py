"""A manifest with thresholds, and an evaluation by group, for tests of the gate."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MODEL = "5" * 64
_AWS = '{provider: aws, accounts: ["111122223333"]}'
_SYSTEM = """\
schema: ai-systems/1
organisation: {name: Northwind Example}
systems:
- id: progression
  name: Progression of a disease
  status: development
  owner: {team: clinical-ai, contact: ml@northwind.example}
  purpose: {intended: Forecast a year}
  classification:
    eu_ai_act: {tier: minimal, rationale: A test, decided_by: dpo, decided_on: 2026-09-01}
  selectors:
    include:
    - {provider: aws, accounts: ["111122223333"]}
  expectations:
"""
SEX = "{metric: mae, facet: sex, at_most: 60, smallest_group: 20, set_by: clinical lead, why: No sex is served worse}"


def declaring(expectations: str) -> str:
    """A manifest with these lines below `expectations`, and that key."""
    return _SYSTEM.replace("  expectations:\n", expectations)


def manifest(folder: Path, *thresholds: str, more: str = "", model: str = "") -> None:
    """Write ai-systems.yaml with these thresholds, and `more` of what is expected; of a `model` of MLflow, if named."""
    lines = "".join(f"    - {one}\n" for one in thresholds)
    system = _SYSTEM.replace(_AWS, f"{{provider: mlflow, registered_models: [{model}]}}") if model else _SYSTEM
    text = system + (f"    thresholds:\n{lines}" if thresholds else "    monitoring: []\n") + more
    (folder / "ai-systems.yaml").write_text(text, encoding="utf-8")


def evaluation(folder: Path, sexes: dict[str, tuple[float, int]], name: str = "evaluation.json", **more: Any) -> str:
    """Write an evaluation with the error and the number of items of each sex; what the file is called."""
    values = [
        {"metric": "mae", "value": value, "items": items, "standard_error": 2.0, "group": {"sex": sex}}
        for sex, (value, items) in sexes.items()
    ]
    document = {
        "schema": "mlposture/evaluation/v1",
        "model_digest": MODEL,
        "data": {"digest": "0e57", "name": "held out"},
        "trained_on": ["7e41"],
        "at": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
        "by": "pipeline",
        "values": values,
        **more,
    }
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return name
