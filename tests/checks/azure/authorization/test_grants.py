"""What a role allows, and where."""

from __future__ import annotations

import pytest
from factories.azure import ACCESS_ADMINISTRATOR, CONTRIBUTOR, GROUP, OWNER, READER, ROOT, STORAGE, role

from checks.azure.actions import Permission, allows
from checks.azure.authorization.grants import controls, covers, is_wide, may

WRITE = "Microsoft.Storage/storageAccounts/write"


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        (Permission(actions=("*",)), True),
        (Permission(actions=("microsoft.storage/STORAGEACCOUNTS/*",)), True),
        (Permission(actions=("*/write",)), True),
        (Permission(actions=("*",), not_actions=("Microsoft.Storage/*/write",)), False),
        (Permission(actions=("*",), not_actions=("Microsoft.Storage/*",)), False),
        (Permission(actions=("*/read",)), False),
        (Permission(data_actions=("*",)), False),
        (Permission(), False),
    ],
)
def test_actions_are_patterns_without_regard_to_case(permission: Permission, allowed: bool) -> None:
    assert allows((permission,), WRITE) is allowed


def test_what_one_permission_leaves_out_another_may_allow() -> None:
    without = Permission(actions=("*",), not_actions=(WRITE,))

    assert not allows((without,), WRITE)
    assert allows((without, Permission(actions=(WRITE,))), WRITE)


AUTHORIZATION = ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete")
ELEVATES = role("elevates", Permission(actions=("Microsoft.Authorization/elevateAccess/action",)))


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (OWNER.permissions, True),
        (CONTRIBUTOR.permissions, True),
        (ACCESS_ADMINISTRATOR.permissions, True),
        (READER.permissions, False),
        ((Permission(actions=("*/read", "*/write", "*/delete", "*/action")),), True),
        ((Permission(actions=("*/READ", "*/Write", "*/action"), not_actions=AUTHORIZATION),), True),
        ((Permission(actions=("*/read",)), Permission(actions=("*/write",))), True),
        ((Permission(actions=("Microsoft.*",)),), True),
        ((Permission(actions=("*",), not_actions=("*/write", "*/delete", "*/action")),), False),
        ((Permission(actions=("*",), not_actions=("*",)),), False),
        ((Permission(actions=("*/read", "Microsoft.Support/*")),), False),
        ((Permission(actions=("Microsoft.MachineLearningServices/*", "Microsoft.Storage/*")),), False),
        ((Permission(data_actions=("*",)),), False),
        ((Permission(actions=("Microsoft.Authorization/roleAssignments/*",)),), True),
        ((Permission(actions=("Microsoft.Authorization/*/write",)),), True),
        ((Permission(actions=("Microsoft.Authorization/*",), not_actions=AUTHORIZATION),), False),
    ],
)
def test_roles_that_control_their_scope_do_so_by_effect(permissions: tuple[Permission, ...], expected: bool) -> None:
    assert controls(permissions, ROOT) is expected


@pytest.mark.parametrize(("scope", "expected"), [("/", True), (ROOT, False)])
def test_access_is_elevated_from_the_root_alone(scope: str, expected: bool) -> None:
    assert controls(ELEVATES.permissions or (), scope) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scope", "wide"),
    [
        ("/", True),
        ("/providers/Microsoft.Management/managementGroups/northwind-example", True),
        (ROOT, True),
        (GROUP, True),
        (GROUP + "/", True),
        (f"{STORAGE}/retina", False),
        (f"{ROOT}/providers/Microsoft.Authorization/roleDefinitions/x", False),
    ],
)
def test_scopes_of_a_group_or_more_are_wide(scope: str, wide: bool) -> None:
    assert is_wide(scope) is wide


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("/", True),
        ("/providers/Microsoft.Management/managementGroups/northwind-example", True),
        (ROOT.upper(), True),
        (GROUP, True),
        (f"{STORAGE}/retina/", True),
        (f"{STORAGE}/retinaprod", False),
        (f"{STORAGE}/reti", False),
        (f"{STORAGE}/retina/blobservices/default/containers/models", False),
    ],
)
def test_a_scope_covers_what_is_below_it(scope: str, expected: bool) -> None:
    assert covers(scope, f"{STORAGE}/retina") is expected


@pytest.mark.parametrize(
    ("permissions", "condition", "expected"),
    [
        ((Permission(actions=("*/write",)),), None, True),
        ((Permission(actions=("*/write",)),), "…", None),
        ((Permission(actions=("*/write",), condition="…"),), None, None),
        ((Permission(actions=("*/write",), condition="…"), Permission(actions=("Microsoft.Storage/*",))), None, True),
        ((Permission(actions=("*/read",), condition="…"),), "…", False),
    ],
)
def test_conditions_are_not_evaluated(
    permissions: tuple[Permission, ...], condition: str | None, expected: bool | None
) -> None:
    assert may(permissions, WRITE, condition) is expected
