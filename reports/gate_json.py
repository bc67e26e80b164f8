"""The result of the evaluation gate as JSON: docs/reference/gate-v1.schema.json."""

import msgspec

from reports.writing import dump, without_secrets
from scanner.gate.gate_types import GateResult


def render(result: GateResult) -> bytes:
    """The result as JSON."""
    return dump(without_secrets(msgspec.to_builtins(result))) + b"\n"
