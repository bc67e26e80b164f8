"""Why a server refuses: causes, how MLflow tells them apart, and what would help."""

from collections.abc import Iterator

from scanner.model.nouns import Extent, Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import Refusal, Row, rows

_AUTH = "https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/"
_NETWORK = "https://mlflow.org/docs/latest/self-hosting/security/network/"
_REST = "https://mlflow.org/docs/latest/api_reference/rest-api.html"

NOT_FOUND, NO_ROUTE = "RESOURCE_DOES_NOT_EXIST", "ENDPOINT_NOT_FOUND"

#: What holds for a server is asked again for each of its parts: how it answers without credentials has to be seen.
REFUSALS = (
    Refusal(
        cause="the server does not answer to this host name",
        remedy="ask it by a name that it allows (--allowed-hosts)",
        source=_NETWORK,
        words=pattern(r"Invalid Host header"),
        says=("Invalid Host header - possible DNS rebinding attack detected",),
        extent=Extent.SERVICE,
    ),
    Refusal(
        cause="the server wants credentials, or does not know these",
        remedy="set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
        source=_AUTH,
        codes=("UNAUTHENTICATED",),
        words=pattern(r"You are not authenticated"),
        says=("You are not authenticated.",),
        extent=Extent.SERVICE,
    ),
    Refusal(
        cause="the user may not read it",
        remedy="grant the permission there",
        source=_AUTH,
        codes=("PERMISSION_DENIED",),
        words=pattern(r"Permission denied"),
        says=("Permission denied",),
        permission=None,
    ),
    Refusal(
        cause="the server, or what is before it, limits how often it may be asked",
        remedy="scan again with a lower --concurrency",
        source=_REST,
        reason=Reason.THROTTLED,
        codes=("REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"),
    ),
)


def refusals() -> Iterator[Row]:
    """Cause, how MLflow says it, remedy and source of each."""
    return rows(REFUSALS)
