"""Checks of Azure OpenAI and AI Services accounts."""

from typing import Any

from checks.azure.ai_services.resources import Account
from checks.azure.blind_spots import FAR_PERIMETERS
from checks.azure.members import approved, folded, identity_types
from checks.azure.networks import firewall, judge_opening, values, wide
from checks.azure.perimeters import SECURED, is_enforced, opening
from checks.azure.transience import on_the_way
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    failed_unless_known,
    not_applicable,
    passed,
    unknown,
    unobserved,
)


@check(
    id="MLP-3301",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(FAR_PERIMETERS,),
    decided_by=(
        "network_default_action",
        "network_ip_rules",
        "perimeter_mode",
        "perimeter_rules",
        "public_network_access",
    ),
)
def azure_ai_account_public_network_access(account: Account) -> Verdict:
    """AI account answers callers from any network.

    ## Why it matters
    A key or token that leaks from a repository or a client works from anywhere: strangers run up your bill, use your
    quota for abuse, and read what fine-tuned models or stored files reveal. An account is public unless told otherwise,
    and nearly so if its firewall rules let in a /8 or more, alone or together. In a network security perimeter that is
    enforced the rules of the perimeter decide in their place.

    ## How to fix
    Turn public network access off and use a private endpoint, or deny by default and list what may connect. A range
    this wide that is your own is declared in `[[trust.addresses]]`.

    CLI: `az resource update --ids ID --set properties.publicNetworkAccess=Disabled`. Terraform:
    `public_network_access_enabled = false`, or `network_acls { default_action = "Deny" }`, on
    `azurerm_cognitive_account`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-virtual-networks
    - https://learn.microsoft.com/en-us/azure/private-link/network-security-perimeter-transition
    """
    if verdict := on_the_way(account):
        return verdict
    opened = "all networks or most of them may connect"
    return judge_opening(account, opening(account), opened, "not all networks may connect")


@check(
    id="MLP-3302",
    severity=Severity.HIGH,
    objective="network-isolation",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
)
def azure_ai_account_open_ip_rule(account: Account) -> Verdict:
    """AI account has a firewall rule that lets in most of the internet.

    ## Why it matters
    The firewall says deny, audits see deny, and a rule such as 0.0.0.0/0 beneath it lets everyone in. It is usually
    left over from a test. Networks of /8 and wider count, and narrower ones that make up as much together.

    ## How to fix
    Replace the rule by the addresses of your own egress, or by a private endpoint. A range this wide that is your own
    is declared in `[[trust.addresses]]`.

    CLI: `az cognitiveservices account network-rule remove --ip-address RANGE`. Terraform: `network_acls { ip_rules }`
    on `azurerm_cognitive_account`.

    At the end of `mlposture.toml`:

        [[trust.addresses]]
        value = "17.0.0.0/8"
        reason = "…"

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-virtual-networks
    """
    if verdict := on_the_way(account):
        return verdict
    if folded(account.public_network_access) == SECURED:
        access = account.public_network_access
        return not_applicable("it has no rules but those of a perimeter", public_network_access=access)
    found = firewall(account)
    if found.to_all is None:
        return unknown(*found.fields)
    evidence = {name: getattr(account, name) for name in found.fields}
    if folded(account.public_network_access) == "disabled":
        return not_applicable("rules have no effect without public access", **evidence)
    if folded(account.network_default_action) != "deny":
        return not_applicable("rules have no effect unless the default is to deny", **evidence)
    whole = opening(account)
    mode = is_enforced(account)
    if mode is None or whole.to_all is None:
        return unknown(*(whole.fields if mode is not None else ("perimeter_mode",)))
    inside = {"perimeter_mode": account.perimeter_mode, "perimeter_rules": account.perimeter_rules}
    if mode:
        return not_applicable("rules have no effect in a perimeter that is enforced", **inside)
    if found.to_all:
        said = f"lets in {', '.join(wide(values(account.network_ip_rules or ())))}"
        return failed_unless_known(found.foreign, said, known=found.known, missing=found.missing, **evidence)
    if whole.to_all:
        return not_applicable("not its own rules, those of a perimeter let in as much", **inside)
    return passed("no rule is that wide", **evidence)


@check(id="MLP-3303", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=())
def azure_ai_account_without_private_endpoint(account: Account) -> Verdict:
    """AI account has no approved private endpoint.

    ## Why it matters
    Prompts and answers, which often carry personal or business data, can reach the account through its public address
    only. Who turns that off before there is a private endpoint shuts everybody out. A pending or rejected connection
    carries no traffic.

    ## How to fix
    Create a private endpoint for the sub-resource `account` and approve its connection.

    Portal: Networking > Private endpoint connections. CLI: `az network private-endpoint create --group-id account`.
    Terraform: `azurerm_private_endpoint` with `subresource_names = ["account"]`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-virtual-networks
    """
    if verdict := on_the_way(account) or unobserved(account, "private_endpoint_connections"):
        return verdict
    connections = account.private_endpoint_connections or ()
    names = approved(connections)
    if names:
        return passed(f"approved: {', '.join(names)}", private_endpoint_connections=connections)
    return failed("no private endpoint connection is approved", private_endpoint_connections=connections)


