from datetime import UTC, datetime

from factories.azure import enforced, inward, rules, storage
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.storage.resources import StorageAccount

OLD, NEW = datetime(2022, 5, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


def listed(*ranges: str, **fields: object) -> StorageAccount:
    """Only these may connect."""
    given = {"public_network_access": "Enabled", "network_default_action": "Deny", "network_ip_rules": rules(*ranges)}
    return storage(**given, **fields)


def with_v6(range: str) -> StorageAccount:
    return listed("203.0.113.0/24", network_ipv6_rules=rules(range))


OPEN = {"public_network_access": "Enabled", "network_default_action": "Allow"}
CLOSED = {"public_network_access": "Disabled", "network_default_action": "Deny"}
SECURED = {"public_network_access": "SecuredByPerimeter"}
OFFICE, ALL = "203.0.113.0/24", "0.0.0.0/0"


TAKEN = {"exists": False, "name_available": False, "name_reason": "AlreadyExists"}
ALWAYS = [
    Case("the account is gone", NOT_APPLICABLE, storage(exists=False)),
    Case("in another subscription, or deleted", NOT_APPLICABLE, storage(**TAKEN, moved_to=None)),
    Case("not in its group, its subscription not listed", UNKNOWN, storage(**TAKEN)),
    Case("the account was not seen", UNKNOWN, storage(exists=UNSET)),
    Case("settings not observed", UNKNOWN, storage()),
]

UNVERSIONED = {"versioning": False, "blob_soft_delete": False}
SOFT = {"is_hns_enabled": None, "versioning": False, "blob_soft_delete": True}

CASES = {
    "azure_ml_storage_anonymous_access_allowed": [
        Case("disallowed", PASS, storage(allow_blob_public_access=False)),
        Case("allowed", FAIL, storage(allow_blob_public_access=True)),
        Case("never set on an old account", FAIL, storage(allow_blob_public_access=None, created_at=OLD)),
        Case("never set on a new account", PASS, storage(allow_blob_public_access=None, created_at=NEW)),
        Case("never set, age not observed", UNKNOWN, storage(allow_blob_public_access=None)),
        Case("never set, age not told", UNKNOWN, storage(allow_blob_public_access=None, created_at=None)),
        *ALWAYS,
    ],
    "azure_ml_storage_shared_key_access": [
        Case("refused", PASS, storage(allow_shared_key_access=False)),
        Case("accepted", FAIL, storage(allow_shared_key_access=True)),
        Case("absent means accepted", FAIL, storage(allow_shared_key_access=None)),
        *ALWAYS,
    ],
    "azure_ml_storage_old_tls": [
        Case("1.2", PASS, storage(minimum_tls_version="TLS1_2")),
        Case("1.3", PASS, storage(minimum_tls_version="TLS1_3")),
        Case("1.1", FAIL, storage(minimum_tls_version="TLS1_1")),
        Case("absent means 1.0", FAIL, storage(minimum_tls_version=None)),
        Case("a value of a later API version", UNKNOWN, storage(minimum_tls_version="TLS1_4")),
        *ALWAYS,
    ],
    "azure_ml_storage_open_network": [
        Case("public access off", PASS, storage(public_network_access="Disabled")),
        Case(
            "denied by default",
            PASS,
            storage(
                public_network_access=None, network_default_action="Deny", network_ip_rules=rules("203.0.113.0/24")
            ),
        ),
        Case(
            "denied by default, half of the internet let in",
            FAIL,
            storage(
                public_network_access="Enabled", network_default_action="Deny", network_ip_rules=rules("0.0.0.0/1")
            ),
        ),
        Case(
            "denied by default, rules unseen",
            UNKNOWN,
            storage(public_network_access=None, network_default_action="Deny"),
        ),
        Case("open", FAIL, storage(public_network_access="Enabled", network_default_action="Allow")),
        Case("never set", FAIL, storage(public_network_access=None, network_default_action=None)),
        Case(
            "denied by default, the internet let in by narrower rules",
            FAIL,
            listed(*(f"{first}.{second}.0.0/16" for first in (20, 21) for second in range(256))),
        ),
        Case("denied by default, no rule", PASS, listed()),
        Case("denied by default, a rule that is no address", UNKNOWN, listed("everybody")),
        Case("an IPv6 rule for everybody", FAIL, with_v6("::/0")),
        Case("an IPv6 rule for an office", PASS, with_v6("2001:db8::/32")),
        Case("IPv6 rules not observed", UNKNOWN, listed(OFFICE, network_ipv6_rules=UNSET)),
        Case("secured by no perimeter, so closed", PASS, storage(**SECURED)),
        Case("secured by a perimeter that lets one office in", PASS, storage(**SECURED, **enforced(OFFICE))),
        Case("secured by a perimeter that lets everybody in", FAIL, storage(**SECURED, **enforced(ALL))),
        Case("and that tells no mode", FAIL, storage(**SECURED, **enforced(ALL, mode=None))),
        Case("open, in a perimeter that tells no mode", UNKNOWN, storage(**OPEN, **enforced(OFFICE, mode=None))),
        Case("and that learns", FAIL, storage(**SECURED, **enforced(ALL, mode="Learning"))),
        Case(
            "secured by a perimeter that lets everything out",
            PASS,
            storage(**SECURED, perimeter_mode="Enforced", perimeter_rules=inward(ALL, direction="Outbound")),
        ),
        Case("secured by a perimeter that was not read", UNKNOWN, storage(**SECURED, perimeter_mode=UNSET)),
        Case("open, in an enforced perimeter for one office", PASS, storage(**OPEN, **enforced(OFFICE))),
        Case("open, in an enforced perimeter for everybody", FAIL, storage(**OPEN, **enforced(ALL))),
        Case("open, in a perimeter that learns", FAIL, storage(**OPEN, **enforced(OFFICE, mode="learning"))),
        Case("listed, in a perimeter that learns", PASS, listed(OFFICE, **enforced(OFFICE, mode="Learning"))),
        Case("listed, in one that learns and lets all in", FAIL, listed(OFFICE, **enforced(ALL, mode="Learning"))),
        Case("off, in an enforced perimeter for everybody", FAIL, storage(**CLOSED, **enforced(ALL))),
        Case("off, in one that learns and lets all in", FAIL, storage(**CLOSED, **enforced(ALL, mode="Learning"))),
        Case("off, in an enforced perimeter for one office", PASS, storage(**CLOSED, **enforced(OFFICE))),
        Case("open, in a perimeter of a later mode", UNKNOWN, storage(**OPEN, **enforced(OFFICE, mode="Sometimes"))),
        Case("open, in a perimeter that was not read", UNKNOWN, storage(**OPEN, perimeter_mode=UNSET)),
        Case("open, rules of the perimeter not observed", UNKNOWN, storage(**OPEN, perimeter_rules=UNSET)),
        Case("a value of a later API version", UNKNOWN, storage(public_network_access="Sometimes")),
        Case(
            "an action of a later API version", UNKNOWN, storage(public_network_access=None, network_default_action="X")
        ),
        *ALWAYS,
    ],
    "azure_ml_storage_without_blob_versioning": [
        Case("on", PASS, storage(is_hns_enabled=False, versioning=True)),
        Case("off", FAIL, storage(is_hns_enabled=None, versioning=False, blob_soft_delete=False)),
        Case("absent means off", FAIL, storage(is_hns_enabled=None, versioning=None, blob_soft_delete=None)),
        Case("off, and what was overwritten stays a month", PASS, storage(**SOFT, soft_delete_days=30)),
        Case("off, and what was overwritten stays a week", FAIL, storage(**SOFT, soft_delete_days=7)),
        Case("off, and how long it stays is not told", UNKNOWN, storage(**SOFT, soft_delete_days=None)),
        Case("off, and soft delete not observed", UNKNOWN, storage(is_hns_enabled=None, versioning=False)),
        Case("hierarchical", NOT_APPLICABLE, storage(is_hns_enabled=True, versioning=None)),
        Case("blob service was denied", UNKNOWN, storage(is_hns_enabled=None)),
        *ALWAYS,
    ],
    "azure_ml_storage_without_soft_delete": [
        Case("on", PASS, storage(blob_soft_delete=True)),
        Case("off", FAIL, storage(**UNVERSIONED)),
        Case("absent means off", FAIL, storage(blob_soft_delete=None, versioning=None)),
        Case("off, but deleted blobs stay as versions", PASS, storage(blob_soft_delete=False, versioning=True)),
        Case("off, whether versions are kept not observed", UNKNOWN, storage(blob_soft_delete=False, versioning=UNSET)),
        Case("on, beside a lock of blobs", PASS, storage(blob_soft_delete=True, immutability_state="Locked")),
        Case("off, but new blobs are locked", UNKNOWN, storage(**UNVERSIONED, immutability_state="Locked")),
        Case("off, but new blobs are kept", UNKNOWN, storage(**UNVERSIONED, immutability_state="unlocked")),
        Case("off, and blobs are not kept", FAIL, storage(**UNVERSIONED, immutability_state="Disabled")),
        Case("off, a state of tomorrow", UNKNOWN, storage(**UNVERSIONED, immutability_state="Sealed")),
        Case(
            "off, whether blobs are kept not observed",
            UNKNOWN,
            storage(**UNVERSIONED, immutability_state=UNSET),
        ),
        *ALWAYS,
    ],
    "azure_ml_storage_plain_http": [
        Case("refused", PASS, storage(https_traffic_only=True)),
        Case("accepted", FAIL, storage(https_traffic_only=False)),
        Case("absent, whose meaning changed over versions", UNKNOWN, storage(https_traffic_only=None)),
        *ALWAYS,
    ],
}
