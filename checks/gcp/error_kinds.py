"""Kinds of refusals that collectors tell apart: the `code` of a `CallFailed`."""

NOT_FOUND = "notFound"
FORBIDDEN = "forbidden"
DISABLED = "SERVICE_DISABLED"
REFUSED = "refused"
PRECONDITION = "FAILED_PRECONDITION"
