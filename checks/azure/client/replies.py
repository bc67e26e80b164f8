"""What a reply of Resource Manager means, whether it came alone or inside a batch."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from checks.azure.client.refusals import REFUSALS
from checks.azure.error_kinds import UNREGISTERED
from checks.azure.ids import subscription
from scanner.calls.bounds import Listing
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import find
from scanner.model.sanitize import quote

#: Codes that say no more than their status does.
_PLAIN = ("", "Forbidden", "403")

#: What differs from call to call at the end of a message, so that it would differ from run to run.
_TRACE = pattern(r"(?<!\W)\W*\b(?:tracking|correlation|activity|trace|request) ?id\b.*", re.IGNORECASE | re.DOTALL)


def refused(operation: str, url: str, status: int, content: Any, retry_after: str | None = None) -> CallFailed:
    """What a status other than 200 means; `url` is what was asked, `content` the parsed body, or None.

    Messages of known causes are left out: they name the caller and differ from run to run.
    """
    code, message = _told(content)
    after = float(retry_after) if retry_after and retry_after.isdecimal() else None
    known = find(REFUSALS, code, message if status in (401, 403) else "")
    if known is None and status == 429:
        known = find(REFUSALS, "TooManyRequests", "")
    if code in UNREGISTERED:
        return unregistered(operation.partition("/")[0], code)
    if known is not None:
        return known.failure(code, account=subscription(urlsplit(url).path), retry_after=after)
    detail = f"HTTP {status} {code}".rstrip() + (f": {message}" if message and status < 500 else "")
    if status in (401, 403):
        # A code that says no more than the status may come of a missing role; others have a cause of their own.
        plain = status == 403 and code in _PLAIN
        return CallFailed(Reason.DENIED, detail, code=code, permission=None if plain else "")
    return CallFailed(Reason.ERROR, detail, code=code, retry=status >= 500, retry_after=after)


def unregistered(namespace: str, code: str = "") -> CallFailed:
    """The subscription does not use this provider."""
    known = find(REFUSALS, UNREGISTERED[0], "")
    assert known is not None, "the table has a row for this"  # noqa: S101
    return known.failure(code or UNREGISTERED[0], named=namespace)


def items(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items of a page. Raises CallFailed for a page without them, and for an item without an id."""
    found = page.get("value")
    if not isinstance(found, list):
        raise CallFailed(Reason.MALFORMED, "the page has no list `value`")
    for item in found:
        if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
            raise CallFailed(Reason.MALFORMED, "an item of the page has no id")
        yield item


def following(page: Mapping[str, Any], endpoint: str, listing: Listing) -> str:
    """The address of the next page, empty after the last.

    Raises CallFailed for one that leads to another host, which would be sent our token, or on and on.
    """
    link = page.get("nextLink")
    if not link:
        return ""
    if endless := listing.endless(link, page["value"]):
        raise endless
    try:
        leads_away = not isinstance(link, str) or _host(link) != _host(endpoint)
    except ValueError as error:
        raise CallFailed(Reason.MALFORMED, "nextLink is no address") from error
    if leads_away:
        raise CallFailed(Reason.MALFORMED, "nextLink leads to another host")
    return str(link)


def checked(operation: str, url: str, content: Any) -> Mapping[str, Any]:
    """The content of a reply with status 200. Raises CallFailed if it is no JSON object, or an error after all.

    That is as bad as it says, and no answer that something is absent.
    """
    if not isinstance(content, Mapping):
        raise CallFailed(Reason.MALFORMED, "the reply is not a JSON object")
    if "error" in content:
        said = refused(operation, url, 200, content)
        reason = Reason.MALFORMED if said.reason is Reason.ERROR else said.reason
        raise CallFailed(reason, said.detail, retry=said.retry, permission=said.permission)
    return content


def resource(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a reply that describes one resource. Raises CallFailed if it does not.

    To read it would turn every member into "observed absent".
    """
    if not isinstance(content.get("id"), str):
        raise CallFailed(Reason.MALFORMED, "the reply has no id")
    if not isinstance(content.get("properties"), Mapping):
        raise CallFailed(Reason.MALFORMED, "the reply has no properties")
    return content


def _host(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or 443


def _told(content: Any) -> tuple[str, str]:
    """Code and message of an error, the message without what differs from call to call."""
    error = content.get("error") if isinstance(content, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    return str(error.get("code") or ""), quote(_TRACE.sub("", str(error.get("message") or "")))
