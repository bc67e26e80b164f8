"""Kinds of refusals that collectors tell apart: the `code` of a `CallFailed`."""

#: What is not there. A subscription that is not there, or cannot be seen, has other codes.
MISSING = ("ResourceNotFound", "NotFound", "ParentResourceNotFound", "ResourceGroupNotFound")
#: That the subscription has not registered a service, of which it can hold nothing then.
UNREGISTERED = ("MissingSubscriptionRegistration", "SubscriptionNotRegistered")
#: That there is no such blob, or no container that it could be in; that it is empty, and has no first byte; that it has
#: to be fetched from the archive before anybody may read it.
NO_BLOB = ("BlobNotFound", "ContainerNotFound")
EMPTY_BLOB = "InvalidRange"
ARCHIVED_BLOB = "BlobArchived"
