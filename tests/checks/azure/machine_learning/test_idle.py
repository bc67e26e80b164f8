from typing import Any

from factories.azure import (
    CONTRIBUTOR,
    GROUP,
    ML,
    PRINCIPAL,
    READER,
    STORAGE,
    assignment,
    cluster,
    instance,
    to_group,
    user_identity,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.authorization.resources import RoleAssignment
from checks.azure.machine_learning.resources import Compute

RUNNING = {"state": "Running"}


def never(**fields: Any) -> Compute:
    return instance(idle_time_before_shutdown=None, **fields)


def idle(principal: str | None = PRINCIPAL, assigned: Any = None, **fields: Any) -> Compute:
    """An instance that is to stop after an hour, and acts as an identity."""
    acts = {"principal_id": principal, "user_assigned_identities": assigned}
    return instance(**{"idle_time_before_shutdown": "PT1H", **RUNNING, **acts, **fields})


CASES = {
    "azure_ml_compute_instance_without_idle_shutdown": [
        Case("after an hour", PASS, idle(None)),
        Case("never", FAIL, never(**RUNNING)),
        Case("never, but it is stopped", NOT_APPLICABLE, never(state="Stopped")),
        Case("never, and whether it runs was not observed", UNKNOWN, never(state=UNSET)),
        Case(
            "by an identity that contributes to the group", PASS, idle(), assignment("contributor", GROUP), CONTRIBUTOR
        ),
        Case("by one of the customer's", PASS, idle(None, user_identity()), assignment("contributor", ML), CONTRIBUTOR),
        Case("by an identity without a role", FAIL, idle()),
        Case("by an identity without a role, but it is stopped", NOT_APPLICABLE, idle(state="Stopped")),
        Case("by an identity that reads only", FAIL, idle(), assignment("reader", GROUP), READER),
        Case("by one that contributes elsewhere", FAIL, idle(), assignment("contributor", STORAGE), CONTRIBUTOR),
        Case("by an identity in a role that was not read", UNKNOWN, idle(), assignment("contributor", GROUP)),
        Case(
            "by an identity that may be in a group that contributes",
            UNKNOWN,
            idle(),
            to_group("contributor", GROUP),
            CONTRIBUTOR,
        ),
        Case("by an identity, beside a group that reads", FAIL, idle(), to_group("reader", GROUP), READER),
        Case("by one of which nobody told who it is", UNKNOWN, idle(None, user_identity(None))),
        Case("by an identity, roles not all seen", UNKNOWN, idle(), incomplete=(RoleAssignment,)),
        Case("whether it has an identity not observed", UNKNOWN, idle(UNSET)),
        Case("still being created", NOT_APPLICABLE, idle(None, provisioning_state="Creating")),
        Case("a cluster", NOT_APPLICABLE, cluster()),
        Case("detail was denied", UNKNOWN, instance()),
    ],
}
