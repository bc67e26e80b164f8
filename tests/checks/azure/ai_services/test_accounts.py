from factories.azure import account, connection, rules
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.ai_services.resources import Account


def listed(*ranges: str, **fields: object) -> Account:
    """Only these may connect."""
    given = {"public_network_access": "Enabled", "network_default_action": "Deny", "network_ip_rules": rules(*ranges)}
    return account(**{**given, **fields})


CASES = {
    "azure_ai_account_public_network_access": [
        Case("off", PASS, account(public_network_access="Disabled")),
        Case("denied by default", PASS, listed("203.0.113.0/24")),
        Case("denied by default, every address let in", FAIL, listed("203.0.113.7", "0.0.0.0/0")),
        Case("denied by default, a whole /8 let in", FAIL, listed("203.0.113.7", "17.0.0.0/8")),
        Case("denied by default, a whole /8 let in, and who knows", FAIL, listed("17.0.0.0/8", "everybody else")),
        Case("denied by default, rules not observed", UNKNOWN, listed(network_ip_rules=UNSET)),
        Case("open", FAIL, account(public_network_access="Enabled", network_default_action="Allow")),
        Case("nothing was set", FAIL, account(public_network_access=None, network_default_action=None)),
        Case("a value of a later API version", UNKNOWN, account(public_network_access="SecuredByPerimeter")),
        Case(
            "an action of a later API version", UNKNOWN, account(public_network_access=None, network_default_action="X")
        ),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_open_ip_rule": [
        Case(
            "everybody",
            FAIL,
            account(
                public_network_access="Enabled",
                network_default_action="Deny",
                network_ip_rules=rules("203.0.113.7", "0.0.0.0/0"),
            ),
        ),
        Case(
            "half of everybody",
            FAIL,
            account(public_network_access=None, network_default_action="Deny", network_ip_rules=rules("128.0.0.0/1")),
        ),
        Case("a whole /8", FAIL, listed("203.0.113.7", "17.0.0.0/8")),
        Case("a whole /8, and another one in halves", FAIL, listed("17.0.0.0/8", "20.0.0.0/9", "20.128.0.0/9")),
        Case(
            "one office",
            PASS,
            account(
                public_network_access="Enabled",
                network_default_action="Deny",
                network_ip_rules=rules("203.0.113.0/24"),
            ),
        ),
        Case("a rule that is no address", UNKNOWN, listed("203.0.113.0/24", "not an address")),
        Case(
            "no rule",
            PASS,
            account(public_network_access="Enabled", network_default_action="Deny", network_ip_rules=None),
        ),
        Case("public access off", NOT_APPLICABLE, account(public_network_access="Disabled")),
        Case(
            "an action of a later API version",
            UNKNOWN,
            account(public_network_access="Enabled", network_default_action="X", network_ip_rules=()),
        ),
        Case(
            "open anyway",
            NOT_APPLICABLE,
            account(public_network_access="Enabled", network_default_action="Allow", network_ip_rules=()),
        ),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_without_private_endpoint": [
        Case("approved", PASS, account(private_endpoint_connections=(connection("Approved"),))),
        Case("pending", FAIL, account(private_endpoint_connections=(connection("Pending"),))),
        Case("none", FAIL, account(private_endpoint_connections=None)),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_local_auth_enabled": [
        Case("refused", PASS, account(disable_local_auth=True)),
        Case("accepted", FAIL, account(disable_local_auth=False)),
        Case("absent means accepted", FAIL, account(disable_local_auth=None)),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_without_managed_identity": [
        Case("system assigned", PASS, account(identity_type="SystemAssigned")),
        Case("user assigned", PASS, account(identity_type="UserAssigned")),
        Case("none", FAIL, account(identity_type="None")),
        Case("no identity block", FAIL, account(identity_type=None)),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_without_customer_key": [
        Case("set", PASS, account(key_source="Microsoft.KeyVault")),
        Case("spelled as storage does", PASS, account(key_source="Microsoft.Keyvault")),
        Case("Microsoft's", FAIL, account(key_source="Microsoft.CognitiveServices")),
        Case("no encryption block", FAIL, account(key_source=None)),
        Case("a value of a later API version", UNKNOWN, account(key_source="Microsoft.ManagedHsm")),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_unrestricted_outbound": [
        Case("restricted", PASS, account(restrict_outbound_network_access=True)),
        Case("not restricted", FAIL, account(restrict_outbound_network_access=False)),
        Case("absent means not restricted", FAIL, account(restrict_outbound_network_access=None)),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_without_custom_subdomain": [
        Case("set", PASS, account(custom_sub_domain_name="northwind")),
        Case("not set", FAIL, account(custom_sub_domain_name=None)),
        Case("not observed", UNKNOWN, account()),
    ],
}
