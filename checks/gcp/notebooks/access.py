"""Checks of Workbench instances: who can reach them, who may enter, and what they run as."""

from typing import Any

from checks.blind_spots import UNSHAPED
from checks.gcp.blind_spots import MACHINE
from checks.gcp.iam.disabled import disabled, excuse
from checks.gcp.iam.resources import ServiceAccount
from checks.gcp.names import is_default_account
from checks.gcp.notebooks.resources import Instance
from checks.gcp.notebooks.running import standing_still
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-2001",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(MACHINE,),
)
def vertex_workbench_public_ip(instance: Instance) -> Verdict:
    """Workbench instance has a public IP address.

    ## Why it matters
    A notebook server executes whatever its users and their packages tell it. With an address on the internet it can be
    scanned and attacked from anywhere as soon as a firewall rule is too wide, and data can leave it past your proxies.
    An instance gets such an address unless it was told not to, so an absent setting counts as public. While it is
    stopped it has none.

    ## How to fix
    The setting is made at creation: create the instance with *Assign external IP address* off, in a subnet with Private
    Google Access, and give it Cloud NAT if it has to download packages.

    CLI: `gcloud workbench instances create --disable-public-ip`. Terraform: `disable_public_ip = true` in `gce_setup`
    of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/create
    """
    if missing := unobserved(instance, "disable_public_ip"):
        return missing
    if instance.disable_public_ip:
        return passed("it has no public IP address", disable_public_ip=True)
    if excuse := standing_still(instance):
        return excuse
    return failed("it has a public IP address", disable_public_ip=instance.disable_public_ip)


@check(
    id="MLP-2002",
    severity=Severity.HIGH,
    objective="workload-identity",
    since="0.1.0",
    needs=(ServiceAccount,),
    blind_to=(MACHINE,),
    decided_by=("service_accounts",),
)
def vertex_workbench_default_service_account(instance: Instance, view: View) -> Verdict:
    """Workbench instance runs as the default service account.

    ## Why it matters
    The Compute Engine default account is shared by every machine of the project and often holds the Editor role, so
    anyone with a cell to run in the notebook can act on the whole project. An instance that names no account gets it.
    A disabled or deleted account can do nothing.

    ## How to fix
    Make a service account for this notebook, grant it only the buckets and datasets that it reads, and recreate the
    instance with it.

    CLI: `gcloud workbench instances create --service-account-email=EMAIL`. Terraform: `service_accounts { email = … }`
    in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/service-account
    - https://cloud.google.com/compute/docs/access/service-accounts
    """
    if missing := unobserved(instance, "service_accounts"):
        return missing
    emails = [account.email for account in instance.service_accounts or () if account.email]
    if not emails:
        return failed("no service account is set, so it runs as the default one", service_accounts=[])
    if shared := [email for email in emails if is_default_account(email)]:
        if len(off := disabled(view, shared)) == len(shared):
            return excuse(off)
        return failed("it runs as a default service account", service_accounts=shared)
    return passed("it runs as a service account of its own", service_accounts=emails)


@check(id="MLP-2003", severity=Severity.MEDIUM, objective="network-isolation", since="0.1.0", blind_to=(MACHINE,))
def vertex_workbench_ip_forwarding(instance: Instance) -> Verdict:
    """Workbench instance may forward packets for other addresses.

    ## Why it matters
    With IP forwarding the network no longer checks that a packet's source is the notebook itself. A compromised
    notebook can then pose as other machines, or serve as a router that carries training data out of its network.

    ## How to fix
    Recreate the instance without IP forwarding; a notebook is no router.

    CLI: leave out `--enable-ip-forwarding`. Terraform: `enable_ip_forwarding = false` in `gce_setup` of
    `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vpc/docs/using-routes#canipforward
    """
    if missing := unobserved(instance, "ip_forwarding"):
        return missing
    if instance.ip_forwarding:
        if excuse := standing_still(instance):
            return excuse
        return failed("IP forwarding is on", ip_forwarding=True)
    return passed("IP forwarding is off", ip_forwarding=instance.ip_forwarding)


