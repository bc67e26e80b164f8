"""AI Services kinds: typed snapshots. Each field names the operation and member it comes from."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.azure.members import IpRule, PerimeterRule, PrivateEndpointConnection, UserIdentity
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

ACCOUNTS = "Microsoft.CognitiveServices/accounts/read"
PERIMETERS = "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read"


class OwnedStorage(Part, frozen=True, kw_only=True, rename="camel"):
    """A storage account of the customer in which an AI account keeps data."""

    resource_id: str | None = None


class Account(Resource, frozen=True, kw_only=True):
    """An Azure OpenAI or AI Services account. Id: its resource id in lower case."""

    kind: ClassVar[str] = "azure.ai_services.Account"
    title: ClassVar[str] = "Azure AI account"
    holds: ClassVar[Holds] = Holds.SERVING

    account_kind: Annotated[Observed[str], Read(ACCOUNTS, "kind")] = UNSET
    provisioning_state: Annotated[Observed[str], Read(ACCOUNTS, "properties.provisioningState")] = UNSET
    public_network_access: Annotated[Observed[str], Read(ACCOUNTS, "properties.publicNetworkAccess")] = UNSET
    network_default_action: Annotated[Observed[str], Read(ACCOUNTS, "properties.networkAcls.defaultAction")] = UNSET
    network_ip_rules: Annotated[Observed[tuple[IpRule, ...]], Read(ACCOUNTS, "properties.networkAcls.ipRules")] = UNSET
    #: Enforced or Learning; absent where the account is in no network security perimeter. Asked for where it leaves its
    #: network to one, or the index lists one in the scanned subscriptions
    perimeter_mode: Annotated[Observed[str], Read(PERIMETERS, "properties.resourceAssociation.accessMode")] = UNSET
    perimeter_rules: Annotated[
        Observed[tuple[PerimeterRule, ...]], Read(PERIMETERS, "properties.profile.accessRules")
    ] = UNSET
    private_endpoint_connections: Annotated[
        Observed[tuple[PrivateEndpointConnection, ...]], Read(ACCOUNTS, "properties.privateEndpointConnections")
    ] = UNSET
    disable_local_auth: Annotated[Observed[bool], Read(ACCOUNTS, "properties.disableLocalAuth")] = UNSET
    identity_type: Annotated[Observed[str], Read(ACCOUNTS, "identity.type")] = UNSET
    principal_id: Annotated[Observed[str], Read(ACCOUNTS, "identity.principalId")] = UNSET
    user_assigned_identities: Annotated[
        Observed[Mapping[str, UserIdentity | None]], Read(ACCOUNTS, "identity.userAssignedIdentities")
    ] = UNSET
    key_source: Annotated[Observed[str], Read(ACCOUNTS, "properties.encryption.keySource")] = UNSET
    restrict_outbound_network_access: Annotated[
        Observed[bool], Read(ACCOUNTS, "properties.restrictOutboundNetworkAccess")
    ] = UNSET
    custom_sub_domain_name: Annotated[Observed[str], Read(ACCOUNTS, "properties.customSubDomainName")] = UNSET
    user_owned_storage: Annotated[Observed[tuple[OwnedStorage, ...]], Read(ACCOUNTS, "properties.userOwnedStorage")] = (
        UNSET
    )
    tags: Annotated[Observed[dict[str, str]], Read(ACCOUNTS, "tags")] = UNSET
