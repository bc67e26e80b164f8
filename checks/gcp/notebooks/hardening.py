"""Checks of Workbench instances: what the machine and its JupyterLab allow."""

from typing import Any

from checks.blind_spots import START_SCRIPTS
from checks.gcp.blind_spots import MACHINE
from checks.gcp.notebooks.resources import Instance, Shielding
from checks.gcp.notebooks.running import standing_still
from checks.gcp.notebooks.switches import OFF, is_on
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved
from scanner.model.numbers import whole

#: the longest idle time that still counts as shutting down
_ONE_DAY = 86400
#: what Workbench does where nothing is said
_IDLE_DEFAULT = "10800"


@check(
    id="MLP-2011",
    severity=Severity.MEDIUM,
    objective="hardened-workspaces",
    since="0.1.0",
    blind_to=(START_SCRIPTS, MACHINE),
)
def vertex_workbench_root_access(instance: Instance) -> Verdict:
    """Workbench instance lets its users become root.

    ## Why it matters
    With root a notebook user, or a package they install, can switch off logging agents, change the startup of the
    machine and read what other users left on it. Root is on unless the metadata say otherwise.

    ## How to fix
    Set the metadata key `notebook-disable-root` to `true`, or turn *Root access* off in the console, and restart.

    CLI: `gcloud workbench instances update INSTANCE --metadata=notebook-disable-root=true`. Terraform: the same key in
    `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
    """
    return _switch(instance, "notebook-disable-root", "users can become root", "root access is off")


@check(id="MLP-2012", severity=Severity.MEDIUM, objective="hardened-workspaces", since="0.1.0", blind_to=(MACHINE,))
def vertex_workbench_file_download(instance: Instance) -> Verdict:
    """Workbench instance lets its users download files.

    ## Why it matters
    The download command of JupyterLab moves training data and model weights to a laptop in one click, outside every
    control that holds for the bucket they came from. It is on unless the metadata say otherwise.

    ## How to fix
    Set the metadata key `notebook-disable-downloads` to `true`; `notebook-disable-nbconvert` closes the export of
    notebooks as well.

    CLI: `gcloud workbench instances update INSTANCE --metadata=notebook-disable-downloads=true`. Terraform: the same
    key in `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
    """
    return _switch(instance, "notebook-disable-downloads", "users can download files", "file download is off")


@check(id="MLP-2013", severity=Severity.LOW, objective="hardened-workspaces", since="0.1.0", blind_to=(MACHINE,))
def vertex_workbench_terminal_access(instance: Instance) -> Verdict:
    """Workbench instance offers its users a terminal.

    ## Why it matters
    A shell in the browser makes it easy to run tools that have no place in a notebook, from port scanners to tunnels,
    and what is typed there leaves no trace in the notebook. It is on unless the metadata say otherwise.

    ## How to fix
    Where notebooks suffice, set the metadata key `notebook-disable-terminal` to `true`.

    CLI: `gcloud workbench instances update INSTANCE --metadata=notebook-disable-terminal=true`. Terraform: the same key
    in `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
    """
    return _switch(instance, "notebook-disable-terminal", "users have a terminal", "the terminal is off")


@check(
    id="MLP-2014",
    severity=Severity.MEDIUM,
    objective="strong-authentication",
    since="0.1.0",
    blind_to=(MACHINE,),
    decided_by=("metadata",),
)
def vertex_workbench_project_ssh_keys_accepted(instance: Instance) -> Verdict:
    """Workbench instance accepts the SSH keys of the whole project.

    ## Why it matters
    Every SSH key in the project's metadata opens the notebook, whoever put it there and however long ago. That bypasses
    the sign-in, the owner and the audit trail of JupyterLab. OS Login ignores such keys: the instance says whether it
    is on, and where it does not, the project's metadata do.

    ## How to fix
    Set the metadata key `block-project-ssh-keys` to `true` and use OS Login where a shell is needed.

    CLI: `gcloud workbench instances update INSTANCE --metadata=block-project-ssh-keys=true`. Terraform: the same key in
    `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/compute/docs/connect/restrict-ssh-keys
    - https://cloud.google.com/compute/docs/oslogin/set-up-oslogin
    """
    if missing := unobserved(instance, "metadata"):
        return missing
    key = "block-project-ssh-keys"
    blocked, shown = _own(instance, key)
    if blocked:
        return passed("the project's SSH keys are blocked", metadata=shown)
    effective = _effective(instance, "enable-oslogin")
    if isinstance(effective, Verdict):
        return effective
    os_login, source = effective
    if os_login:
        return passed("OS Login is on, which ignores SSH keys in metadata", **source)
    if blocked is None:
        return unknown(f"metadata {key}")
    source["metadata"] = {**shown, **source.get("metadata", {})}
    return standing_still(instance) or failed("the project's SSH keys open it", **source)


