"""Why a server of lineage, or what stands before it, refuses."""

from collections.abc import Iterator

from scanner.model.nouns import Extent, Reason
from scanner.model.refusals import Refusal, Row, rows

_API = "https://marquezproject.ai/docs/api"
_CLIENT = "https://openlineage.io/docs/client/python/configuration/http-transport"

REFUSALS = (
    Refusal(
        cause="the server wants a key, or does not take this one",
        remedy="set OPENLINEAGE_API_KEY to a key that may read",
        source=_CLIENT,
        codes=("401",),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="whose key this is may not read it",
        remedy="let that key read the API of lineage",
        source=_CLIENT,
        codes=("403",),
        permission=None,
    ),
    Refusal(
        cause="the server, or what is before it, limits how often it may be asked",
        remedy="scan again with a lower --concurrency",
        source=_API,
        reason=Reason.THROTTLED,
        codes=("429",),
    ),
)


def refusals() -> Iterator[Row]:
    """Cause, how it is told, remedy and source of each."""
    return rows(REFUSALS)
