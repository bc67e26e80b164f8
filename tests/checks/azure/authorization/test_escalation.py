"""Every published combination on the identity of an endpoint: it is found, or excused by name with a reason."""

from __future__ import annotations

import pytest
from factories.azure import GROUP, ROOT, assignment, endpoint, role
from support import FAIL, PASS, judged

from checks.azure.actions import Permission, allows
from checks.azure.authorization.ways import EXCUSED, WAYS, Way
from scanner.model.nouns import Verdict

CHECK = "azure_ml_endpoint_identity_privileged"
SCORING = endpoint(principal_id="00000000-0000-0000-0000-0000000000d1", user_assigned_identities=None)
#: What built-in roles allow that edges of BloodHound are about, as Microsoft documents them, without what only reads.
ROLES = {
    "AZOwner": ("*",),
    "AZUserAccessAdministrator": ("Microsoft.Authorization/*",),
    "AZVMContributor": ("Microsoft.Compute/virtualMachines/*", "Microsoft.Network/networkInterfaces/*"),
    "AZAvereContributor": ("Microsoft.Compute/*/read", "Microsoft.Compute/virtualMachines/*"),
    "AZAutomationContributor": ("Microsoft.Automation/automationAccounts/*", "Microsoft.Insights/ActionGroups/*"),
    "AZAKSContributor": ("Microsoft.ContainerService/managedClusters/*",),
    "AZLogicAppContributor": ("Microsoft.Logic/*", "Microsoft.Web/connections/*"),
    "AZWebsiteContributor": ("Microsoft.Web/sites/*", "Microsoft.Web/certificates/*"),
}


def held(*permissions: Permission, scope: str = GROUP) -> Verdict:
    """The verdict on an endpoint whose identity has a role of these permissions, and no other."""
    return judged(CHECK, SCORING, assignment("made", scope), role("made", *permissions))


def permission(way: Way, *without: str) -> Permission:
    actions = tuple(action for action in way.actions if action not in without)
    return Permission(data_actions=actions) if way.data else Permission(actions=actions)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_is_seen_alone(way: Way) -> None:
    assert held(permission(way)).status is FAIL


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_way_takes_all_its_actions(way: Way) -> None:
    for missing in way.actions:
        left = permission(way, missing)
        by_less = any(all(allows((left,), action) for action in other.actions) for other in WAYS if not other.data)
        assert held(left).status is (FAIL if by_less else PASS)


@pytest.mark.parametrize("edge", sorted(ROLES))
def test_a_role_that_an_edge_of_bloodhound_is_about_is_found(edge: str) -> None:
    assert held(Permission(actions=ROLES[edge])).status is FAIL


@pytest.mark.parametrize("role_name", ["Virtual Machine Administrator Login", "Virtual Machine User Login"])
def test_roles_that_sign_in_to_machines_are_found(role_name: str) -> None:
    verb = "loginAsAdmin" if "Administrator" in role_name else "login"
    assert held(Permission(data_actions=(f"Microsoft.Compute/virtualMachines/{verb}/action",))).status is FAIL


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_what_is_excused_is_not_said_to_be_a_way(name: str) -> None:
    actions = tuple(name.split(" + "))

    assert EXCUSED[name]
    assert held(Permission(actions=actions, data_actions=actions), scope=ROOT).status is PASS


def test_there_are_all_combinations_of_the_lists() -> None:
    assert len(WAYS) + len(EXCUSED) >= 130
    assert len({way.actions for way in WAYS}) == len(WAYS)
    assert all(way.source.startswith("https://") for way in WAYS)
    assert all(action.startswith("Microsoft.") for way in WAYS for action in way.actions)


def test_the_way_is_named_with_its_source() -> None:
    found = held(Permission(actions=("Microsoft.Compute/virtualMachines/runCommand/action",)))

    assert "virtualMachines/runCommand/action (see https://" in found.message
    assert found.evidence["RoleAssignment.assigned_scope"] == GROUP
