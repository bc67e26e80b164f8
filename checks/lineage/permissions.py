"""Reads of lineage, and what they need.

Marquez knows no users: who reaches its API may read all of it, https://marquezproject.ai/docs/api. What stands before
it may ask for a key. Files need to be readable.
"""

#: Nothing is asked before the collectors run.
DISCOVERY: tuple[str, ...] = ()

EVENTS, NAMESPACES, JOBS, DATASETS = (f"lineage:List{what}" for what in ("Events", "Namespaces", "Jobs", "Datasets"))


def permission(operation: str) -> str:  # noqa: ARG001 - as of the others
    """What it takes to read lineage: one permission, whatever is read."""
    return "read"


def is_read(operation: str) -> bool:
    """Whether an operation only reads."""
    return operation.partition(":")[2].startswith("List")
