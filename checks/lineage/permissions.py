"""Reads of lineage, and what they need.

Marquez knows no users: who reaches its API may read all of it, https://marquezproject.ai/docs/api. What stands before
it may ask for a key. Files need to be readable.
"""

from scanner.model.needs import Asked

#: Nothing is asked before the collectors run.
DISCOVERY: dict[str, Asked] = {}
ENUMERATION: dict[str, Asked] = {}
CAUSES: dict[str, Asked] = {}
#: Operations of collectors that only save calls.
OPTIONAL: frozenset[str] = frozenset()

EVENTS, NAMESPACES, JOBS, DATASETS = (f"lineage:List{what}" for what in ("Events", "Namespaces", "Jobs", "Datasets"))


def permission(operation: str) -> str:  # noqa: ARG001 - as of the others
    """What it takes to read lineage: one permission, whatever is read."""
    return "read"


def is_read(operation: str) -> bool:
    """Whether an operation only reads."""
    return operation.partition(":")[2].startswith("List")
