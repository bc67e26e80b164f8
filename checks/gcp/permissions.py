"""Which Google Cloud operations may be called, and what they need.

An operation is spelled as the IAM permission that it needs, but for the exception below.
"""

from scanner.model.needs import Asked

#: What the provider itself asks, whatever the checks.
DISCOVERY = {
    "aiplatform.locations.list": Asked("which regions have Vertex AI", regional=True),
    "cloudasset.assets.searchAllResources": Asked(
        "where Vertex AI is used, so that other regions are not asked", optional=True, regional=True
    ),
    "resourcemanager.projects.get": Asked("the number of a project, which names in replies carry"),
}
#: What it asks besides to find the projects below folders and organisations.
ENUMERATION = {
    "resourcemanager.folders.list": Asked("which folders are below a folder or an organisation"),
    "resourcemanager.projects.list": Asked("which projects are below a folder or an organisation"),
}
#: What is asked after a comparison of two scans, of logs, where changes are looked for.
CAUSES = {"logging.logEntries.list": Asked("what changed between two scans, and who changed it")}
#: What is asked before a scan, by whoever wants to know what is missing. Everybody may ask it about itself.
TEST = "resourcemanager.projects.testIamPermissions"
#: Operations of collectors that only save calls.
OPTIONAL: frozenset[str] = frozenset()
#: Google has no permission for versions of a model, nor for discovery configurations: who may list models, or job
#: triggers, may list these. Which process made links of data is seen where events may be read. A custom role with one
#: that does not exist is refused as a whole.
_PERMISSIONS = {
    "aiplatform.artifacts.queryArtifactLineageSubgraph": "aiplatform.artifacts.get",  # nor for lineage of artifacts
    "aiplatform.modelVersions.list": "aiplatform.models.list",
    "datalineage.locations.batchSearchLinkProcesses": "datalineage.events.get",
    "dataplex.locations.lookupEntry": "bigquery.tables.get",  # that of what the entry is about
    "dlp.discoveryConfigs.list": "dlp.jobTriggers.list",
}
#: What no role of a project can hold: https://docs.cloud.google.com/iam/docs/creating-custom-roles
_ABOVE_PROJECTS = ("resourcemanager.folders.", "resourcemanager.organizations.", "resourcemanager.projects.list")

_READ_VERBS = ("get", "list", "search")
#: What only reads, although its verb does not say it.
_READS = frozenset(
    {
        "aiplatform.artifacts.queryArtifactLineageSubgraph",
        "datalineage.locations.batchSearchLinkProcesses",
        "dataplex.locations.lookupEntry",
    }
)
#: What reads model cards and data sheets in files, with --read-documents alone.
DOCUMENTS = frozenset({"storage.objects.get"})
#: Reads that return secrets, model data, object bodies or credentials. Never called, whatever a collector declares; but
#: for `DOCUMENTS`, of files with the names of documents, by the method of the client that knows these names.
_FORBIDDEN = frozenset(
    {
        "bigquery.tables.getData",
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.getOpenIdToken",
        "storage.objects.get",
    }
)


def permission(operation: str) -> str:
    """The IAM permission that allows this operation: as a rule its own name."""
    return _PERMISSIONS.get(operation, operation)


def is_above_projects(permission: str) -> bool:
    """Whether only a custom role of an organisation can hold this: it counts where it is granted above a project."""
    return permission.startswith(_ABOVE_PROJECTS)


def is_read(operation: str) -> bool:
    """Whether an operation only reads metadata: `storage.buckets.get`, not `secretmanager.versions.access`."""
    if operation in _READS:
        return True
    verb = operation.rpartition(".")[2]
    known = any(verb == read or (verb.startswith(read) and verb[len(read)].isupper()) for read in _READ_VERBS)
    return known and operation not in _FORBIDDEN
