"""A risk triage as JSON."""

import msgspec

from reports.writing import dump, without_secrets
from scanner.systems.triage import Triage

SCHEMA = "mlposture/triage/v1"


def document(found: Triage) -> str:
    """What the answers lead to, with every answer, as a JSON text."""
    return dump({"schema": SCHEMA, **without_secrets(msgspec.to_builtins(found))}).decode()
