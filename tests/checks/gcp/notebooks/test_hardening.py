from factories.gcp import instance, running, shielding, stopped
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.notebooks.resources import Instance


def switch(key: str) -> list[Case]:
    """Cases of a metadata key that has to be on."""
    return [
        Case("on", PASS, instance(metadata={key: "true"})),
        Case("on, in capitals", PASS, instance(metadata={key: "TRUE"})),
        Case("off", FAIL, instance(metadata={key: "false"})),
        Case("left out, which means off", FAIL, instance(metadata={})),
        Case("no metadata at all", FAIL, instance(metadata=None)),
        Case("neither on nor off", UNKNOWN, instance(metadata={key: "perhaps"})),
        Case("not observed", UNKNOWN, instance()),
    ]


def own_switch(key: str) -> list[Case]:
    """The same for a key of Workbench's own, which promises to understand `true` and `false` only."""
    return [*switch(key), Case("on, in a way Workbench does not promise", UNKNOWN, instance(metadata={key: "1"}))]


LOGIN, BLOCK, SERIAL = "enable-oslogin", "block-project-ssh-keys", "serial-port-enable"
Keys = dict[str, str] | None


def told(own: Keys, project: Keys = None) -> Instance:
    """A running instance with these metadata, in a project with those."""
    return running(metadata=own, project_metadata=project or {}, serial_port_prohibited=False)


def idle(seconds: str, **more: str) -> dict[str, str]:
    return {"idle-timeout-seconds": seconds, **more}


CASES = {
    "vertex_workbench_root_access": own_switch("notebook-disable-root"),
    "vertex_workbench_file_download": own_switch("notebook-disable-downloads"),
    "vertex_workbench_terminal_access": own_switch("notebook-disable-terminal"),
    "vertex_workbench_project_ssh_keys_accepted": [
        Case("blocked", PASS, told({BLOCK: "TRUE"})),
        Case("blocked, in a way only Compute Engine knows", PASS, told({BLOCK: "1"})),
        Case("not blocked, nor OS Login on", FAIL, told({BLOCK: "false"})),
        Case("nothing said, neither by its project", FAIL, told({})),
        Case("no metadata at all", FAIL, told(None)),
        Case("OS Login of its own", PASS, told({LOGIN: "TRUE"})),
        Case("OS Login of its project", PASS, told({}, {LOGIN: "TRUE"})),
        Case("OS Login of its project, switched off here", FAIL, told({LOGIN: "FALSE"}, {LOGIN: "TRUE"})),
        Case("OS Login neither on nor off", UNKNOWN, told({LOGIN: "perhaps"})),
        Case("neither blocked nor not", UNKNOWN, told({BLOCK: "perhaps"})),
        Case("the project not observed", UNKNOWN, instance(metadata={})),
        Case("nothing said, but it is stopped", NOT_APPLICABLE, stopped(metadata={}, project_metadata={})),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_serial_port_open": [
        Case("off", PASS, told({SERIAL: "false"})),
        Case("off, though on in its project", PASS, told({SERIAL: "false"}, {SERIAL: "true"})),
        Case("nothing said, neither by its project", PASS, told({})),
        Case("on", FAIL, told({SERIAL: "1"})),
        Case("on in its project", FAIL, told({}, {SERIAL: "TRUE"})),
        Case("on, and a policy closes it", PASS, running(metadata={SERIAL: "1"}, serial_port_prohibited=True)),
        Case("on, the policy not observed", UNKNOWN, running(metadata={SERIAL: "1"})),
        Case("on, but it is stopped", NOT_APPLICABLE, stopped(metadata={SERIAL: "1"})),
        Case("neither on nor off", UNKNOWN, told({SERIAL: "perhaps"})),
        Case("the project not observed", UNKNOWN, instance(metadata={})),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_without_upgrade_schedule": [
        Case("weekly", PASS, instance(metadata={"notebook-upgrade-schedule": "00 19 * * MON"})),
        Case("emptied", FAIL, instance(metadata={"notebook-upgrade-schedule": " "})),
        Case("left out", FAIL, instance(metadata={})),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_without_idle_shutdown": [
        Case("after an hour", PASS, told(idle("3600"))),
        Case("after a day exactly", PASS, told(idle("86400"))),
        Case("nothing said, which means after three hours", PASS, told({})),
        Case("after more than a day", FAIL, told(idle("86401"))),
        Case("switched off with zero", FAIL, told(idle("0"))),
        Case("switched off with nothing", FAIL, told(idle(""))),
        Case("without the guest attributes it needs", FAIL, told(idle("3600", **{"enable-guest-attributes": "false"}))),
        Case("switched off, but it is stopped", NOT_APPLICABLE, stopped(metadata=idle("0"))),
        Case("no number", UNKNOWN, told(idle("soon"))),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_secure_boot_off": [
        Case("on", PASS, instance(shielding=shielding(enable_secure_boot=True))),
        Case("off", FAIL, instance(shielding=shielding(enable_secure_boot=False))),
        Case("left out, which means off", FAIL, instance(shielding=shielding(enable_vtpm=True))),
        Case("no shielding at all", FAIL, instance(shielding=None)),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_boot_integrity_unmonitored": [
        Case("both on", PASS, instance(shielding=shielding(enable_vtpm=True, enable_integrity_monitoring=True))),
        Case("no TPM", FAIL, instance(shielding=shielding(enable_vtpm=False, enable_integrity_monitoring=True))),
        Case("no monitoring", FAIL, instance(shielding=shielding(enable_vtpm=True, enable_integrity_monitoring=False))),
        Case("no monitoring, left out as Google does", FAIL, instance(shielding=shielding(enable_vtpm=True))),
        Case("neither, left out as Google does", FAIL, instance(shielding=shielding(enable_secure_boot=True))),
        Case("nothing said", UNKNOWN, instance(shielding=shielding())),
        Case("no shielding at all", UNKNOWN, instance(shielding=None)),
        Case("not observed", UNKNOWN, instance()),
    ],
}
