"""Which workspace decides over another: pure functions that checks share."""

from checks.azure.ids import arm_id, workspace_of
from checks.azure.machine_learning.resources import Workspace
from checks.azure.members import folded
from checks.azure.transience import on_the_way
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def network_of(identifier: str, view: View) -> Workspace | None:
    """The workspace whose network holds for a resource, None if it was not observed.

    That is the workspace it is inside or, where this is a project, the hub of the project.
    """
    workspace = view.get(Workspace, workspace_of(identifier))
    if not isinstance(workspace, Workspace):
        return None
    kind = folded(workspace.workspace_kind)
    if kind is None or (isinstance(kind, str) and kind != "project"):
        return workspace
    return _hub(workspace, view) if isinstance(kind, str) else None


def of_hub(workspace: Workspace, view: View) -> Verdict | None:
    """Projects take network, keys and storage from their hub, which is judged instead if it was seen.

    Nor is a workspace judged that is being created or deleted.
    """
    if verdict := on_the_way(workspace) or unobserved(workspace, "workspace_kind"):
        return verdict
    if folded(workspace.workspace_kind) != "project":
        return None
    if not isinstance(workspace.hub_resource_id, str):
        return unknown("hub_resource_id")
    if _hub(workspace, view) is None:
        return unknown("Workspace")
    return not_applicable(
        "a project takes this from its hub",
        workspace_kind=workspace.workspace_kind,
        hub_resource_id=workspace.hub_resource_id,
    )


def _hub(project: Workspace, view: View) -> Workspace | None:
    if not isinstance(project.hub_resource_id, str):
        return None
    hub = view.get(Workspace, arm_id(project.hub_resource_id))
    return hub if isinstance(hub, Workspace) else None
