"""Workbench kinds: typed snapshots. Each field names the operation and member it comes from."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Part, Read, Resource

INSTANCES = "notebooks.instances.list"
PROJECT = "compute.projects.get"

#: The metadata keys that checks read. Others are not kept: metadata may hold anything.
METADATA = (
    "block-project-ssh-keys",
    "enable-guest-attributes",
    "enable-oslogin",
    "idle-timeout-seconds",
    "notebook-disable-downloads",
    "notebook-disable-root",
    "notebook-disable-terminal",
    "notebook-upgrade-schedule",
    "proxy-mode",
    "serial-port-enable",
)
#: The metadata keys that an instance has from its project where it leaves them out.
FROM_PROJECT = ("enable-oslogin", "serial-port-enable")
#: The metadata keys that may name a script in a bucket.
SCRIPTS = ("post-startup-script", "shutdown-script-url", "startup-script-url")
#: Those that may hold a script itself.
INLINE_SCRIPTS = ("post-startup-script", "shutdown-script", "startup-script")
#: Those that an instance has from its project, with the keys of which the instance has none then.
PROJECT_SCRIPTS = {f"{when}-script-url": (f"{when}-script", f"{when}-script-url") for when in ("shutdown", "startup")}


class Account(Part, frozen=True, kw_only=True):
    """The service account that a machine runs as."""

    email: str | None = None


class Disk(Part, frozen=True, kw_only=True, rename="camel"):
    """A disk of an instance. `disk_encryption` is GMEK (Google's key) or CMEK (the customer's)."""

    disk_encryption: str | None = None
    kms_key: str | None = None


class Shielding(Part, frozen=True, kw_only=True, rename="camel"):
    """Protection of the boot chain."""

    enable_secure_boot: bool | None = None
    enable_vtpm: bool | None = None
    enable_integrity_monitoring: bool | None = None


class Instance(Resource, frozen=True, kw_only=True):
    """A Workbench instance. Id: //notebooks.googleapis.com/projects/…/instances/…"""

    kind: ClassVar[str] = "gcp.notebooks.Instance"
    title: ClassVar[str] = "Vertex AI Workbench instance"
    holds: ClassVar[Holds] = Holds.WORKBENCH
    local: ClassVar[bool] = True

    state: Annotated[Observed[str], Read(INSTANCES, "state")] = UNSET
    #: often left out although there is one: some versions of the API take it, and do not tell it again
    owners: Annotated[Observed[tuple[str, ...]], Read(INSTANCES, "instanceOwners")] = UNSET
    disable_public_ip: Annotated[Observed[bool], Read(INSTANCES, "gceSetup.disablePublicIp")] = UNSET
    ip_forwarding: Annotated[Observed[bool], Read(INSTANCES, "gceSetup.enableIpForwarding")] = UNSET
    service_accounts: Annotated[Observed[tuple[Account, ...]], Read(INSTANCES, "gceSetup.serviceAccounts")] = UNSET
    shielding: Annotated[Observed[Shielding], Read(INSTANCES, "gceSetup.shieldedInstanceConfig")] = UNSET
    boot_disk: Annotated[Observed[Disk], Read(INSTANCES, "gceSetup.bootDisk")] = UNSET
    data_disks: Annotated[Observed[tuple[Disk, ...]], Read(INSTANCES, "gceSetup.dataDisks")] = UNSET
    #: only the keys in METADATA
    metadata: Annotated[Observed[dict[str, str]], Read(INSTANCES, "gceSetup.metadata")] = UNSET
    #: of the project's metadata, the keys in FROM_PROJECT; not asked where the instance says all of them itself
    project_metadata: Observed[dict[str, str]] = UNSET
    #: whether an organisation policy closes the serial port of all machines; asked where metadata open it
    serial_port_prohibited: Observed[bool] = UNSET
    disable_proxy_access: Annotated[Observed[bool], Read(INSTANCES, "disableProxyAccess")] = UNSET
    #: metadata keys whose values look like secrets
    secrets: Observed[tuple[str, ...]] = UNSET
    #: addresses in Cloud Storage of scripts that the machine runs when it starts or stops
    scripts: Observed[tuple[str, ...]] = UNSET
    #: buckets that scripts in its metadata, or in those of its project, name: to read from or to write to
    script_buckets: Observed[tuple[str, ...]] = UNSET
    #: addresses of scripts that the project's metadata name for all machines without a script of their own
    project_scripts: Observed[tuple[str, ...]] = UNSET
    labels: Annotated[Observed[dict[str, str]], Read(INSTANCES, "labels")] = UNSET
