"""Which Google Cloud operations may be called. An operation is spelled as the IAM permission that it needs."""

#: What the provider itself asks, whatever the checks: where Vertex AI is and is used, and which number a project has.
DISCOVERY = ("aiplatform.locations.list", "cloudasset.assets.searchAllResources", "resourcemanager.projects.get")
#: What it asks besides to find the projects below folders and organisations. No role of a single project holds these.
ENUMERATION = ("resourcemanager.folders.list", "resourcemanager.projects.list")

_READ_VERBS = ("get", "list", "search")
#: Reads that return secrets, model data, object bodies or credentials. Never called, whatever a collector declares.
_FORBIDDEN = frozenset(
    {
        "bigquery.tables.getData",
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.getOpenIdToken",
        "storage.objects.get",
    }
)


def permission(operation: str) -> str:
    """The IAM permission that allows this operation: its own name."""
    return operation


def is_read(operation: str) -> bool:
    """Whether an operation only reads metadata: `storage.buckets.get`, not `secretmanager.versions.access`."""
    verb = operation.rpartition(".")[2]
    known = any(verb == read or (verb.startswith(read) and verb[len(read)].isupper()) for read in _READ_VERBS)
    return known and operation not in _FORBIDDEN
