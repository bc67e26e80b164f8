"""Azure spelling of permissions, and which operations may be called at all.

Operations are spelled as the actions of a role definition, so the permission of an operation is its own name.
"""

#: What the provider itself asks, whatever the checks: which subscriptions there are, also below management groups,
#: whether one uses a service that may not be listed, what they hold, and what the credential may read there. Without
#: the last two a scan takes longer and sees the same.
DISCOVERY = (
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Management/managementGroups/descendants/read",
    "Microsoft.Resources/subscriptions/providers/read",
    "Microsoft.ResourceGraph/resources/read",
    "Microsoft.Authorization/permissions/read",
)
#: Reads that return the content of blobs, files, queues or tables. Never called, whatever a collector declares.
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
