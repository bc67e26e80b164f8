"""What a reply of Resource Manager means, whether it came alone or inside a batch."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

# Codes that say that the subscription does not use the service at all.
_UNREGISTERED = ("MissingSubscriptionRegistration", "SubscriptionNotRegistered")
# Azure answers so for a subscription that the caller has no role in.
_UNSEEN = {"SubscriptionNotFound", "InvalidSubscriptionId"}


def refused(operation: str, status: int, content: Any, retry_after: str | None = None) -> CallFailed:
    """What a status other than 200 means; `content` is the parsed body, or None.

    Messages are left out: they name the caller and differ from run to run.
    """
    code = _code(content)
    detail = f"HTTP {status} {code}".rstrip()
    if code in _UNREGISTERED:
        return unregistered(operation.partition("/")[0], code)
    if status in (401, 403) or code in _UNSEEN:
        return CallFailed(Reason.DENIED, f"{code or detail}: {operation}", code=code)
    after = float(retry_after) if retry_after and retry_after.isdecimal() else None
    if status == 429:
        return CallFailed(Reason.THROTTLED, detail, code=code, retry=True, retry_after=after)
    return CallFailed(Reason.ERROR, detail, code=code, retry=status >= 500, retry_after=after)


def unregistered(namespace: str, code: str = "") -> CallFailed:
    """The subscription does not use this provider."""
    detail = f"resource provider {namespace} is not registered in the subscription"
    return CallFailed(Reason.NOT_ENABLED, detail, code=code)


def items(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items of a page. Raises CallFailed for a page without them, and for an item without an id."""
    found = page.get("value")
    if not isinstance(found, list):
        raise CallFailed(Reason.MALFORMED, "the page has no list `value`")
    for item in found:
        if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
            raise CallFailed(Reason.MALFORMED, "an item of the page has no id")
        yield item


def following(page: Mapping[str, Any], endpoint: str, links: set[str]) -> str:
    """The address of the next page, empty after the last; `links` are those before it.

    Raises CallFailed for one that leads to another host, which would be sent our token, or in a circle.
    """
    link = page.get("nextLink")
    if not link:
        return ""
    if not isinstance(link, str) or link in links or _host(link) != _host(endpoint):
        raise CallFailed(Reason.MALFORMED, "nextLink leads to another host or in a circle")
    links.add(link)
    return link


def checked(content: Any) -> Mapping[str, Any]:
    """The content of a reply with status 200. Raises CallFailed if it is no JSON object."""
    if not isinstance(content, Mapping):
        raise CallFailed(Reason.MALFORMED, "the reply is not a JSON object")
    return content


def _host(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or 443


def _code(content: Any) -> str:
    error = content.get("error") if isinstance(content, Mapping) else None
    return str(error.get("code") or "") if isinstance(error, Mapping) else ""
