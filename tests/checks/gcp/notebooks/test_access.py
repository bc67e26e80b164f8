from factories.gcp import DEFAULT_ACCOUNT, OWN_ACCOUNT, disk, instance, running, runs_as, service_account, stopped
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

MAIL, ALL = {"proxy-mode": "mail"}, {"proxy-mode": "service_account"}


def entered(metadata, **fields):
    """An instance whose metadata say who may enter."""
    return instance(**{"owners": None, "metadata": metadata, "disable_proxy_access": None, **fields})


CASES = {
    "vertex_workbench_public_ip": [
        Case("public address disabled", PASS, instance(disable_public_ip=True)),
        Case("public address allowed", FAIL, running(disable_public_ip=False)),
        Case("setting left out, which means public", FAIL, running(disable_public_ip=None)),
        Case("public address allowed, but it is stopped", NOT_APPLICABLE, stopped(disable_public_ip=False)),
        Case("public address, but it is gone", NOT_APPLICABLE, instance(state="DELETED", disable_public_ip=False)),
        Case("whether it runs was not observed", UNKNOWN, instance(disable_public_ip=False)),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_default_service_account": [
        Case("account of its own", PASS, instance(service_accounts=runs_as(OWN_ACCOUNT))),
        Case("Compute Engine default account", FAIL, instance(service_accounts=runs_as(DEFAULT_ACCOUNT))),
        Case(
            "default account that is disabled",
            NOT_APPLICABLE,
            instance(service_accounts=runs_as(DEFAULT_ACCOUNT)),
            service_account(DEFAULT_ACCOUNT, disabled=True),
        ),
        Case(
            "default account that was deleted",
            NOT_APPLICABLE,
            instance(service_accounts=runs_as(DEFAULT_ACCOUNT)),
            service_account(DEFAULT_ACCOUNT, exists=False),
        ),
        Case("App Engine default account", FAIL, instance(service_accounts=runs_as("x@appspot.gserviceaccount.com"))),
        Case("no account named, which means the default one", FAIL, instance(service_accounts=None)),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_ip_forwarding": [
        Case("off", PASS, instance(ip_forwarding=False)),
        Case("left out, which means off", PASS, instance(ip_forwarding=None)),
        Case("on", FAIL, running(ip_forwarding=True)),
        Case("on, but it is stopped", NOT_APPLICABLE, stopped(ip_forwarding=True)),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_shared_by_service_account_users": [
        Case("one owner", PASS, instance(owners=("ada@northwind.example",))),
        Case("all who may use its account", FAIL, entered(ALL)),
        Case("an empty list of owners", FAIL, entered(ALL, owners=())),
        Case("nobody, as it has no proxy access", NOT_APPLICABLE, entered(ALL, disable_proxy_access=True)),
        Case("whether it has proxy access not observed", UNKNOWN, instance(owners=None, metadata=ALL)),
        Case("one owner, whom the reply does not tell again", PASS, instance(owners=None, metadata=MAIL)),
        Case("neither owner nor way of access told", UNKNOWN, entered({})),
        Case("a way of access of a later version", UNKNOWN, entered({"proxy-mode": "none"})),
        Case("no owner, metadata not observed", UNKNOWN, instance(owners=None)),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_secrets_in_metadata": [
        Case("none", PASS, instance(secrets=())),
        Case("a password", FAIL, instance(secrets=("DB_PASSWORD",))),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_boot_disk_without_own_key": [
        Case("own key", PASS, instance(boot_disk=disk("CMEK"))),
        Case("Google's key", FAIL, instance(boot_disk=disk("GMEK"))),
        Case("method left out, which means Google's key", FAIL, instance(boot_disk=disk(None))),
        Case("disk left out", FAIL, instance(boot_disk=None)),
        Case("a method of a later API version", UNKNOWN, instance(boot_disk=disk("HSM"))),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_data_disk_without_own_key": [
        Case("own key", PASS, instance(data_disks=(disk("CMEK"),))),
        Case("one of two with Google's key", FAIL, instance(data_disks=(disk("CMEK"), disk("GMEK")))),
        Case("no data disk", NOT_APPLICABLE, instance(data_disks=None)),
        Case("a method of a later API version", UNKNOWN, instance(data_disks=(disk("HSM"),))),
        Case("not observed", UNKNOWN, instance()),
    ],
}
