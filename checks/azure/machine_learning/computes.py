"""Checks of Azure ML compute instances and clusters. Attached machines are judged by whoever owns them."""

from typing import Any

from checks.azure.machine_learning.access import in_managed_network
from checks.azure.machine_learning.hubs import network_of
from checks.azure.machine_learning.resources import Compute, Workspace
from checks.azure.machine_learning.states import behind_rules, not_in_use, standing_still
from checks.azure.members import folded
from checks.azure.networks import is_public
from checks.blind_spots import START_SCRIPTS
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

INSTANCE, _CLUSTER = "computeinstance", "amlcompute"


def other_than(compute: Compute, *types: str) -> Verdict | None:
    """Why the question does not arise: another type of compute, or one that does not run. Or that was not observed."""
    if verdict := unobserved(compute, "compute_type"):
        return verdict
    if folded(compute.compute_type) not in types:
        return not_applicable("this type of compute has no such setting", compute_type=compute.compute_type)
    return not_in_use(compute)


@check(
    id="MLP-3101",
    severity=Severity.HIGH,
    objective="strong-authentication",
    since="0.1.0",
    blind_to=(),
    decided_by=("disable_local_auth",),
)
def azure_ml_compute_local_auth_enabled(compute: Compute) -> Verdict:
    """Compute accepts local accounts beside Entra ID.

    ## Why it matters
    A local administrator account with an SSH key lives outside Entra ID: no multi-factor sign-in, no conditional
    access, no removal when its owner leaves, and no name in the sign-in log. Local accounts are on unless turned off.
    That of an instance is signed in to over SSH alone: where SSH is off, which stays so for good, it opens nothing.

    ## How to fix
    Create the compute anew with local authentication off; the setting cannot be changed afterwards.

    Terraform: `local_auth_enabled = false` on `azurerm_machine_learning_compute_cluster` or
    `azurerm_machine_learning_compute_instance`. ARM and Bicep: `disableLocalAuth: true`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/security-controls-policy
    """
    if verdict := other_than(compute, INSTANCE, _CLUSTER):
        return verdict
    match compute.disable_local_auth:
        case True:
            return passed("local accounts are off", disable_local_auth=True)
        case False | None as flag:
            return _closed_to_ssh(compute) or failed("local accounts are allowed", disable_local_auth=flag)
        case _:
            return unknown("disable_local_auth")


def _closed_to_ssh(compute: Compute) -> Verdict | None:
    """A pass for an instance that was told to take no SSH, the one way in for its local account."""
    if folded(compute.compute_type) != INSTANCE:
        return None
    if verdict := unobserved(compute, "ssh_public_access"):
        return verdict
    access = compute.ssh_public_access
    if folded(access) != "disabled":
        return None
    local = compute.disable_local_auth
    said = "its local account cannot sign in, as SSH access is off"
    return passed(said, disable_local_auth=local, ssh_public_access=access)


@check(
    id="MLP-3102", severity=Severity.HIGH, objective="network-isolation", since="0.1.0", needs=(Workspace,), blind_to=()
)
def azure_ml_compute_outside_network(compute: Compute, view: View) -> Verdict:
    """Compute is neither in a subnet nor in a managed virtual network.

    ## Why it matters
    Its nodes sit in a network of Microsoft's that you neither see nor control: no security group, no firewall, no flow
    log. Training code and notebooks can send data to any address, and private storage must be opened to let them in.

    ## How to fix
    Create the compute anew in a subnet of yours; or delete the computes and managed online endpoints of the workspace,
    turn its managed virtual network on, and create them anew.

    CLI: `az ml workspace update --managed-network allow_only_approved_outbound`. Terraform: `subnet_resource_id` on the
    compute, or `managed_network` on `azurerm_machine_learning_workspace`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-secure-training-vnet
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-managed-network
    """
    if verdict := other_than(compute, INSTANCE, _CLUSTER) or unobserved(compute, "subnet_id"):
        return verdict
    if compute.subnet_id:
        return passed("it is in a subnet", subnet_id=compute.subnet_id)
    workspace = network_of(compute.id, view)
    if workspace is None:
        return unknown("Workspace")
    path = (compute.id, workspace.id)
    evidence = {"subnet_id": None, **joined(workspace, "isolation_mode")}
    match in_managed_network(workspace):
        case True:
            return passed("it is in the managed network of its workspace", path=path, **evidence)
        case False:
            return failed("it has no subnet, and its workspace no managed network", path=path, **evidence)
        case _:
            return unknown("Workspace.isolation_mode", path=path)