@check(
    id="MLP-2004",
    severity=Severity.MEDIUM,
    objective="least-privilege",
    since="0.1.0",
    blind_to=(),
    decided_by=("owners",),
)
def vertex_workbench_shared_by_service_account_users(instance: Instance) -> Verdict:
    """Workbench instance has no single owner: all who may use its service account can open it.

    ## Why it matters
    Without an owner the JupyterLab session is open to everyone who may act as the service account. They share files,
    credentials typed into it and one identity, so a log cannot tell which of them trained on or copied which data. The
    owner is often not told again once it is set; the metadata key `proxy-mode` says then whether one user or all users
    of the account may enter, and without it the verdict is open. An instance with proxy access disabled is opened by
    nobody there.

    ## How to fix
    Recreate the instance for one user, one instance a person.

    CLI: `gcloud workbench instances create --instance-owners=USER@EXAMPLE.COM`. Terraform: `instance_owners` of
    `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-access-jupyterlab
    - https://cloud.google.com/vertex-ai/docs/workbench/reference/rest/v2/projects.locations.instances
    """
    if missing := unobserved(instance, "owners"):
        return missing
    if instance.owners:
        return passed("it has an owner", owners=list(instance.owners))
    if missing := unobserved(instance, "metadata"):
        return missing
    mode = (instance.metadata or {}).get("proxy-mode")
    shown: dict[str, Any] = {"owners": instance.owners, "metadata": {"proxy-mode": mode}}
    if mode == "mail":
        return passed("it opens for a single user", **shown)
    if missing := unobserved(instance, "disable_proxy_access"):
        return missing
    if instance.disable_proxy_access:
        return not_applicable("it is not registered with the proxy", disable_proxy_access=True)
    match mode:
        case "service_account":
            return failed("it opens for all who may use its service account", **shown)
        case _:
            return unknown("metadata proxy-mode")


@check(
    id="MLP-2005", severity=Severity.HIGH, objective="secrets-protection", since="0.1.0", blind_to=(UNSHAPED, MACHINE)
)
def vertex_workbench_secrets_in_metadata(instance: Instance) -> Verdict:
    """Metadata of a Workbench instance hold what looks like a secret.

    A start-up script that sets a credential counts, under the key that holds the script.

    ## Why it matters
    Instance metadata can be read by everyone who may view the instance and by every process on it, without any
    permission on the secret itself. A password or token left there outlives the notebook and spreads with every copy.

    ## How to fix
    Revoke the credential, remove the metadata key or the line of the script, and let the notebook fetch the secret from
    Secret Manager with its service account.

    CLI: `gcloud workbench instances update INSTANCE --metadata=KEY=`. Terraform: remove the key from `metadata` in
    `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/secret-manager/docs/best-practices
    """
    if missing := unobserved(instance, "secrets"):
        return missing
    if instance.secrets:
        return failed(f"what looks like a secret is in: {', '.join(instance.secrets)}", secrets=list(instance.secrets))
    return passed("no metadata key holds what looks like a secret", secrets=[])


@check(id="MLP-2006", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
def vertex_workbench_boot_disk_without_own_key(instance: Instance) -> Verdict:
    """Boot disk of a Workbench instance is not encrypted with a key of your own.

    ## Why it matters
    Notebook disks collect packages, credentials and extracts of training data. With Google's key you cannot withdraw
    access to them, rotate the key on your terms, or show who used it.

    ## How to fix
    Disks keep the key they were made with. Create a new instance with a Cloud KMS key and move the work over.

    CLI: `--boot-disk-encryption=CMEK --boot-disk-kms-key=…`. Terraform: `boot_disk { disk_encryption = "CMEK", kms_key
    = … }` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/cmek
    """
    if missing := unobserved(instance, "boot_disk"):
        return missing
    return _encrypted([instance.boot_disk.disk_encryption if instance.boot_disk else None], "boot_disk")


@check(id="MLP-2007", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
def vertex_workbench_data_disk_without_own_key(instance: Instance) -> Verdict:
    """Data disk of a Workbench instance is not encrypted with a key of your own.

    ## Why it matters
    The data disk is the home directory of the notebook: datasets, checkpoints and notebooks with their output. With
    Google's key you can neither revoke access to that data by disabling a key nor log its use.

    ## How to fix
    Create a new instance whose data disk has a Cloud KMS key, and copy the files over.

    CLI: `--data-disk-encryption=CMEK --data-disk-kms-key=…`. Terraform: `data_disks { disk_encryption = "CMEK",
    kms_key = … }` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/cmek
    """
    if missing := unobserved(instance, "data_disks"):
        return missing
    if not instance.data_disks:
        return not_applicable("it has no data disk", data_disks=[])
    return _encrypted([disk.disk_encryption for disk in instance.data_disks], "data_disks")


def _encrypted(methods: list[str | None], field: str) -> Verdict:
    evidence: dict[str, Any] = {field: methods}
    if any(method not in (None, "DISK_ENCRYPTION_UNSPECIFIED", "GMEK", "CMEK") for method in methods):
        return unknown(field)
    if all(method == "CMEK" for method in methods):
        return passed("the disk is encrypted with a key of your own", **evidence)
    return failed("the disk is encrypted with Google's key", **evidence)
