"""Whether somebody looks for personal data in what models are trained with. What was found is not read."""

from msgspec import UNSET

from checks.azure.ids import subscription
from checks.azure.machine_learning.data_places import data_places
from checks.azure.machine_learning.resources import (
    DataVersion,
    Job,
    ModelVersion,
    OnlineDeployment,
    OnlineEndpoint,
    Workspace,
)
from checks.azure.members import folded
from checks.azure.security.resources import (
    OF_POSTURE,
    OF_STORAGE,
    DefenderPlan,
    StorageDefender,
    plan_id,
    setting_id,
)
from checks.azure.storage.resources import StorageAccount
from scanner.model.checks import check
from scanner.model.nouns import (
    Resource,
    Severity,
    Status,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
)
from scanner.model.views import View

#: What leads to jobs. Of versions it is looked at whether their jobs were seen.
_LEADING = (OnlineEndpoint, OnlineDeployment, ModelVersion)
_DISCOVERY = "sensitivedatadiscovery"


@check(
    id="MLP-5631",
    severity=Severity.MEDIUM,
    objective="data-classification",
    since="0.1.0",
    needs=(*_LEADING, Workspace, Job, DataVersion, DefenderPlan, StorageDefender),
    blind_to=("scans of Microsoft Purview", "discovery by other tools", "objects that a sample did not touch"),
)
def azure_training_storage_outside_defender(account: StorageAccount, view: View) -> Verdict:
    """Storage account with training data is left out where Defender looks for sensitive data.

    Judged are accounts with data that a job read which made a served version of Azure ML: in a datastore that its
    workspace made by itself, or at an address of the account. Where some such data is in another datastore, the verdict
    on all other accounts is open. Defender looks at an account where sensitive data discovery is on in Defender CSPM,
    or in Defender for Storage and the account does not override that. Where no plan of the subscription has it, nothing
    says that personal data is looked for, or has to be. What Defender found is not read. Microsoft Purview is not
    asked: what it scans, only its own data plane says.

    ## Why it matters
    A model remembers what it was trained with. Personal data that nobody knew of in a training set is found by a person
    who asks about it, or by whoever gets the model to repeat it. Where discovery is on, its reports are believed to
    speak of all that there is.

    ## How to fix
    Let the account follow the settings of its subscription again, or turn discovery on in its own.

    Portal: the storage account, Microsoft Defender for Cloud, Settings, Sensitive data threat detection. REST:
    `sensitiveDataDiscovery` in `Microsoft.Security/defenderForStorageSettings`. Terraform:
    `sensitive_data_discovery_enabled` of `azurerm_security_center_storage_defender`.

    ## References
    - https://learn.microsoft.com/en-us/azure/defender-for-cloud/defender-for-storage-data-sensitivity
    - https://learn.microsoft.com/en-us/rest/api/defenderforcloud/defender-for-storage
    - https://learn.microsoft.com/en-us/rest/api/defenderforcloud/pricings
    """
    if missing := unobserved(account, "exists"):
        return missing
    if not account.exists:
        return not_applicable("it is not there", exists=account.exists)
    places = view.derive(data_places)
    job = places.by.get(account.id) or places.by.get(account.name.lower())
    if job is None:
        return not_applicable("no training data is in it", exists=True) if places.complete else unknown("Job.data")
    verdict = _covered(account, view, (account.id, job))
    if verdict.status is not Status.FAIL and not places.read:
        return unknown("Job.data", path=verdict.path)
    return verdict


def _covered(account: StorageAccount, view: View, path: tuple[str, ...]) -> Verdict:
    """The verdict on what Defender does with an account."""
    plans = [view.get(DefenderPlan, plan_id(subscription(account.id), name)) for name in (OF_POSTURE, OF_STORAGE)]
    setting = view.get(StorageDefender, setting_id(account.id))
    seen = [plan for plan in plans if isinstance(plan, Resource)]
    if len(seen) < len(plans) or any(UNSET in (plan.tier, plan.extensions) for plan in seen):
        return unknown("DefenderPlan.tier", "DefenderPlan.extensions", path=path)
    posture, storage = seen
    if not isinstance(setting, Resource) or UNSET in (setting.is_enabled, setting.discovery, setting.overrides):
        return unknown("StorageDefender.discovery", path=path)
    shown = {f"DefenderPlan.{field}": {one.id: getattr(one, field) for one in seen} for field in ("tier", "extensions")}
    shown |= joined(setting, "is_enabled", "discovery", "overrides")
    if _looks(posture):
        return passed("Defender CSPM of its subscription looks at it", path=path, **shown)
    own = setting.discovery if setting.is_enabled else None
    if own and own.is_enabled:
        status = own.operation_status.code if own.operation_status else None
        if status is not None and folded(status) != "succeeded":
            return unknown("StorageDefender.discovery", path=path)
        return passed("Defender for Storage looks at it", path=path, **shown)
    if not _looks(storage):
        return not_applicable("no plan of its subscription looks for sensitive data", **shown)
    if setting.overrides:
        return failed("its own settings leave it out, where its subscription is looked at", path=path, **shown)
    if setting.discovery and setting.discovery.is_enabled is False:  # which the plan of its subscription contradicts
        return unknown("StorageDefender.discovery", path=path)
    return passed("Defender for Storage of its subscription looks at it", path=path, **shown)


def _looks(plan: DefenderPlan) -> bool:
    """Whether a plan is on, and looks for sensitive data."""
    found = [one.is_enabled for one in plan.extensions or () if folded(one.name) == _DISCOVERY]
    return folded(plan.tier) == "standard" and any(folded(one) == "true" for one in found)