@check(
    id="MLP-3103",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("enable_node_public_ip",),
)
def azure_ml_compute_public_ip(compute: Compute) -> Verdict:
    """Compute nodes have public IP addresses.

    ## Why it matters
    Nodes that hold training data and an identity can be scanned and attacked from the internet, and whatever listens on
    them is one firewall mistake away from strangers. A cluster gets public addresses unless told otherwise; of an
    instance that does not say, only an address that it has counts. While an instance is stopped nothing on it answers.

    ## How to fix
    Create the compute anew without public addresses; the setting cannot be changed afterwards.

    CLI: `enable_node_public_ip: false` in the compute's file. Terraform: `node_public_ip_enabled = false` on
    `azurerm_machine_learning_compute_cluster` or `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-secure-training-vnet
    """
    if verdict := other_than(compute, INSTANCE, _CLUSTER):
        return verdict
    match compute.enable_node_public_ip:
        case True:
            return standing_still(compute) or failed("nodes have public addresses", enable_node_public_ip=True)
        case False:
            return passed("nodes have no public address", enable_node_public_ip=False)
        case None if folded(compute.compute_type) == _CLUSTER:
            return failed("nodes have public addresses by default", enable_node_public_ip=None)
        case None if isinstance(address := compute.public_ip_address, str) and is_public(address):
            return standing_still(compute) or failed("it has a public address", public_ip_address=address)
        case _:
            return unknown("enable_node_public_ip")


@check(
    id="MLP-3104",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("enable_node_public_ip", "ssh_public_access"),
)
def azure_ml_compute_instance_ssh_open(compute: Compute) -> Verdict:
    """Compute instance accepts SSH connections from outside.

    ## Why it matters
    Whoever gets hold of the key, or of a flaw in the SSH server, has a shell on a machine that carries its owner's
    session, mounted datasets and the identity of the compute. SSH is off unless someone turns it on, and an instance
    without a public address cannot be reached from outside. Of one that does not say, only an address that it has
    counts. In a subnet of yours its security rules, which are not read, say who reaches the port: that stays open.

    ## How to fix
    Create the instance anew without SSH access, and use the terminal of studio or VS Code through the workspace.

    CLI: `ssh_public_access_enabled: false` in the compute's file. Terraform: leave out the `ssh` block of
    `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-compute-instance
    """
    if verdict := other_than(compute, INSTANCE):
        return verdict
    access = compute.ssh_public_access
    match folded(access):
        case "enabled":
            if verdict := unobserved(compute, "enable_node_public_ip"):
                return verdict
            public = compute.enable_node_public_ip
            if public is False:
                return passed("it has no public address", ssh_public_access=access, enable_node_public_ip=False)
            evidence: dict[str, Any] = {"ssh_public_access": access, "enable_node_public_ip": public}
            if verdict := standing_still(compute):
                return verdict
            if public is None:
                evidence["public_ip_address"] = address = compute.public_ip_address
                if not (isinstance(address, str) and is_public(address)):
                    return unknown("enable_node_public_ip")
            return behind_rules(compute) or failed("SSH access is on", **evidence, subnet_id=None)
        case "disabled" | None:
            return passed("SSH access is off", ssh_public_access=access)
        case _:
            return unknown("ssh_public_access")


@check(
    id="MLP-3105",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    needs=(Workspace,),
    exposure=Exposure.INTERNET,
    blind_to=(),
    decided_by=("enable_node_public_ip", "remote_login_port_public_access"),
)
def azure_ml_compute_cluster_remote_login_open(compute: Compute, view: View) -> Verdict:
    """Compute cluster has its remote login port open to the public.

    ## Why it matters
    Every node of the cluster answers SSH on a public port with one shared administrator account. A guessed or leaked
    credential gives a shell beside running training jobs, their data and their identity. Where nobody chose, the port
    is open on clusters outside a virtual network, be it a subnet or the managed network of the workspace. Nodes without
    public addresses have no public port.

    ## How to fix
    Create the cluster anew with remote login closed, or place it in a subnet.

    CLI: `ssh_public_access_enabled: false` in the compute's file. Terraform: `ssh_public_access_enabled = false` on
    `azurerm_machine_learning_compute_cluster`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-attach-compute-cluster
    """
    if verdict := other_than(compute, _CLUSTER):
        return verdict
    access = compute.remote_login_port_public_access
    state = folded(access)
    if state == "disabled":
        return passed("the remote login port is closed", remote_login_port_public_access=access)
    if state not in ("enabled", "notspecified", None):
        return unknown("remote_login_port_public_access")
    if verdict := unobserved(compute, "enable_node_public_ip"):
        return verdict
    evidence: dict[str, Any] = {
        "remote_login_port_public_access": access,
        "enable_node_public_ip": compute.enable_node_public_ip,
    }
    if compute.enable_node_public_ip is False:
        return passed("nodes have no public address", **evidence)
    if state == "enabled":
        return failed("the remote login port is open", **evidence)
    return _login_by_default(compute, evidence, view)


def _login_by_default(compute: Compute, evidence: dict[str, Any], view: View) -> Verdict:
    """The verdict on a login port of which nobody said anything: it is closed in a virtual network."""
    if verdict := unobserved(compute, "subnet_id"):
        return verdict
    evidence["subnet_id"] = compute.subnet_id
    if compute.subnet_id:
        return passed("the remote login port is closed in a subnet by default", **evidence)
    workspace = network_of(compute.id, view)
    if workspace is None:
        return unknown("Workspace")
    path = (compute.id, workspace.id)
    evidence |= joined(workspace, "isolation_mode")
    match in_managed_network(workspace):
        case True:
            return passed("the remote login port is closed in a managed network by default", path=path, **evidence)
        case False:
            return failed("the remote login port is open outside a network by default", path=path, **evidence)
        case _:
            return unknown("Workspace.isolation_mode", path=path)


