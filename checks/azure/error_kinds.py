"""Kinds of refusals that collectors tell apart: the `code` of a `CallFailed`."""

#: What is not there. A subscription that is not there, or cannot be seen, has other codes.
MISSING = ("ResourceNotFound", "NotFound", "ParentResourceNotFound", "ResourceGroupNotFound")
#: That the subscription has not registered a service, of which it can hold nothing then.
UNREGISTERED = ("MissingSubscriptionRegistration", "SubscriptionNotRegistered")
