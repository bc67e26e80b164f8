"""Which networks reach a workspace, and what its managed network lets out: pure functions that checks share."""

import re
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from checks.azure.machine_learning.resources import OutboundRule, Workspace
from checks.azure.members import approved, folded
from checks.azure.networks import Opening, letting, values

#: A name that begins with a wildcard and goes on with at most one label: all hosts, or all of a top-level domain.
_ANY_HOST = re.compile(r"\*(\.[^.]*)?")
#: All of the internet, and all of Azure or of a region of it, where anybody rents an address.
_WIDE_TAGS = {"internet", "azurecloud"}
_MANAGED = {"allowonlyapprovedoutbound", "allowinternetoutbound"}


def open_to_all_networks(workspace: Workspace) -> Opening:
    """Whether any address may connect to a workspace.

    Public network access overrides the older flag for workspaces behind a virtual network. That flag counts where
    public network access was never set, as tools of the first version left it. The default action of the network rules
    says whether a list of addresses restricts public access.
    """
    match folded(workspace.public_network_access):
        case "disabled":
            return Opening(False, ("public_network_access",))
        case "enabled":
            found = by_rules(workspace)
        case None:
            found = _never_set(workspace)
        case _:
            return Opening(None, ("public_network_access",))
    return found if found.to_all is None else replace(found, fields=("public_network_access", *found.fields))


def _never_set(workspace: Workspace) -> Opening:
    if workspace.private_endpoint_connections is UNSET:
        return Opening(None, ("private_endpoint_connections",))
    if approved(workspace.private_endpoint_connections or ()):
        if workspace.allow_public_access_when_behind_vnet is UNSET:
            return Opening(None, ("allow_public_access_when_behind_vnet",))
        if not workspace.allow_public_access_when_behind_vnet:
            return Opening(None, ("public_network_access",))
    return by_rules(workspace)


def by_rules(workspace: Workspace) -> Opening:
    """Whether the network rules of a workspace let any address in where public access is on, as on its endpoints."""
    action = folded(workspace.network_default_action)
    if action == "allow":
        return Opening(True, ("network_default_action",))
    if action not in ("deny", None):
        return Opening(None, ("network_default_action",))
    fields = ("network_default_action", "network_ip_rules", "ip_allowlist")
    if workspace.network_ip_rules is UNSET or workspace.ip_allowlist is UNSET:
        return Opening(None, tuple(name for name in fields if getattr(workspace, name) is UNSET))
    listed = values(workspace.network_ip_rules or ()) + list(workspace.ip_allowlist or ())
    return letting(listed, fields) if listed or action == "deny" else Opening(True, fields)


def lists_addresses(workspace: Workspace) -> bool:
    """Whether addresses are listed at all; public access of a workspace may be off without any."""
    return bool(workspace.network_ip_rules or workspace.ip_allowlist)


def in_managed_network(workspace: Workspace) -> bool | None:
    """Whether a workspace has a managed network; None if that is not known."""
    mode = folded(workspace.isolation_mode)
    if mode in _MANAGED:
        return True
    return False if mode in ("disabled", None) else None


class Outbound(Struct, frozen=True):
    """Whether code in a managed network reaches the whole internet (None if that is not known), by which rules."""

    to_all: bool | None
    fields: tuple[str, ...]
    rules: tuple[str, ...] = ()


def outbound(workspace: Workspace) -> Outbound:
    """What the managed network of a workspace lets out; the workspace has one."""
    if folded(workspace.isolation_mode) == "allowinternetoutbound":
        return Outbound(True, ("isolation_mode",))
    if workspace.outbound_rules is UNSET:
        return Outbound(None, ("outbound_rules",))
    judged = {name: _lets_all_out(rule) for name, rule in (workspace.outbound_rules or {}).items()}
    fields = ("isolation_mode", "outbound_rules")
    if named := tuple(name for name, all_out in judged.items() if all_out):
        return Outbound(True, fields, named)
    odd = tuple(f"what the rule `{name}` lets out" for name, all_out in judged.items() if all_out is None)
    return Outbound(None, odd) if odd else Outbound(False, fields)


def _lets_all_out(rule: OutboundRule) -> bool | None:
    destination: Any = rule.destination
    match folded(rule.type):
        case "privateendpoint":
            return False
        case "fqdn":
            return _ANY_HOST.fullmatch(destination.strip()) is not None if isinstance(destination, str) else None
        case "servicetag" if destination is not None and not isinstance(destination, str):
            if folded(destination.action) == "deny":
                return False
            if destination.address_prefixes:  # then Azure ignores the tag
                return letting(destination.address_prefixes, ()).to_all
            return folded(destination.service_tag or "").partition(".")[0] in _WIDE_TAGS
        case _:
            return None
