"""Which resources are on their way: what is being created or deleted has no settings that anything rests on."""

from checks.azure.ai_services.resources import Account
from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.members import folded
from scanner.model.nouns import Verdict, not_applicable, unobserved

#: By provisioning state. Microsoft's services name the same states, some by words of their own.
_ON_THE_WAY = {
    "accepted": "it is still being created",
    "creating": "it is still being created",
    "deleting": "it is being deleted",
    "softdeleted": "it is deleted, and is kept for a while",
}


def on_the_way(resource: Workspace | Account | Compute | OnlineEndpoint | OnlineDeployment) -> Verdict | None:
    """Why a resource is not judged that is not there yet, or not any more; None for one that is there.

    After a change that failed it is there as it was, with the settings that it shows.
    """
    if verdict := unobserved(resource, "provisioning_state"):
        return verdict
    why = _why(resource)
    return not_applicable(why, provisioning_state=resource.provisioning_state) if why else None


def is_on_the_way(resource: Workspace | Account | Compute | OnlineEndpoint | OnlineDeployment) -> bool:
    """Whether a resource was seen not to be there yet, or not any more."""
    return bool(_why(resource))


def _why(resource: Workspace | Account | Compute | OnlineEndpoint | OnlineDeployment) -> str:
    state = folded(resource.provisioning_state)
    return _ON_THE_WAY.get(state, "") if isinstance(state, str) else ""
