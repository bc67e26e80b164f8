"""The storage behind a workspace: for the joined checks."""

from collections.abc import Callable

from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import StorageAccount
from checks.azure.transience import on_the_way
from checks.worst import worst
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def judge_storage(workspace: Workspace, view: View, judge: Callable[[Workspace, StorageAccount], Verdict]) -> Verdict:
    """The worst verdict on the storage accounts that a workspace names: its own, and of a hub those for its projects.

    Where all failures are of what may be known to be the reader's, it is about all of these, and about what the rest
    leaves open.
    """
    if verdict := on_the_way(workspace) or unobserved(workspace, "storage_account"):
        return verdict
    named = [workspace.storage_account, *(workspace.additional_storage_accounts or ())]
    found = [view.get(StorageAccount, arm_id(str(name))) for name in named if name]
    verdicts = [
        judge(workspace, one) if isinstance(one, StorageAccount) else unknown("StorageAccount") for one in found
    ]
    if verdict := unobserved(workspace, "additional_storage_accounts"):
        verdicts.append(verdict)
    if not verdicts:
        return not_applicable("the workspace names no storage account", storage_account=None)
    return worst(verdicts)
