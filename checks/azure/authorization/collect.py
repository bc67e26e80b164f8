"""Authorization collectors: all assignments that bear on a subscription, and each role that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET

from checks.azure.authorization.resources import ASSIGNMENTS, DEFINITIONS, RoleAssignment, RoleDefinition
from checks.azure.ids import role_id
from scanner.collector import Found, collector

if TYPE_CHECKING:
    from checks.azure.api import AzureApi

VERSION = "2022-04-01"
#: Stable versions do not show the conditions that built-in roles carry; without them a role seems to allow more.
DEFINITIONS_VERSION = "2022-05-01-preview"


@collector(RoleAssignment, operations=(ASSIGNMENTS,), per="account")
def role_assignments(api: AzureApi) -> Iterator[RoleAssignment]:
    # Without a filter this gives what is assigned at the subscription, below it, and above it.
    path = f"/subscriptions/{api.account}/providers/Microsoft.Authorization/roleAssignments"
    for item in api.pages(ASSIGNMENTS, path, VERSION):
        yield api.snapshot(RoleAssignment, ASSIGNMENTS, item)


@collector(RoleDefinition, operations=(DEFINITIONS,), per="account", follows=(RoleAssignment,))
def role_definitions(api: AzureApi, found: Found) -> Iterator[RoleDefinition]:
    def look(identifier: str) -> RoleDefinition | None:
        path = f"/subscriptions/{api.account}{identifier}"
        reply = api.call(DEFINITIONS, path, DEFINITIONS_VERSION, absent=("RoleDefinitionDoesNotExist",))
        if reply is None:
            return None
        who = {**api.identity({"id": path}), "id": identifier}
        if reply is UNSET:
            return api.decode(RoleDefinition, {}, **who)
        return api.snapshot(RoleDefinition, DEFINITIONS, {**reply, "id": path}, id=identifier)

    named = {a.role_definition_id for a in found.of(RoleAssignment) if isinstance(a.role_definition_id, str)}
    for role in api.each(look, sorted({role_id(name) for name in named})):
        if role is not None:
            yield role
