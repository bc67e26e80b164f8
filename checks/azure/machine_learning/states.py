"""Which resources run at all: what nothing rests on is not judged."""

from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint
from checks.azure.members import folded
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved

_IDLE = {"creating": "it is still being created", "deleting": "it is being deleted"}
#: The last change did not come to its end. If that was the creation, nothing runs, else what ran before.
_BROKEN = {"failed": "failed", "canceled": "was canceled"}
#: States of an instance without a running machine.
_STILL = ("stopped", "createfailed", "deleting")
#: Those of an instance with one, whatever became of its last change.
_AT_WORK = ("running", "jobrunning", "restarting", "settingup", "starting", "stopping", "usersettingup")


def not_in_use(resource: Compute | OnlineEndpoint | OnlineDeployment) -> Verdict | None:
    """Why a resource is not judged, if its state says that it runs nothing yet or any more, or leaves that open."""
    if verdict := unobserved(resource, "provisioning_state"):
        return verdict
    state = folded(resource.provisioning_state) or ""
    if why := _IDLE.get(state):
        return not_applicable(why, provisioning_state=resource.provisioning_state)
    return _after(resource, _BROKEN[state]) if state in _BROKEN else None


def _after(resource: Compute | OnlineEndpoint | OnlineDeployment, what: str) -> Verdict | None:
    """What to say of a resource whose last change came to nothing; only an instance tells whether it runs all the same.

    A deployment that fails to be updated serves on as it was, and a cluster that fails to be resized keeps its nodes.
    """
    if isinstance(resource, Compute) and resource.state is not None:
        if verdict := unobserved(resource, "state"):
            return verdict
        if folded(resource.state) in _AT_WORK:
            return None
        if folded(resource.state) in _STILL:
            shown = {"provisioning_state": resource.provisioning_state, "state": resource.state}
            return not_applicable(f"it {what}, and runs nothing", **shown)
    return unknown(f"what runs since its last change {what}")


def standing_still(compute: Compute) -> Verdict | None:
    """Why an instance is not judged by what can be reached on it, or left idle; None while it runs."""
    if verdict := unobserved(compute, "state"):
        return verdict
    return not_applicable("it does not run", state=compute.state) if folded(compute.state) in _STILL else None
