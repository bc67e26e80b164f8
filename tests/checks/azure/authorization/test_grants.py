"""What a role allows, and where."""

from __future__ import annotations

import pytest
from factories.azure import ACCESS_ADMINISTRATOR, CONTRIBUTOR, GROUP, OWNER, READER, ROOT, STORAGE, role

from checks.azure.actions import Permission, allows
from checks.azure.authorization.grants import controls, covers, is_wide, may
from checks.azure.authorization.resources import RoleDefinition

ALL_BUT_WRITING = role("looks", Permission(actions=("*",), not_actions=("*/write", "*/delete", "*/action")))
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


@pytest.mark.parametrize(
    ("role", "expected"),
    [(OWNER, True), (CONTRIBUTOR, True), (ACCESS_ADMINISTRATOR, True), (READER, False), (ALL_BUT_WRITING, False)],
)
def test_roles_that_control_their_scope(role: RoleDefinition, expected: bool) -> None:
    assert controls(role.permissions or ()) is expected  # type: ignore[arg-type]


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