@check(
    id="MLP-2015",
    severity=Severity.LOW,
    objective="hardened-workspaces",
    since="0.1.0",
    blind_to=(MACHINE,),
    decided_by=("metadata", "project_metadata", "serial_port_prohibited"),
)
def vertex_workbench_serial_port_open(instance: Instance) -> Verdict:
    """Workbench instance has its interactive serial console open.

    ## Why it matters
    The serial console ignores firewall rules and IP restrictions: with a key and the name of the instance anyone can
    try to log in from any address. It is meant for rescue, not for daily use. An instance that leaves the setting out
    follows the project's metadata; an organisation policy may close the port whatever both say.

    ## How to fix
    Set the metadata key `serial-port-enable` to `false`, on the instance or, where that says nothing, in the project.
    The organisation policy `constraints/compute.disableSerialPortAccess` closes it for all machines.

    CLI: `gcloud workbench instances update INSTANCE --metadata=serial-port-enable=false`. Terraform: the same key in
    `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-using-serial-console
    """
    effective = _effective(instance, "serial-port-enable")
    if isinstance(effective, Verdict):
        return effective
    is_open, source = effective
    if is_open:
        return _unless_prohibited(instance, source)
    return passed("its serial console is not open", **source)


def _unless_prohibited(instance: Instance, source: dict[str, Any]) -> Verdict:
    if verdict := standing_still(instance) or unobserved(instance, "serial_port_prohibited"):
        return verdict
    source["serial_port_prohibited"] = instance.serial_port_prohibited
    if instance.serial_port_prohibited:
        return passed("an organisation policy keeps its serial console closed", **source)
    return failed("the serial console is open", **source)


@check(
    id="MLP-2016", severity=Severity.MEDIUM, objective="vulnerability-management", since="0.1.0", blind_to=(MACHINE,)
)
def vertex_workbench_without_upgrade_schedule(instance: Instance) -> Verdict:
    """Workbench instance is not upgraded on a schedule.

    ## Why it matters
    An instance keeps the image it was made from: its kernel, JupyterLab and drivers age together. Unless upgrades are
    scheduled somebody has to think of them, and known holes stay open for as long as nobody does.

    ## How to fix
    Turn *Environment auto-upgrade* on in the console, or set the metadata key `notebook-upgrade-schedule` to a weekly
    or monthly time in cron form.

    CLI: `gcloud workbench instances update INSTANCE --metadata=notebook-upgrade-schedule="00 19 * * MON"`. Terraform:
    the same key in `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/upgrade
    """
    if missing := unobserved(instance, "metadata"):
        return missing
    key = "notebook-upgrade-schedule"
    schedule = (instance.metadata or {}).get(key)
    if schedule and schedule.strip():
        return passed("upgrades are scheduled", metadata={key: schedule})
    return failed("no upgrades are scheduled", metadata={key: schedule})


@check(
    id="MLP-2017",
    severity=Severity.LOW,
    objective="hardened-workspaces",
    since="0.1.0",
    blind_to=(MACHINE, "organisation policies against guest attributes"),
)
def vertex_workbench_without_idle_shutdown(instance: Instance) -> Verdict:
    """Workbench instance is not shut down when it is idle.

    ## Why it matters
    A forgotten notebook goes on running with its identity, its open session and its data, unpatched and unwatched, and
    a machine with accelerators costs money every hour. Shutting down needs guest attributes; without them it never
    happens; they are on by default, as is a shutdown after three hours.

    ## How to fix
    Turn *Enable idle shutdown* on, with a day at most, and leave guest attributes on.

    CLI: `gcloud workbench instances update INSTANCE --metadata=idle-timeout-seconds=10800`. Terraform: the same key in
    `metadata` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/idle-shutdown
    - https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
    """
    if missing := unobserved(instance, "metadata"):
        return missing
    metadata = instance.metadata or {}
    timeout, attributes = metadata.get("idle-timeout-seconds"), metadata.get("enable-guest-attributes")
    shown = {"idle-timeout-seconds": timeout, "enable-guest-attributes": attributes}
    words = (_IDLE_DEFAULT if timeout is None else timeout).strip()
    seconds = whole(words or "0")
    if seconds is None:
        return unknown("metadata idle-timeout-seconds")
    if attributes is not None and attributes.strip().lower() in OFF:
        wrong = "guest attributes are off, without which idle shutdown does not work"
    elif seconds == 0:
        wrong = "idle shutdown is off"
    elif seconds > _ONE_DAY:
        wrong = "it is shut down only after more than a day"
    else:
        return passed(f"it is shut down when idle for {seconds} seconds", metadata=shown)
    return standing_still(instance) or failed(wrong, metadata=shown)


