"""Which computes run outside subnets of the customer, worked out once for all workspaces."""

from msgspec import UNSET, Struct

from checks.azure.machine_learning.hubs import network_of
from checks.azure.machine_learning.resources import Compute, Workspace
from checks.azure.members import folded
from checks.azure.transience import is_on_the_way
from scanner.model.views import View

_OWN_MACHINES = ("computeinstance", "amlcompute")


class Outside(Struct, frozen=True):
    """The id of a compute that is in no subnet, empty if there is none, and what was not observed to tell."""

    compute: str = ""
    doubts: frozenset[str] = frozenset()


def outside_subnets(workspace: Workspace, view: View) -> Outside:
    """A compute of the workspace, or of a project of this hub, that is in no subnet."""
    found, doubts = view.derive(_outside)
    here = found.get(workspace.id, Outside())
    return Outside(here.compute, here.doubts | doubts)


def _outside(view: View) -> tuple[dict[str, Outside], frozenset[str]]:
    """By id of the workspace whose network holds, and what is in doubt for all of them."""
    computes = view.all(Compute)
    found: dict[str, Outside] = {}
    doubts = set() if computes.complete else {"Compute"}
    for compute in computes:
        attached = compute.compute_type is not UNSET and folded(compute.compute_type) not in _OWN_MACHINES
        if attached or (compute.subnet_id and compute.compute_type is not UNSET) or is_on_the_way(compute):
            continue
        owner = network_of(compute.id, view)
        if owner is None:
            doubts.add("Workspace")
            continue
        before = found.get(owner.id, Outside())
        if UNSET in (compute.compute_type, compute.subnet_id, compute.provisioning_state):
            found[owner.id] = Outside(before.compute, before.doubts | {"Compute.subnet_id"})
        else:
            found[owner.id] = Outside(before.compute or compute.id, before.doubts)
    return found, frozenset(doubts)