@check(
    id="MLP-3106",
    severity=Severity.MEDIUM,
    objective="hardened-workspaces",
    since="0.1.0",
    blind_to=(),
    decided_by=("application_sharing_policy",),
)
def azure_ml_compute_instance_shared_applications(compute: Compute) -> Verdict:
    """Compute instance shares its applications with everyone in the workspace.

    ## Why it matters
    Other members of the workspace may open applications on the machine and run code as its owner, with the owner's
    files, cached tokens and identity. Sharing is what an instance does unless told otherwise. Of an instance that is
    authorized for one person, as the command line makes them, only that person can open Jupyter and the terminal.

    ## How to fix
    The policy is set when an instance is made. Create it anew with the policy Personal, or for one person.

    ARM and Bicep: `applicationSharingPolicy: 'Personal'`. Terraform: `authorization_type = "personal"` on
    `azurerm_machine_learning_compute_instance`, which has no argument for the policy. CLI: `az ml compute create`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-compute-instance
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-manage-compute-instance
    """
    if verdict := other_than(compute, INSTANCE):
        return verdict
    policy = compute.application_sharing_policy
    match folded(policy):
        case "personal":
            return passed("only its owner can open applications", application_sharing_policy=policy)
        case "shared" | None:
            pass
        case _:
            return unknown("application_sharing_policy")
    evidence: dict[str, Any] = {"application_sharing_policy": policy, "authorization_type": compute.authorization_type}
    match folded(compute.authorization_type):
        case "personal":
            return passed("only the person it is for can open Jupyter and the terminal", **evidence)
        case None:
            return failed("members of the workspace may open its applications", **evidence)
        case _:
            return unknown("authorization_type")


@check(
    id="MLP-3108", severity=Severity.MEDIUM, objective="hardened-workspaces", since="0.1.0", blind_to=(START_SCRIPTS,)
)
def azure_ml_compute_instance_root_access_enabled(compute: Compute) -> Verdict:
    """Compute instance gives its user root.

    ## Why it matters
    Root can switch off monitoring agents, read credentials that other processes keep on the machine and install what it
    likes, so one malicious package in a notebook owns the whole instance. Root is given unless refused.

    ## How to fix
    Create the instance anew with root access off, and bring packages in through environments or setup scripts.

    CLI: `enable_root_access: false` in the compute's file. ARM and Bicep: `enableRootAccess: false`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-compute-instance
    """
    if verdict := other_than(compute, INSTANCE):
        return verdict
    match compute.enable_root_access:
        case False:
            return passed("its user has no root access", enable_root_access=False)
        case True | None as flag:
            return failed("its user has root access", enable_root_access=flag)
        case _:
            return unknown("enable_root_access")


@check(id="MLP-3109", severity=Severity.HIGH, objective="hardened-workspaces", since="0.1.0", blind_to=())
def azure_ml_compute_instance_privileged_service(compute: Compute) -> Verdict:
    """Compute instance runs a custom service in a privileged container.

    ## Why it matters
    A privileged container is not contained: its processes can load kernel modules, read every disk and take over the
    host. Custom services come from images outside Azure's control and listen on a port that members can open.

    ## How to fix
    Remove the service, or run it without the privileged flag.

    Studio: Compute > the instance > Custom applications. ARM and Bicep: `docker: { privileged: false }` in each entry
    of `customServices`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-compute-instance
    """
    if verdict := other_than(compute, INSTANCE) or unobserved(compute, "custom_services"):
        return verdict
    services = compute.custom_services or ()
    names = [service.name or "unnamed" for service in services if service.docker and service.docker.privileged]
    if names:
        return failed(f"privileged: {', '.join(names)}", custom_services=services)
    return passed("no custom service is privileged", custom_services=services)


@check(
    id="MLP-3110",
    severity=Severity.MEDIUM,
    objective="vulnerability-management",
    since="0.1.0",
    blind_to=(),
    decided_by=("is_latest_os_image",),
)
def azure_ml_compute_instance_os_outdated(compute: Compute) -> Verdict:
    """Compute instance runs an outdated operating system image.

    ## Why it matters
    Azure publishes a patched image every month, but an existing instance keeps the one it was created with. Known flaws
    in its kernel, drivers and Jupyter stay open for as long as it lives.

    ## How to fix
    Create the instance anew; notebooks are kept on the workspace file share. Recreate instances on a schedule.

    CLI: `az ml compute delete` and `az ml compute create`. Terraform: replace the
    `azurerm_machine_learning_compute_instance`.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/concept-vulnerability-management
    """
    if verdict := other_than(compute, INSTANCE):
        return verdict
    match compute.is_latest_os_image:
        case True:
            return passed("it runs the latest image", is_latest_os_image=True)
        case False:
            if verdict := unobserved(compute, "os_image_version"):
                return verdict
            return failed(
                f"its image is {compute.os_image_version or 'not the latest'}",
                is_latest_os_image=False,
                os_image_version=compute.os_image_version,
            )
        case _:
            return unknown("is_latest_os_image")