@check(id="MLP-2018", severity=Severity.MEDIUM, objective="hardened-workspaces", since="0.1.0", blind_to=(MACHINE,))
def vertex_workbench_secure_boot_off(instance: Instance) -> Verdict:
    """Workbench instance starts without Secure Boot.

    ## Why it matters
    Without Secure Boot the machine loads unsigned boot code and kernel modules, so what gained root once can settle
    below the operating system and survive upgrades. Workbench leaves it off unless it is asked for.

    ## How to fix
    Stop the instance, turn *Secure Boot* on under its Shielded VM settings, and start it again. GPU drivers have to be
    signed ones.

    CLI, for a new one: `gcloud workbench instances create --shielded-secure-boot=true`. Terraform:
    `shielded_instance_config { enable_secure_boot = true }` in `gce_setup` of `google_workbench_instance`.

    ## References
    - https://cloud.google.com/compute/shielded-vm/docs/shielded-vm
    """
    if missing := unobserved(instance, "shielding"):
        return missing
    secure = instance.shielding.enable_secure_boot if instance.shielding else None
    shown = {"enable_secure_boot": secure}
    return passed("Secure Boot is on", shielding=shown) if secure else failed("Secure Boot is off", shielding=shown)


@check(id="MLP-2019", severity=Severity.MEDIUM, objective="hardened-workspaces", since="0.1.0", blind_to=(MACHINE,))
def vertex_workbench_boot_integrity_unmonitored(instance: Instance) -> Verdict:
    """Workbench instance has its virtual TPM or its integrity monitoring switched off.

    ## Why it matters
    The virtual TPM measures what the machine boots, and integrity monitoring compares it with a known good start. With
    either off, a changed boot loader or kernel goes unnoticed. Both are on by default. Google leaves out what is off:
    a setting missing beside another counts as off, and an instance that says nothing at all leaves the verdict open.

    ## How to fix
    Stop the instance, turn both on under its Shielded VM settings, and start it again.

    CLI, for a new one: `gcloud workbench instances create --shielded-vtpm=true --shielded-integrity-monitoring=true`.
    Terraform: `shielded_instance_config { enable_vtpm = true, enable_integrity_monitoring = true }` in `gce_setup` of
    `google_workbench_instance`.

    ## References
    - https://cloud.google.com/compute/shielded-vm/docs/integrity-monitoring
    """
    if missing := unobserved(instance, "shielding"):
        return missing
    shielding = instance.shielding
    if not isinstance(shielding, Shielding) or shielding == Shielding():
        return unknown("shielding")
    tpm, monitored = shielding.enable_vtpm, shielding.enable_integrity_monitoring
    shown = {"enable_vtpm": tpm, "enable_integrity_monitoring": monitored}
    if tpm and monitored:
        return passed("the boot of the machine is measured and monitored", shielding=shown)
    return failed("the boot of the machine is not measured and monitored", shielding=shown)


def _own(instance: Instance, key: str) -> tuple[bool | None, dict[str, str | None]]:
    """Whether a key of the instance's own metadata is on, None for neither on nor off; and what it says."""
    value = (instance.metadata or {}).get(key)
    return is_on(value), {key: value}


def _effective(instance: Instance, key: str) -> tuple[bool, dict[str, Any]] | Verdict:
    """Whether a key is on, in the metadata of the instance or else of its project, and the evidence; or why not known.

    The instance's metadata have to be observed.
    """
    if missing := unobserved(instance, "metadata"):
        return missing
    source, value = "metadata", (instance.metadata or {}).get(key)
    if value is None:
        if missing := unobserved(instance, "project_metadata"):
            return missing
        source, value = "project_metadata", (instance.project_metadata or {}).get(key)
    state = is_on(value)
    return unknown(f"{source} {key}") if state is None else (state, {source: {key: value}})


def _switch(instance: Instance, key: str, bad: str, good: str) -> Verdict:
    """Judge a metadata key of Workbench's, which takes no other word for on than `true`; absent means off."""
    if missing := unobserved(instance, "metadata"):
        return missing
    value = (instance.metadata or {}).get(key)
    word = (value or "").strip().lower()
    if word == "true":
        return passed(good, metadata={key: value})
    return failed(bad, metadata={key: value}) if word in OFF else unknown(f"metadata {key}")
