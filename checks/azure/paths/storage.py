"""The storage behind a workspace: for the joined checks."""

from collections.abc import Callable

from msgspec.structs import replace

from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import Workspace
from checks.azure.storage.resources import StorageAccount
from scanner.model.nouns import Status, Verdict, not_applicable, unknown, unobserved
from scanner.model.trust import few
from scanner.model.views import View

#: Of the verdicts on several accounts, which one counts for the workspace that names them all.
_WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def judge_storage(workspace: Workspace, view: View, judge: Callable[[Workspace, StorageAccount], Verdict]) -> Verdict:
    """The worst verdict on the storage accounts that a workspace names: its own, and of a hub those for its projects.

    Where all failures are of what may be known to be the reader's, it is about all of these, and about what the rest
    leaves open.
    """
    if verdict := unobserved(workspace, "storage_account"):
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
    return _worst(verdicts)


def _worst(verdicts: list[Verdict]) -> Verdict:
    first = min(verdicts, key=lambda verdict: (_WORST.index(verdict.status), bool(verdict.foreign)))
    if not first.foreign:
        return first
    foreign = tuple(thing for verdict in verdicts for thing in verdict.foreign)
    missing = tuple(name for verdict in verdicts for name in verdict.missing)
    known = few(list(dict.fromkeys(verdict.known for verdict in verdicts if verdict.known)))
    return replace(first, foreign=foreign, missing=missing, known=known)
