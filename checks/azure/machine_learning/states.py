"""Which resources run at all: what nothing rests on is not judged."""

from datetime import datetime

from checks.azure.machine_learning.resources import Compute, OnlineDeployment, OnlineEndpoint
from checks.azure.members import folded
from checks.azure.transience import on_the_way
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved

#: The last change did not come to its end. If that was the creation, nothing runs, else what ran before.
_BROKEN = {"failed": "failed", "canceled": "was canceled"}
#: States of an instance without a running machine.
_STILL = ("stopped", "createfailed", "deleting")
#: Those of an instance with one, whatever became of its last change.
_AT_WORK = ("running", "jobrunning", "restarting", "settingup", "starting", "stopping", "usersettingup")


def not_in_use(resource: Compute | OnlineEndpoint | OnlineDeployment) -> Verdict | None:
    """Why a resource is not judged, if its state says that it runs nothing yet or any more, or leaves that open."""
    if verdict := on_the_way(resource):
        return verdict
    state = folded(resource.provisioning_state) or ""
    return _after(resource, _BROKEN[state]) if state in _BROKEN else None


def is_broken(deployment: OnlineDeployment) -> bool:
    """Whether the last change of a deployment came to nothing, so that its state does not say whether it is in use."""
    return folded(deployment.provisioning_state) in _BROKEN


def _after(resource: Compute | OnlineEndpoint | OnlineDeployment, what: str) -> Verdict | None:
    """What to say of a resource whose last change came to nothing: it may run all the same, as it was before.

    A deployment that fails to be updated serves on, and a cluster that fails to be resized keeps its nodes. Nothing
    runs where that change was the first. Of a compute, only an instance tells whether it runs.
    """
    nothing, state = f"it {what}, and runs nothing", resource.provisioning_state
    if isinstance(resource, Compute):
        if folded(resource.state) in _AT_WORK:
            return None
        if folded(resource.state) in _STILL:
            return not_applicable(nothing, provisioning_state=state, state=resource.state)
    elif isinstance(resource.created_at, datetime) and resource.last_modified_at == resource.created_at:
        return not_applicable(nothing, provisioning_state=state, last_modified_at=resource.last_modified_at)
    return unknown(f"what runs since its last change {what}")


def standing_still(compute: Compute) -> Verdict | None:
    """Why an instance is not judged by what can be reached on it, or left idle; None while it runs."""
    if verdict := unobserved(compute, "state"):
        return verdict
    return not_applicable("it does not run", state=compute.state) if folded(compute.state) in _STILL else None


def behind_rules(compute: Compute) -> Verdict | None:
    """What to say of an instance whose SSH port is open, if only the rules of its subnet tell for whom.

    Source: `sshPublicAccess` of ComputeInstanceSshSettings,
    https://learn.microsoft.com/en-us/rest/api/azureml/compute/get
    """
    if verdict := unobserved(compute, "subnet_id"):
        return verdict
    return unknown("whom the security rules of its subnet let in") if compute.subnet_id else None
