"""Azure spelling of permissions, and which operations may be called at all.

Operations are spelled as the actions of a role definition, so the permission of an operation is its own name.
"""

from scanner.model.needs import Asked

#: What the provider itself asks, whatever the checks.
DISCOVERY = {
    "Microsoft.Authorization/permissions/read": Asked(
        "what the credential may read, so that Resource Graph can be believed", optional=True
    ),
    "Microsoft.Network/networkSecurityPerimeters/read": Asked(
        "whether there is a perimeter that accounts may be in, which Resource Graph or a list shows to who may read it",
        optional=True,
    ),
    "Microsoft.ResourceGraph/resources/read": Asked(
        "which subscriptions hold anything, so that others are not asked", optional=True
    ),
    "Microsoft.Resources/subscriptions/providers/read": Asked(
        "whether a service that may not be listed is in use at all", optional=True
    ),
    "Microsoft.Resources/subscriptions/read": Asked("which subscriptions there are, where none is named"),
}
#: What it asks besides to find the subscriptions below management groups.
ENUMERATION = {
    "Microsoft.Management/managementGroups/descendants/read": Asked("which subscriptions are below a management group"),
}
#: What is asked after a comparison of two scans, of logs, where changes are looked for.
CAUSES = {
    "Microsoft.Insights/eventtypes/values/read": Asked("what changed between two scans, and who changed it"),
}
#: Operations of collectors that are asked where what is optional led to them: to a perimeter that accounts may be in.
OPTIONAL = frozenset({"Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read"})
#: What reads model cards in files, with --read-documents alone, and of which names.
DOCUMENTS = frozenset({"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"})
DOCUMENT_PATHS = ("README.md", "*/README.md", "model_card.*", "*/model_card.*")
#: Actions on data, which a role definition has apart from those on resources.
DATA_ACTIONS = DOCUMENTS
#: Reads that return the content of blobs, files, queues or tables. Never called, whatever a collector declares; but for
#: `DOCUMENTS`, of files with the names of documents, by the method of the client that knows these names.
_FORBIDDEN = frozenset(
    {
        "microsoft.storage/storageaccounts/blobservices/containers/blobs/read",
        "microsoft.storage/storageaccounts/fileservices/fileshares/files/read",
        "microsoft.storage/storageaccounts/queueservices/queues/messages/read",
        "microsoft.storage/storageaccounts/tableservices/tables/entities/read",
    }
)


def permission(operation: str) -> str:
    """The action that allows this operation."""
    return operation


def is_read(operation: str) -> bool:
    """Whether an operation only reads metadata; `listKeys/action` and its like are actions, not reads."""
    return operation.endswith("/read") and operation.lower() not in _FORBIDDEN
