"""Members that resources of several Azure services share, and what to conclude from them."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from scanner.model.nouns import Part

T = TypeVar("T")


class ConnectionState(Part, frozen=True, kw_only=True):
    """Whether the owner let a private endpoint in."""

    status: str | None = None


class ConnectionProperties(Part, frozen=True, kw_only=True, rename="camel"):
    """Properties of a private endpoint connection."""

    private_link_service_connection_state: ConnectionState | None = None


class PrivateEndpointConnection(Part, frozen=True, kw_only=True):
    """A private endpoint that asked for a connection to the resource."""

    name: str | None = None
    properties: ConnectionProperties | None = None


class UserIdentity(Part, frozen=True, kw_only=True, rename="camel"):
    """A user-assigned identity as the resource that uses it shows it."""

    principal_id: str | None = None


class IpRule(Part, frozen=True, kw_only=True):
    """An address or network that a firewall lets in."""

    value: str | None = None


class PerimeterRuleProperties(Part, frozen=True, kw_only=True, rename="camel"):
    """What a rule of a network security perimeter lets in or out."""

    direction: str | None = None
    address_prefixes: tuple[str, ...] | None = None


class PerimeterRule(Part, frozen=True, kw_only=True):
    """A rule of the network security perimeter that a resource belongs to."""

    name: str | None = None
    properties: PerimeterRuleProperties | None = None


def folded(value: T) -> T:
    """A value of an enumeration in lower case, and anything else as it is.

    Azure may give a value back in the capitals of the template that set it, so none is compared as it was read.
    """
    return value.lower() if isinstance(value, str) else value  # type: ignore[return-value]


def approved(connections: Sequence[PrivateEndpointConnection]) -> list[str]:
    """Names of the private endpoint connections that are in use, not merely asked for."""
    found = []
    for connection in connections:
        properties = connection.properties or ConnectionProperties()
        state = properties.private_link_service_connection_state
        if state is not None and folded(state.status) == "approved":
            found.append(connection.name or "unnamed")
    return found


def identity_types(text: str | None) -> set[str]:
    """`"SystemAssigned, UserAssigned"` as a set of lower-case words; empty for no identity."""
    return {word.strip().lower() for word in (text or "").split(",")} - {"", "none"}


def principals(own: str | None, assigned: Mapping[str, UserIdentity | None] | None) -> tuple[frozenset[str], bool]:
    """Object ids a resource acts as, and whether all of them are known."""
    found = {own.lower()} if own else set()
    known = True
    for identity in (assigned or {}).values():
        if identity is None or not identity.principal_id:
            known = False
        else:
            found.add(identity.principal_id.lower())
    return frozenset(found), known
