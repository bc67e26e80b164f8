"""Resource ids of Azure taken apart."""

from __future__ import annotations

from worlds import azure_bulk, azure_models

SUBSCRIPTION = "Microsoft.Resources/subscriptions"
GROUP = "Microsoft.Resources/subscriptions/resourceGroups"
PROVIDER = "Microsoft.Resources/subscriptions/providers"
TENANT = "Microsoft.Resources/tenants"
ACTIVITY_LOG = "Microsoft.Insights/eventtypes/values"
NAME_CHECK = "Microsoft.Storage/checknameavailability"
#: resource types in Azure's own spelling, by lower case
SPELLING = {name.lower(): name for name in (*azure_models.TYPES, *azure_bulk.TYPES, NAME_CHECK, ACTIVITY_LOG)}


def split(identifier: str) -> tuple[str, str, str]:
    """An ARM path as its scope or parent, its resource type, and its name ("" for a collection)."""
    trimmed = identifier.rstrip("/")
    at = trimmed.lower().rfind("/providers/")
    if at < 0:
        return _split_plain(trimmed)
    namespace, *rest = trimmed[at + len("/providers/") :].split("/")
    if not rest:
        return (trimmed[:at], PROVIDER, namespace) if trimmed.count("/") == 4 else (trimmed, "", "")
    kind = "/".join([namespace, *rest[0::2]])
    parent = trimmed[:at]
    if len(rest) > 2:  # a child belongs to the resource it is inside
        parent = "/".join([trimmed[:at], "providers", namespace, *rest[: (len(rest) - 1) // 2 * 2]])
    return parent, SPELLING.get(kind.lower(), kind), "" if len(rest) % 2 else rest[-1]


def _split_plain(path: str) -> tuple[str, str, str]:
    parts = path.strip("/").split("/")
    names = [part.lower() for part in parts[::2]]
    if names == ["tenants"]:
        return "", TENANT, ""
    if names not in (["subscriptions"], ["subscriptions", "resourcegroups"]):
        return path, "", ""
    kind = SUBSCRIPTION if len(names) == 1 else GROUP
    return "/" + "/".join(parts[:2]) if len(parts) > 2 else "", kind, parts[-1] if len(parts) % 2 == 0 else ""


def within(inner: str, outer: str) -> bool:
    """Is the scope `inner` the scope `outer` or below it? Management groups are above everything here."""
    inner, outer = inner.lower().rstrip("/"), outer.lower().rstrip("/")
    return outer == "" or outer.startswith("/providers/microsoft.management/") or f"{inner}/".startswith(f"{outer}/")
