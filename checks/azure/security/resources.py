"""The kinds of plans and of settings of Defender: typed snapshots."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

PRICINGS = "Microsoft.Security/pricings/read"
SETTINGS = "Microsoft.Security/defenderForStorageSettings/read"
#: The plans that may look for sensitive data: Defender for Storage, and Defender CSPM.
OF_STORAGE, OF_POSTURE = "StorageAccounts", "CloudPosture"


def plan_id(subscription: str, name: str) -> str:
    """The id of a plan of a subscription."""
    return f"/subscriptions/{subscription}/providers/microsoft.security/pricings/{name}".lower()


def setting_id(account: str) -> str:
    """The id of the settings of Defender of a storage account."""
    return f"{account}/providers/microsoft.security/defenderforstoragesettings/current".lower()


class PlanExtension(Part, frozen=True, kw_only=True, rename="camel"):
    """A part of a plan, and whether it is on: `True` or `False`, as text."""

    name: str | None = None
    is_enabled: str | None = None


class DefenderPlan(Resource, frozen=True, kw_only=True):
    """A plan of Defender in a subscription where data trains models. Id: its resource id in lower case.

    One of a subscription that has not registered Defender has nothing.
    """

    kind: ClassVar[str] = "azure.security.DefenderPlan"
    title: ClassVar[str] = "Defender plan of a subscription"
    holds: ClassVar[Holds] = Holds.TRAINING

    #: Standard where the plan is on, else Free
    tier: Annotated[Observed[str], Read(PRICINGS, "properties.pricingTier")] = UNSET
    extensions: Annotated[Observed[tuple[PlanExtension, ...]], Read(PRICINGS, "properties.extensions")] = UNSET


class OperationStatus(Part, frozen=True, kw_only=True):
    """What became of turning something on or off."""

    code: str | None = None


class SensitiveDataDiscovery(Part, frozen=True, kw_only=True, rename="camel"):
    """Whether Defender looks for sensitive data in an account."""

    is_enabled: bool | None = None
    operation_status: OperationStatus | None = None


class StorageDefender(Resource, frozen=True, kw_only=True):
    """The settings of Defender for Storage of an account, in a subscription where data trains models.

    Id: their resource id in lower case. Those of malware are not read.
    """

    kind: ClassVar[str] = "azure.security.StorageDefender"
    title: ClassVar[str] = "Defender's settings of a storage account"
    holds: ClassVar[Holds] = Holds.TRAINING

    is_enabled: Annotated[Observed[bool], Read(SETTINGS, "properties.isEnabled")] = UNSET
    discovery: Annotated[Observed[SensitiveDataDiscovery], Read(SETTINGS, "properties.sensitiveDataDiscovery")] = UNSET
    #: whether these count in place of the plan of the subscription
    overrides: Annotated[Observed[bool], Read(SETTINGS, "properties.overrideSubscriptionLevelSettings")] = UNSET
