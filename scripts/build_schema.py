"""Write the JSON Schemas of reports, dossiers, inventories and of all that users write in YAML to docs/reference/.

Run without arguments to write the files, or with --check to exit 1 when a committed one is out of date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script also runs where the project is not installed

from reports.json_diff_types_v1 import DiffV1  # noqa: E402
from reports.json_trend_types_v1 import TrendV1  # noqa: E402
from reports.json_types_v1 import ReportV1  # noqa: E402
from reports.notification_types_v1 import NotificationV1  # noqa: E402
from scanner.evidence.dossier_types import Dossier  # noqa: E402
from scanner.frameworks.yaml_types import FrameworkSource  # noqa: E402
from scanner.gate.evaluation_file import EvaluationFile  # noqa: E402
from scanner.gate.gate_types import GateResult  # noqa: E402
from scanner.model.nouns import Gap, Listing, Resource, Scope  # noqa: E402
from scanner.model.origins import Principal  # noqa: E402
from scanner.model.registry import kinds, load  # noqa: E402
from scanner.store.saved import SCHEMA as INVENTORY  # noqa: E402
from scanner.store.saved import Shard  # noqa: E402
from scanner.suppress.register import RegisterSource  # noqa: E402
from scanner.systems.manifest import Manifest  # noqa: E402
from scanner.systems.triage_answers import Answers  # noqa: E402

TARGET = ROOT / "docs" / "reference"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> dict[str, Any]:
    """The schema of a JSON report."""
    return {"$schema": DIALECT, "title": "mlposture report, version 1", **msgspec.json.schema(ReportV1)}


def diff_schema() -> dict[str, Any]:
    """The schema of what `mlposture diff` writes."""
    return {"$schema": DIALECT, "title": "mlposture diff, version 1", **msgspec.json.schema(DiffV1)}


def notification_schema() -> dict[str, Any]:
    """The schema of what a webhook is sent."""
    return {"$schema": DIALECT, "title": "mlposture notification, version 1", **msgspec.json.schema(NotificationV1)}


def trend_schema() -> dict[str, Any]:
    """The schema of what `mlposture trend --json` prints."""
    return {"$schema": DIALECT, "title": "mlposture trend, version 1", **msgspec.json.schema(TrendV1)}


def inventory_schema(resources: Mapping[str, type[Resource]]) -> dict[str, Any]:
    """The schema of a saved inventory that holds these kinds."""
    names = sorted(resources)
    (gap, listing, principal, scope, shard, *classes), parts = msgspec.json.schema_components(
        [Gap, Listing, Principal, Scope, Shard, *(resources[name] for name in names)], ref_template="#/$defs/{name}"
    )
    members: dict[str, Any] = {
        "schema": {"const": INVENTORY},
        "taken_at": msgspec.json.schema(datetime),
        "shard": shard,
        "accounts": {"type": "array", "items": scope},
        "organizations": {"type": "array", "items": {"type": "string"}},
        "principals": {"type": "array", "items": principal},
        "scopes": {"type": "array", "items": scope},
        "gaps": {"type": "array", "items": gap},
        "listings": {"type": "array", "items": listing},
        "resources": {
            "type": "object",
            "properties": {
                name: {"type": "array", "items": schema} for name, schema in zip(names, classes, strict=True)
            },
            "additionalProperties": False,
        },
    }
    return {
        "$schema": DIALECT,
        "title": "mlposture inventory, version 1",
        "description": "In a resource, null is observed absent and a member that is left out was not observed.",
        "type": "object",
        "properties": members,
        "required": [name for name in members if name not in ("shard", "accounts", "organizations", "principals")],
        "$defs": parts,
    }


def systems_schema() -> dict[str, Any]:
    """The schema of a manifest of AI systems, for editors; `mlposture systems check` knows more."""
    return {"$schema": DIALECT, "title": "mlposture AI systems, version 1", **msgspec.json.schema(Manifest)}


def suppressions_schema() -> dict[str, Any]:
    """The schema of a file of suppressions, for editors; reading it knows more."""
    return {"$schema": DIALECT, "title": "mlposture suppressions, version 1", **msgspec.json.schema(RegisterSource)}


def triage_schema() -> dict[str, Any]:
    """The schema of answers to the risk triage, for editors; `mlposture systems triage` knows the questions."""
    return {"$schema": DIALECT, "title": "mlposture AI triage, version 1", **msgspec.json.schema(Answers)}


def framework_schema() -> dict[str, Any]:
    """The schema of a framework, for editors; reading it knows more."""
    return {"$schema": DIALECT, "title": "mlposture framework, version 1", **msgspec.json.schema(FrameworkSource)}


def dossier_schema() -> dict[str, Any]:
    """The schema of the JSON of a dossier."""
    return {"$schema": DIALECT, "title": "mlposture dossier, version 1", **msgspec.json.schema(Dossier)}


def evaluation_schema() -> dict[str, Any]:
    """The schema of an evaluation by group; reading it knows more."""
    return {"$schema": DIALECT, "title": "mlposture evaluation, version 1", **msgspec.json.schema(EvaluationFile)}


def gate_schema() -> dict[str, Any]:
    """The schema of a result of the evaluation gate."""
    return {"$schema": DIALECT, "title": "mlposture evaluation gate, version 1", **msgspec.json.schema(GateResult)}


def main() -> int:
    """Write or compare. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="exit 1 when a committed file is out of date")
    check = parser.parse_args().check
    schemas = {
        "report-v1.schema.json": report_schema(),
        "ai-systems-v1.schema.json": systems_schema(),
        "suppressions-v1.schema.json": suppressions_schema(),
        "ai-triage-v1.schema.json": triage_schema(),
        "framework-v1.schema.json": framework_schema(),
        "dossier-v1.schema.json": dossier_schema(),
        "evaluation-v1.schema.json": evaluation_schema(),
        "notification-v1.schema.json": notification_schema(),
        "trend-v1.schema.json": trend_schema(),
        "diff-v1.schema.json": diff_schema(),
        "gate-v1.schema.json": gate_schema(),
        "inventory-v1.schema.json": inventory_schema(kinds(load()[1].values())),
    }
    stale = 0
    for name, schema in schemas.items():
        path = TARGET / name
        content = msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
        if path.is_file() and path.read_bytes() == content:
            continue
        stale = 1
        if check:
            print(f"{path.relative_to(ROOT)} is out of date; run scripts/build_schema.py", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"wrote {path.relative_to(ROOT)}")
    return stale if check else 0


if __name__ == "__main__":
    sys.exit(main())
