from factories.azure import account, connection, enforced, inward, rules
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.ai_services.resources import Account


def listed(*ranges: str, **fields: object) -> Account:
    """Only these may connect."""
    given = {"public_network_access": "Enabled", "network_default_action": "Deny", "network_ip_rules": rules(*ranges)}
    return account(**{**given, **fields})


def free(**fields: object) -> Account:
    """It restricts nothing that it sends out itself."""
    return account(restrict_outbound_network_access=False, **fields)


OFFICE, ALL = "203.0.113.0/24", "0.0.0.0/0"
OPEN = {"public_network_access": "Enabled", "network_default_action": "Allow"}
CLOSED, SECURED = {"public_network_access": "Disabled"}, {"public_network_access": "SecuredByPerimeter"}

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
        Case("a value of a later API version", UNKNOWN, account(public_network_access="Sometimes")),
        Case("open, in an enforced perimeter for one office", PASS, account(**OPEN, **enforced(OFFICE))),
        Case("open, in an enforced perimeter without rules", PASS, account(**OPEN, **enforced())),
        Case("open, in an enforced perimeter for everybody", FAIL, account(**OPEN, **enforced(ALL))),
        Case("open, in a perimeter that learns", FAIL, account(**OPEN, **enforced(OFFICE, mode="Learning"))),
        Case("open, in a perimeter that was not read", UNKNOWN, account(**OPEN, perimeter_mode=UNSET)),
        Case("open, rules of the perimeter not observed", UNKNOWN, account(**OPEN, perimeter_rules=UNSET)),
        Case("open, in a perimeter of a later mode", UNKNOWN, account(**OPEN, **enforced(OFFICE, mode="Sometimes"))),
        Case("listed, in an enforced perimeter for everybody", FAIL, listed(OFFICE, **enforced(ALL))),
        Case("off, in an enforced perimeter for everybody", FAIL, account(**CLOSED, **enforced(ALL))),
        Case("off, in an enforced perimeter for one office", PASS, account(**CLOSED, **enforced(OFFICE))),
        Case("off, in a perimeter that was not read", UNKNOWN, account(**CLOSED, perimeter_mode=UNSET)),
        Case("secured by no perimeter, so closed", PASS, account(**SECURED)),
        Case("secured by a perimeter for one office", PASS, account(**SECURED, **enforced(OFFICE))),
        Case("secured by a perimeter for everybody", FAIL, account(**SECURED, **enforced(ALL))),
        Case(
            "secured by a perimeter that lets everything out",
            PASS,
            account(**SECURED, perimeter_mode="Enforced", perimeter_rules=inward(ALL, direction="Outbound")),
        ),
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
        Case("a whole /8, in an enforced perimeter", NOT_APPLICABLE, listed("17.0.0.0/8", **enforced(OFFICE))),
        Case("a whole /8, of no effect beside a perimeter", NOT_APPLICABLE, listed("17.0.0.0/8", **SECURED)),
        Case("an office, in an enforced perimeter", NOT_APPLICABLE, listed(OFFICE, **enforced(ALL))),
        Case("an office, in a perimeter that learns", PASS, listed(OFFICE, **enforced(OFFICE, mode="Learning"))),
        Case(
            "an office, beside what a perimeter lets in",
            NOT_APPLICABLE,
            listed(OFFICE, **enforced(ALL, mode="Learning")),
        ),
        Case("a whole /8, in a perimeter that learns", FAIL, listed("17.0.0.0/8", **enforced(mode="Learning"))),
        Case("a whole /8, perimeter not read", UNKNOWN, listed("17.0.0.0/8", perimeter_mode=UNSET)),
        Case(
            "a whole /8, in a perimeter that tells no mode", UNKNOWN, listed("17.0.0.0/8", perimeter_rules=inward(ALL))
        ),
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
        Case("not, in an enforced perimeter", PASS, free(**enforced())),
        Case("not, in a perimeter that learns", FAIL, free(**enforced(mode="Learning"))),
        Case("not, in a perimeter that was not read", UNKNOWN, free(perimeter_mode=UNSET)),
        Case("not, in a perimeter that tells no mode", UNKNOWN, free(perimeter_rules=inward(OFFICE))),
        Case("not observed", UNKNOWN, account()),
    ],
    "azure_ai_account_without_custom_subdomain": [
        Case("set", PASS, account(custom_sub_domain_name="northwind")),
        Case("not set", FAIL, account(custom_sub_domain_name=None)),
        Case("not observed", UNKNOWN, account()),
    ],
}
