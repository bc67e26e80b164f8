from factories.azure import ML, cluster, compute, instance, workspace
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.azure.machine_learning.resources import Compute, CustomService, DockerSettings, Workspace

SUBNET = "/subscriptions/s/…/subnets/compute"
ATTACHED = compute("vm", compute_type="VirtualMachine")
# What remains of a compute whose GET was denied: the list gives its type, nothing else.
LISTED_INSTANCE, LISTED_CLUSTER = instance(), cluster()


# Projects state no network of their own; ARM does not always spell the id of their hub as it does elsewhere.
PROJECT = workspace("retina", workspace_kind="Project", hub_resource_id=f"{ML}/Hub", isolation_mode=None)


def default(**fields: object) -> Workspace:
    return workspace(**{"workspace_kind": "Default", **fields})


def service(*, privileged: bool | None) -> CustomService:
    return CustomService(name="labelling", docker=DockerSettings(privileged=privileged))


def at(address: str) -> dict[str, object]:
    return {"public_ip_address": address}


def ssh_on(**fields: object) -> Compute:
    """An instance with SSH that does not say whether it has a public address."""
    given = {"ssh_public_access": "Enabled", "enable_node_public_ip": None, "state": "Running", "subnet_id": None}
    return instance(**{**given, **fields})


def public(**fields: object) -> Compute:
    return cluster(**{"enable_node_public_ip": True, **fields})


def unsaid(port: str | None) -> Compute:
    """A cluster outside subnets, of which nobody chose whether its login port is open."""
    return public(remote_login_port_public_access=port, subnet_id=None)


FOR_ONE = {"authorization_type": "personal"}
ISOLATED_HUB = workspace("hub", workspace_kind="Hub", isolation_mode="AllowOnlyApprovedOutbound")
FAILED = {"provisioning_state": "Failed", "state": None}
STARTED = {"provisioning_state": "Failed", "state": "JobRunning"}
IDLE = (
    Case("still being created", NOT_APPLICABLE, instance(provisioning_state="Creating")),
    Case("being deleted", NOT_APPLICABLE, instance(provisioning_state="Deleting")),
    *(
        Case(f"{state} and {stage}", status, instance(provisioning_state=state, state=stage))
        for state in ("failed", "Canceled")
        for stage, status in (
            ("CreateFailed", NOT_APPLICABLE),
            ("stopped", NOT_APPLICABLE),
            ("Unusable", UNKNOWN),
            (None, UNKNOWN),
            (UNSET, UNKNOWN),
        )
    ),
    Case("state not observed", UNKNOWN, instance(provisioning_state=UNSET)),
)


def unless_it_stands_still(**wrong: object) -> tuple[Case, ...]:
    """What is wrong with an instance that runs cannot be reached, or left idle, on one that does not."""
    return (
        Case("running, as each of these", FAIL, instance(state="JobRunning", **wrong)),
        *(Case(f"{state}", NOT_APPLICABLE, instance(state=state, **wrong)) for state in ("Stopped", "CreateFailed")),
        Case("whether it runs not observed", UNKNOWN, instance(state=UNSET, **wrong)),
    )


