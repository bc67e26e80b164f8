"""Which resources run at all: what nothing rests on is not judged."""

from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint
from checks.azure.members import folded
from scanner.model.nouns import Verdict, not_applicable, unobserved

_IDLE = {
    "creating": "it is still being created",
    "deleting": "it is being deleted",
    "failed": "it failed, and runs nothing",
    "canceled": "it was canceled, and runs nothing",
}
#: States of an instance without a running machine.
_STILL = ("stopped", "createfailed", "deleting")


def not_in_use(resource: Compute | OnlineEndpoint | OnlineDeployment) -> Verdict | None:
    """Why a resource is not judged, if its state says that it runs nothing yet or any more."""
    if verdict := unobserved(resource, "provisioning_state"):
        return verdict
    why = _IDLE.get(folded(resource.provisioning_state) or "")
    return not_applicable(why, provisioning_state=resource.provisioning_state) if why else None


def standing_still(compute: Compute) -> Verdict | None:
    """Why an instance is not judged by what can be reached on it, or left idle; None while it runs."""
    if verdict := unobserved(compute, "state"):
        return verdict
    return not_applicable("it does not run", state=compute.state) if folded(compute.state) in _STILL else None
