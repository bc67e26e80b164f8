"""MLflow operations, spelled as those of its protocol, and what a user of the server must be allowed for each.

Source: Authentication with username and password, https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/
"""

from scanner.model.needs import Asked

#: Nothing is asked before the collectors run.
DISCOVERY: dict[str, Asked] = {}
ENUMERATION: dict[str, Asked] = {}
CAUSES: dict[str, Asked] = {}
#: Operations of collectors that only save calls.
OPTIONAL: frozenset[str] = frozenset()

#: What each user may read of itself: who it is.
USER = "mlflow:GetUser"
#: What reads tables of results by group, with --read-documents alone.
DOCUMENTS = frozenset({"mlflow:GetArtifact"})
_READ_VERBS = ("Search", "Get", "List")
#: Reads that return the content of artifacts, or that have to be allowed by more than reading. Never called, but for
#: `DOCUMENTS`, of tables whose names say that they have groups, by the method of the client that knows these names.
_FORBIDDEN = frozenset({*DOCUMENTS, "mlflow:GetPresignedDownloadUrl", "mlflow:ListUsers"})
#: Operations that every user may call, and others by what they read.
_OPEN = frozenset({"mlflow:GetVersion", USER})
_OF_REGISTRY = ("RegisteredModel", "ModelVersion")


def permission(operation: str) -> str:
    """What the user must be granted: READ on the registered models or experiments that are to be seen."""
    if operation in _OPEN:
        return "login"
    return "registered_model:READ" if any(word in operation for word in _OF_REGISTRY) else "experiment:READ"


def is_read(operation: str) -> bool:
    """Whether an operation only reads metadata."""
    return operation.partition(":")[2].startswith(_READ_VERBS) and operation not in _FORBIDDEN