CASES = {
    "azure_ml_compute_local_auth_enabled": [
        Case("off", PASS, instance(disable_local_auth=True)),
        Case("on", FAIL, cluster(disable_local_auth=False)),
        Case("on, and its last change failed", UNKNOWN, cluster(disable_local_auth=False, **FAILED)),
        Case(
            "on, and runs though its last change failed",
            FAIL,
            instance(disable_local_auth=False, ssh_public_access="Enabled", **STARTED),
        ),
        Case("absent means on", FAIL, instance(disable_local_auth=None, ssh_public_access=None)),
        Case("on, but no SSH to sign in over", PASS, instance(disable_local_auth=False, ssh_public_access="Disabled")),
        Case("on, and SSH to sign in over", FAIL, instance(disable_local_auth=False, ssh_public_access="Enabled")),
        Case("on, whether there is SSH not observed", UNKNOWN, instance(disable_local_auth=False)),
        Case("attached", NOT_APPLICABLE, ATTACHED),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_outside_network": [
        Case("subnet", PASS, instance(subnet_id=SUBNET)),
        Case("managed network", PASS, instance(subnet_id=None), default(isolation_mode="AllowInternetOutbound")),
        Case("neither", FAIL, cluster(subnet_id=None), default(isolation_mode="Disabled")),
        Case("neither, no network block", FAIL, cluster(subnet_id=None), default(isolation_mode=None)),
        Case("neither, of no kind", FAIL, cluster(subnet_id=None), default(workspace_kind=None, isolation_mode=None)),
        Case("mode of a later API version", UNKNOWN, cluster(subnet_id=None), default(isolation_mode="Other")),
        Case(
            "managed network of the hub",
            PASS,
            instance(subnet_id=None),
            PROJECT,
            workspace("hub", workspace_kind="Hub", isolation_mode="AllowOnlyApprovedOutbound"),
        ),
        Case(
            "the hub has none",
            FAIL,
            instance(subnet_id=None),
            PROJECT,
            workspace("hub", workspace_kind="Hub", isolation_mode="Disabled"),
        ),
        Case("hub not seen", UNKNOWN, instance(subnet_id=None), PROJECT),
        Case("kind of workspace not seen", UNKNOWN, cluster(subnet_id=None), workspace(isolation_mode=None)),
        Case("workspace not seen", UNKNOWN, cluster(subnet_id=None), incomplete=[Workspace]),
        Case("attached", NOT_APPLICABLE, ATTACHED),
        Case("detail was denied", UNKNOWN, LISTED_CLUSTER, workspace(isolation_mode="Disabled")),
    ],
    "azure_ml_compute_public_ip": [
        *unless_it_stands_still(enable_node_public_ip=True),
        Case("none", PASS, instance(enable_node_public_ip=False)),
        Case("asked for", FAIL, instance(enable_node_public_ip=True)),
        Case("a cluster has them by default", FAIL, cluster(enable_node_public_ip=None)),
        Case("an instance that has one", FAIL, instance(enable_node_public_ip=None, public_ip_address="203.0.113.7")),
        Case(
            "an instance that reports an inner address", UNKNOWN, instance(enable_node_public_ip=None, **at("10.0.0.1"))
        ),
        Case("an instance that reports none", UNKNOWN, instance(enable_node_public_ip=None, **at(""))),
        Case("an instance that does not say", UNKNOWN, instance(enable_node_public_ip=None, public_ip_address=None)),
        Case("attached", NOT_APPLICABLE, ATTACHED),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_instance_ssh_open": [
        *unless_it_stands_still(ssh_public_access="Enabled", enable_node_public_ip=True, subnet_id=None),
        Case("on, in a subnet whose rules may let nobody in", UNKNOWN, ssh_on(**at("203.0.113.7"), subnet_id=SUBNET)),
        Case("on, and whether it is in a subnet not observed", UNKNOWN, ssh_on(**at("203.0.113.7"), subnet_id=UNSET)),
        Case("off", PASS, instance(ssh_public_access="Disabled")),
        Case("absent means off", PASS, instance(ssh_public_access=None)),
        Case("on, and it has an address", FAIL, ssh_on(public_ip_address="203.0.113.7")),
        Case("on, and it reports an inner address", UNKNOWN, ssh_on(**at("10.0.0.1"))),
        Case("on, and nobody says whether it has an address", UNKNOWN, ssh_on(public_ip_address=None)),
        Case("on, without a public address", PASS, instance(ssh_public_access="Enabled", enable_node_public_ip=False)),
        Case("on, address not observed", UNKNOWN, instance(ssh_public_access="Enabled")),
        Case("a value of a later API version", UNKNOWN, instance(ssh_public_access="Limited")),
        Case("a cluster", NOT_APPLICABLE, LISTED_CLUSTER),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_cluster_remote_login_open": [
        Case("closed", PASS, cluster(remote_login_port_public_access="Disabled")),
        Case("open", FAIL, public(remote_login_port_public_access="Enabled")),
        Case(
            "open on nodes without public addresses",
            PASS,
            cluster(remote_login_port_public_access="Enabled", enable_node_public_ip=False),
        ),
        Case(
            "default on nodes without public addresses",
            PASS,
            cluster(remote_login_port_public_access="NotSpecified", enable_node_public_ip=False),
        ),
        Case("open, addresses not observed", UNKNOWN, cluster(remote_login_port_public_access="Enabled")),
        Case("default in a subnet", PASS, public(remote_login_port_public_access="NotSpecified", subnet_id="/s")),
        Case("default outside", FAIL, unsaid("NotSpecified"), default(isolation_mode="Disabled")),
        Case("absent, outside", FAIL, unsaid(None), default(isolation_mode=None)),
        Case(
            "default in a managed network",
            PASS,
            unsaid("NotSpecified"),
            default(isolation_mode="AllowInternetOutbound"),
        ),
        Case("default in the managed network of the hub", PASS, unsaid("NotSpecified"), PROJECT, ISOLATED_HUB),
        Case("default in a network of a later API version", UNKNOWN, unsaid(None), default(isolation_mode="Other")),
        Case("default, workspace not seen", UNKNOWN, unsaid(None), incomplete=[Workspace]),
        Case("default, subnet not observed", UNKNOWN, public(remote_login_port_public_access=None)),
        Case("a value of a later API version", UNKNOWN, public(remote_login_port_public_access="Limited")),
        Case("an instance", NOT_APPLICABLE, LISTED_INSTANCE),
        Case("detail was denied", UNKNOWN, LISTED_CLUSTER),
    ],
    "azure_ml_compute_instance_shared_applications": [
        Case("personal", PASS, instance(application_sharing_policy="Personal")),
        Case("shared", FAIL, instance(application_sharing_policy="Shared", authorization_type=None)),
        Case("absent means shared", FAIL, instance(application_sharing_policy=None, authorization_type=None)),
        Case("shared, but for one person", PASS, instance(application_sharing_policy="Shared", **FOR_ONE)),
        Case("for whom is not observed", UNKNOWN, instance(application_sharing_policy="Shared")),
        Case("for a team", UNKNOWN, instance(application_sharing_policy="Shared", authorization_type="team")),
        Case("a value of a later API version", UNKNOWN, instance(application_sharing_policy="Team")),
        Case("a cluster", NOT_APPLICABLE, LISTED_CLUSTER),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_instance_root_access_enabled": [
        Case("refused", PASS, instance(enable_root_access=False)),
        Case("given", FAIL, instance(enable_root_access=True)),
        Case("absent means given", FAIL, instance(enable_root_access=None)),
        Case("a cluster", NOT_APPLICABLE, LISTED_CLUSTER),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_instance_privileged_service": [
        Case("privileged", FAIL, instance(custom_services=(service(privileged=False), service(privileged=True)))),
        Case("not privileged", PASS, instance(custom_services=(service(privileged=None),))),
        Case("a service without docker settings", PASS, instance(custom_services=(CustomService(name="x"),))),
        Case("no service", PASS, instance(custom_services=None)),
        Case("a cluster", NOT_APPLICABLE, LISTED_CLUSTER),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
    "azure_ml_compute_instance_os_outdated": [
        Case("latest", PASS, instance(is_latest_os_image=True)),
        Case("outdated", FAIL, instance(is_latest_os_image=False, os_image_version="25.01.01")),
        Case("no metadata, as while it is created", UNKNOWN, instance(is_latest_os_image=None)),
        Case("a cluster", NOT_APPLICABLE, LISTED_CLUSTER),
        Case("detail was denied", UNKNOWN, LISTED_INSTANCE),
        *IDLE,
    ],
}
