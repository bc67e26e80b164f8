"""Authorization collectors: assignments that bear on a subscription, the roles that they name, and who is in groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from msgspec import UNSET

from checks.azure.ai_services.resources import ACCOUNTS, Account
from checks.azure.authorization.grants import has_members, manages
from checks.azure.authorization.keys import lists
from checks.azure.authorization.reach import goes
from checks.azure.authorization.resources import (
    ASSIGNMENTS,
    DEFINITIONS,
    Assignee,
    RoleAssignment,
    RoleDefinition,
    assignee_id,
)
from checks.azure.authorization.writes import opens
from checks.azure.ids import role_id
from checks.azure.machine_learning.resources import WORKSPACES, Compute, OnlineEndpoint, Workspace
from checks.azure.members import principals
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi
    from checks.azure.client.batch import Outcome

VERSION = "2022-04-01"
#: Stable versions do not show the conditions that built-in roles carry; without them a role seems to allow more.
DEFINITIONS_VERSION = "2022-05-01-preview"


@collector(RoleAssignment, operations=(ASSIGNMENTS,), per="account")
def role_assignments(api: AzureApi) -> Iterator[RoleAssignment]:
    # An identity of one subscription may hold roles in any other, so one with nothing to judge is asked as well.
    if api.none_anywhere(WORKSPACES, ACCOUNTS):
        return
    # Without a filter this gives what is assigned at the subscription, below it, and above it.
    for item in api.pages(ASSIGNMENTS, _listed(api), VERSION):
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


@collector(
    Assignee,
    operations=(ASSIGNMENTS,),
    per="account",
    follows=(RoleAssignment, RoleDefinition, Workspace, Compute, OnlineEndpoint, Account),
)
def assignees(api: AzureApi, found: Found) -> Iterator[Assignee]:
    # Who is in a group is asked only where some group has a role that checks look for.
    if not _groups_matter(found):
        return

    def look(people: list[str]) -> list[Assignee]:
        filters = [urlencode({"$filter": f"assignedTo('{person}')"}) for person in people]
        paths = [f"{_listed(api)}?{wanted}" for wanted in filters]
        outcomes = api.ask_together(ASSIGNMENTS, paths, VERSION)
        return [_assignee(api, *asked) for asked in zip(people, paths, outcomes, strict=True)]

    for made in api.each(look, api.groups(sorted(_acting(found)))):
        yield from made


def _assignee(api: AzureApi, person: str, path: str, outcome: Outcome) -> Assignee:
    items = api.listing(ASSIGNMENTS, path, VERSION, first=outcome)
    reply: Reply = UNSET if items is UNSET else {"value": items}
    return api.decode(Assignee, {ASSIGNMENTS: reply}, id=assignee_id(api.account, person), name=person)


def _groups_matter(found: Found) -> bool:
    """Whether a group may have a role that some check looks for; one that was not observed may be such a role."""
    roles = {role.id: role.permissions for role in found.of(RoleDefinition)}
    named = {role_id(str(held.role_definition_id)) for held in found.of(RoleAssignment) if has_members(held)}
    permissions = [roles.get(name) for name in named]
    return any(
        not isinstance(some, tuple) or manages(some) or opens(some) or goes(some) or lists(some) for some in permissions
    )


def _acting(found: Found) -> set[str]:
    """Object ids of all identities that ML resources act as."""
    resources: chain[Workspace | Compute | OnlineEndpoint | Account] = chain(
        found.of(Workspace), found.of(Compute), found.of(OnlineEndpoint), found.of(Account)
    )
    people: set[str] = set()
    for resource in resources:
        people |= principals(resource.principal_id or None, resource.user_assigned_identities or None)[0]
    return people


def _listed(api: AzureApi) -> str:
    return f"/subscriptions/{api.account}/providers/Microsoft.Authorization/roleAssignments"


def _role(api: AzureApi, identifier: str, path: str, reply: Reply) -> RoleDefinition | None:
    if reply is None:
        return None
    if reply is UNSET:
        return api.decode(RoleDefinition, {}, **{**api.identity({"id": path}), "id": identifier})
    return api.snapshot(RoleDefinition, DEFINITIONS, {**reply, "id": path}, id=identifier)