@check(id="MLP-3304", severity=Severity.HIGH, objective="strong-authentication", since="0.1.0", blind_to=())
def azure_ai_account_local_auth_enabled(account: Account) -> Verdict:
    """AI account accepts API keys.

    ## Why it matters
    Two keys open the whole account to whoever holds one: they name nobody, never expire and end up in source code.
    Stolen keys of this kind are traded to run other people's models at the owner's expense. Keys work unless turned
    off.

    ## How to fix
    Give callers the role Cognitive Services OpenAI User, let them sign in with Entra ID, then turn keys off.

    CLI: `az resource update --ids ID --set properties.disableLocalAuth=true`. Terraform: `local_auth_enabled = false`
    on `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/disable-local-auth
    """
    if verdict := on_the_way(account):
        return verdict
    match account.disable_local_auth:
        case True:
            return passed("API keys are refused", disable_local_auth=True)
        case False | None as flag:
            return failed("API keys are accepted", disable_local_auth=flag)
        case _:
            return unknown("disable_local_auth")


@check(id="MLP-3305", severity=Severity.MEDIUM, objective="workload-identity", since="0.1.0", blind_to=())
def azure_ai_account_without_managed_identity(account: Account) -> Verdict:
    """AI account has no managed identity.

    ## Why it matters
    To reach your storage, search index or key vault the account then needs keys or connection strings, which somebody
    has to store and rotate, or those services must be left open to it.

    ## How to fix
    Turn on a system-assigned identity, or attach one of yours, and give it roles on what it reads.

    CLI: `az cognitiveservices account identity assign`. Terraform: the `identity` block of `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/managed-identity
    """
    if verdict := on_the_way(account) or unobserved(account, "identity_type"):
        return verdict
    if identity_types(account.identity_type or ""):
        return passed(f"identity: {account.identity_type}", identity_type=account.identity_type)
    return failed("there is no managed identity", identity_type=account.identity_type)


@check(id="MLP-3306", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
def azure_ai_account_without_customer_key(account: Account) -> Verdict:
    """AI account is not encrypted with a customer-managed key.

    ## Why it matters
    Fine-tuned models, uploaded files and stored conversations are encrypted with a key that Microsoft holds. You cannot
    revoke it, rotate it on your own schedule or see who used it.

    ## How to fix
    Give the account an identity, let it use a key in a vault with purge protection, and set that key.

    Portal: Encryption > Customer managed keys. CLI: `az cognitiveservices account update --encryption`. Terraform: the
    `customer_managed_key` block of `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/openai/encrypt-data-at-rest
    """
    if verdict := on_the_way(account) or unobserved(account, "key_source"):
        return verdict
    match folded(account.key_source or "microsoft.cognitiveservices"):
        case "microsoft.keyvault":
            return passed("a customer key is set", key_source=account.key_source)
        case "microsoft.cognitiveservices":
            return failed("no customer key is set", key_source=account.key_source)
        case _:
            return unknown("key_source")


@check(
    id="MLP-3307",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    blind_to=(),
    decided_by=("perimeter_mode", "restrict_outbound_network_access"),
)
def azure_ai_account_unrestricted_outbound(account: Account) -> Verdict:
    """AI account may connect to any address.

    ## Why it matters
    A request can name a URL for the service to fetch or to write to. Someone with a key can use that to carry data out,
    or to make the service read from hosts it should not. Nothing is restricted unless you say so, or a network security
    perimeter is enforced, which lets out to its other members and to what its rules name alone.

    ## How to fix
    Restrict outbound access and list the host names that the account needs.

    CLI: `az rest --method patch` on the account with `restrictOutboundNetworkAccess: true` and `allowedFqdnList`.
    Terraform: `outbound_network_access_restricted = true` and `fqdns` on `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-data-loss-prevention
    - https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/network-security-perimeter
    """
    if verdict := on_the_way(account):
        return verdict
    match account.restrict_outbound_network_access:
        case True:
            return passed("outbound access is restricted", restrict_outbound_network_access=True)
        case False | None as flag:
            evidence: dict[str, Any] = {
                "restrict_outbound_network_access": flag,
                "perimeter_mode": account.perimeter_mode,
            }
            match is_enforced(account):
                case True:
                    return passed("a perimeter that is enforced restricts outbound access", **evidence)
                case False:
                    return failed("outbound access is not restricted", **evidence)
                case _:
                    return unknown("perimeter_mode")
        case _:
            return unknown("restrict_outbound_network_access")


@check(id="MLP-3308", severity=Severity.LOW, objective="strong-authentication", since="0.1.0", blind_to=())
def azure_ai_account_without_custom_subdomain(account: Account) -> Verdict:
    """AI account has no subdomain of its own, so callers cannot sign in with Entra ID.

    ## Why it matters
    At the shared regional address the service takes API keys only, and private endpoints cannot be used. As long as
    callers depend on that address, keys cannot be turned off.

    ## How to fix
    Set a custom subdomain name; it cannot be changed later, and callers must move to the new address.

    CLI: `az cognitiveservices account update --custom-domain NAME`. Terraform: `custom_subdomain_name` on
    `azurerm_cognitive_account`.

    ## References
    - https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-custom-subdomains
    """
    if verdict := on_the_way(account) or unobserved(account, "custom_sub_domain_name"):
        return verdict
    if account.custom_sub_domain_name:
        return passed("a custom subdomain is set", custom_sub_domain_name=account.custom_sub_domain_name)
    return failed("there is no custom subdomain", custom_sub_domain_name=None)
