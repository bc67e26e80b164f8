"""Which workspace decides over another: pure functions that checks share."""

from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import Workspace
from scanner.model.views import View


def network_of(identifier: str, view: View) -> Workspace | None:
    """The workspace whose managed network holds for a resource, None if it was not observed.

    That is the workspace it is inside or, where this is a project, the hub of the project.
    """
    workspace = view.get(Workspace, workspace_of(identifier))
    if not isinstance(workspace, Workspace):
        return None
    kind = workspace.workspace_kind
    if kind is None or (isinstance(kind, str) and kind.lower() != "project"):
        return workspace
    if not isinstance(kind, str) or not isinstance(workspace.hub_resource_id, str):
        return None
    hub = view.get(Workspace, arm_id(workspace.hub_resource_id))
    return hub if isinstance(hub, Workspace) else None
