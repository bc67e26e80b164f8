"""Why Azure refuses: causes, how Resource Manager and the sign-in tell them apart, and what would help."""

import re
from collections.abc import Iterator

from checks.azure.error_kinds import UNREGISTERED
from scanner.model.nouns import Extent, Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import Refusal, Row, rows

_ARM = "https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting"
_COMMON = f"{_ARM}/common-deployment-errors"
_ENTRA = "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes"
_DISABLED = "https://learn.microsoft.com/en-us/azure/cost-management-billing/manage/subscription-disabled"
_FILES = "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-storage/blobs/authentication/storage-troubleshoot-403-errors"
_STORAGE = "https://learn.microsoft.com/en-us/rest/api/storagerp/srp_error_codes_common"

REFUSALS = (
    Refusal(
        cause="a deny assignment refuses it",
        remedy="its owner, often a managed application or a deployment stack, has to except the scanner",
        source="https://learn.microsoft.com/en-us/azure/role-based-access-control/deny-assignments",
        codes=("DenyAssignmentAuthorizationFailed",),
        words=pattern(r"because of the deny assignment|blocked by deny assignments", re.IGNORECASE),
        says=("access is denied because of the deny assignment with name … at scope …",),
    ),
    Refusal(
        cause="network rules of the resource refuse this address",
        remedy="allow it there, or scan from a network that is allowed",
        source="https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-virtual-networks",
        codes=("ForbiddenByFirewall", "ForbiddenByConnection"),
        words=pattern(
            r"Virtual Network/Firewall rules|public (?:network )?access is disabled|using this network", re.IGNORECASE
        ),
        says=("Access denied due to Virtual Network/Firewall rules.", "Public access is disabled."),
    ),
    Refusal(
        cause="no role of the credential allows it",
        remedy="grant a role with the permission there, such as Reader",
        source=f"{_ARM}/error-not-found",
        codes=("AuthorizationFailed", "LinkedAuthorizationFailed"),
        permission=None,
    ),
    Refusal(
        cause="network rules of the storage account refuse this address",
        remedy="allow it there, or scan from a network that is allowed",
        source=_FILES,
        codes=("AuthorizationFailure",),
    ),
    Refusal(
        cause="no role of the credential lets it read the blob",
        remedy="grant one with the data action there, such as Storage Blob Data Reader on the container",
        source=_FILES,
        codes=("AuthorizationPermissionMismatch",),
        permission=None,
    ),
    Refusal(
        cause="there is no such subscription, or the credential has no role in it",
        remedy="check the id, and grant the credential a role there, such as Reader",
        source=f"{_ARM}/error-not-found",
        codes=("SubscriptionNotFound",),
        permission=None,
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the id is none of a subscription",
        remedy="check --subscription",
        source=_COMMON,
        codes=("InvalidSubscriptionId",),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the resource provider is not registered in the subscription",
        remedy="register it if the subscription is to use it",
        source=f"{_ARM}/error-register-resource-provider",
        reason=Reason.NOT_ENABLED,
        codes=UNREGISTERED,
    ),
    Refusal(
        cause="the offer of the subscription does not permit the resource provider",
        remedy="move to an offer that does, or leave the subscription out",
        source=_COMMON,
        reason=Reason.NOT_ENABLED,
        codes=("DisallowedProvider",),
        extent=Extent.SERVICE,
    ),
    Refusal(
        cause="the kind of subscription permits no resources at all",
        remedy="leave it out, or sign in to the tenant that has the other ones",
        source=_COMMON,
        reason=Reason.NOT_ENABLED,
        codes=("DisallowedOperation",),
        extent=Extent.ACCOUNT,
    ),
    # What only reads goes on in such a subscription; of what we ask, a check of a name is refused.
    Refusal(
        cause="the subscription is disabled",
        remedy="its owner has to enable it again",
        source=_DISABLED,
        reason=Reason.NOT_ENABLED,
        codes=("ReadOnlyDisabledSubscription",),
    ),
    Refusal(
        cause="the subscription is disabled, and the service answers nothing",
        remedy="its owner has to enable it again",
        source=_STORAGE,
        reason=Reason.NOT_ENABLED,
        codes=("SubscriptionDisabled", "SubscriptionStateForbidden"),
        extent=Extent.SERVICE,
    ),
    Refusal(
        cause="a policy of the organisation refuses it",
        remedy="exempt the scope from the policy, whose name is in the activity log",
        source=f"{_ARM}/error-policy-requestdisallowedbypolicy",
        codes=("RequestDisallowedByPolicy",),
    ),
    Refusal(
        cause="the subscription belongs to another tenant than the credential signed in to",
        remedy="sign in to that tenant: AZURE_TENANT_ID, or `az login --tenant`",
        source=_COMMON,
        codes=("InvalidAuthenticationTokenTenant",),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the access token is not accepted",
        remedy="sign in again; if it is said to have expired, set the clock of this machine right",
        source=_ENTRA,
        codes=("ExpiredAuthenticationToken", "InvalidAuthenticationToken", "AuthenticationFailed"),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="Conditional Access refuses the sign-in",
        remedy="except the scanner's identity from the policy, or scan from where, and as, the policy demands",
        source=_ENTRA,
        codes=(
            "AADSTS50005",
            "AADSTS50076",
            "AADSTS50079",
            "AADSTS53000",
            "AADSTS53001",
            "AADSTS53002",
            "AADSTS53003",
            "AADSTS53004",
            "AADSTS530032",
            "AADSTS530035",
        ),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="the sign-in has expired or was revoked",
        remedy="sign in again with `az login`, or give the application a new secret or certificate",
        source=_ENTRA,
        codes=("AADSTS50173", "AADSTS70043", "AADSTS700082", "AADSTS700084", "AADSTS7000222", "AADSTS700024"),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="the secret or certificate of the application is wrong",
        remedy="check AZURE_CLIENT_SECRET, which is the secret's value and not its id, or the certificate",
        source=_ENTRA,
        codes=("AADSTS7000215", "AADSTS700027"),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="no federated credential of the application fits the token of this workload",
        remedy="add one with the issuer, subject and audience of the token",
        source="https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation-considerations",
        codes=("AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213"),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="the tenant does not know the identity, or has disabled it",
        remedy="check AZURE_TENANT_ID and AZURE_CLIENT_ID, and that the identity is enabled in that tenant",
        source=_ENTRA,
        codes=("AADSTS50020", "AADSTS50034", "AADSTS50057", "AADSTS700016", "AADSTS7000112", "AADSTS90002"),
        extent=Extent.EVERYTHING,
    ),
    Refusal(
        cause="Azure limits how often this may be asked",
        remedy="scan again with a lower --concurrency, or when less else is going on in the tenant",
        source="https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/request-limits-and-throttling",
        reason=Reason.THROTTLED,
        codes=(
            "TooManyRequests",
            "SubscriptionRequestsThrottled",
            "TenantRequestsThrottled",
            "ResourceCollectionRequestsThrottled",
            "RateLimiting",
        ),
    ),
)


def refusals() -> Iterator[Row]:
    """Cause, how Azure says it, remedy and source of each."""
    return rows(REFUSALS)
