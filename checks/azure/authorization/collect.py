"""Authorization collectors: all assignments that bear on a subscription, and each role that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET

from checks.azure.ai_services.resources import ACCOUNTS
from checks.azure.authorization.resources import ASSIGNMENTS, DEFINITIONS, RoleAssignment, RoleDefinition
from checks.azure.ids import role_id
from checks.azure.machine_learning.resources import WORKSPACES
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

VERSION = "2022-04-01"
#: Stable versions do not show the conditions that built-in roles carry; without them a role seems to allow more.
DEFINITIONS_VERSION = "2022-05-01-preview"


@collector(RoleAssignment, operations=(ASSIGNMENTS,), per="account")
def role_assignments(api: AzureApi) -> Iterator[RoleAssignment]:
    # An identity of one subscription may hold roles in any other, so one with nothing to judge is asked as well.
    if api.none_anywhere(WORKSPACES, ACCOUNTS):
        return
    # Without a filter this gives what is assigned at the subscription, below it, and above it.
    path = f"/subscriptions/{api.account}/providers/Microsoft.Authorization/roleAssignments"
    for item in api.pages(ASSIGNMENTS, path, VERSION):
        yield api.snapshot(RoleAssignment, ASSIGNMENTS, item)


@collector(RoleDefinition, operations=(DEFINITIONS,), per="account", follows=(RoleAssignment,))
def role_definitions(api: AzureApi, found: Found) -> Iterator[RoleDefinition]:
    def look(identifiers: list[str]) -> list[RoleDefinition | None]:
        paths = [f"/subscriptions/{api.account}{identifier}" for identifier in identifiers]
        replies = api.replies(DEFINITIONS, paths, DEFINITIONS_VERSION, absent=("RoleDefinitionDoesNotExist",))
        return [_role(api, *asked) for asked in zip(identifiers, paths, replies, strict=True)]

    named = {a.role_definition_id for a in found.of(RoleAssignment) if isinstance(a.role_definition_id, str)}
    for roles in api.each(look, api.groups(sorted({role_id(name) for name in named}))):
        yield from (role for role in roles if role is not None)


def _role(api: AzureApi, identifier: str, path: str, reply: Reply) -> RoleDefinition | None:
    if reply is None:
        return None
    if reply is UNSET:
        return api.decode(RoleDefinition, {}, **{**api.identity({"id": path}), "id": identifier})
    return api.snapshot(RoleDefinition, DEFINITIONS, {**reply, "id": path}, id=identifier)
