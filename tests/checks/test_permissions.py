"""Permissions are spelled as the providers spell them."""

from __future__ import annotations

import importlib
import re

import pytest
from policy_sentry.querying.actions import get_actions_for_service
from support import registered

COLLECTORS = registered()[1].values()


def permissions(provider: str) -> list[str]:
    permission = importlib.import_module(f"checks.{provider}.permissions").permission
    return sorted({permission(o) for made in COLLECTORS if made.provider == provider for o in made.operations})


def test_aws_permissions_are_actions_of_the_service_authorization_reference() -> None:
    asked = permissions("aws")
    services = {permission.partition(":")[0] for permission in asked}
    known = {action.lower() for service in services for action in get_actions_for_service(service)}

    assert asked
    assert [permission for permission in asked if permission.lower() not in known] == []


@pytest.mark.parametrize(
    ("provider", "spelling"),
    [
        ("gcp", r"[a-z]+\.[a-zA-Z]+\.(?:get|list|getIamPolicy|search|searchLinks)"),
        ("azure", r"Microsoft\.[A-Za-z]+(?:/[A-Za-z]+)+/read"),
        ("mlflow", r"login|(?:experiment|registered_model):READ"),
    ],
)
def test_other_permissions_have_their_providers_form(provider: str, spelling: str) -> None:
    asked = permissions(provider)

    assert asked
    assert [permission for permission in asked if not re.fullmatch(spelling, permission)] == []


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure", "mlflow"])
def test_every_declared_operation_is_a_read(provider: str) -> None:
    known = importlib.import_module(f"checks.{provider}.permissions")
    made = [one for one in COLLECTORS if one.provider == provider]
    others = [(one.opt_in, o) for one in made for o in one.operations if not known.is_read(o)]

    assert {o for opt_in, o in others if opt_in == "documents"} <= getattr(known, "DOCUMENTS", frozenset())
    assert [o for opt_in, o in others if opt_in != "documents"] == []


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_what_logs_are_asked_with_is_a_read_of_the_form_of_the_others(provider: str) -> None:
    known = importlib.import_module(f"checks.{provider}.permissions")

    assert known.CAUSES
    assert [operation for operation in known.CAUSES if not known.is_read(operation)] == []
    if provider == "aws":
        services = {operation.partition(":")[0] for operation in known.CAUSES}
        actions = {action for service in services for action in get_actions_for_service(service)}
        assert set(known.CAUSES) <= actions
