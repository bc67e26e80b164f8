from factories.gcp import instance, shielding
from support import FAIL, PASS, UNKNOWN, Case


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


def idle(seconds: str, **more: str) -> dict[str, str]:
    return {"idle-timeout-seconds": seconds, **more}


CASES = {
    "vertex_workbench_root_access": own_switch("notebook-disable-root"),
    "vertex_workbench_file_download": own_switch("notebook-disable-downloads"),
    "vertex_workbench_terminal_access": own_switch("notebook-disable-terminal"),
    "vertex_workbench_project_ssh_keys_accepted": [
        *switch("block-project-ssh-keys"),
        Case("on, in a way only Compute Engine knows", PASS, instance(metadata={"block-project-ssh-keys": "1"})),
        Case("not blocked, but OS Login ignores them", PASS, instance(metadata={"enable-oslogin": "TRUE"})),
        Case("OS Login switched off", FAIL, instance(metadata={"enable-oslogin": "FALSE"})),
        Case("OS Login neither on nor off", UNKNOWN, instance(metadata={"enable-oslogin": "perhaps"})),
    ],
    "vertex_workbench_serial_port_open": [
        Case("off", PASS, instance(metadata={"serial-port-enable": "false"})),
        Case("left out, which means off", PASS, instance(metadata={})),
        Case("on", FAIL, instance(metadata={"serial-port-enable": "1"})),
        Case("neither on nor off", UNKNOWN, instance(metadata={"serial-port-enable": "perhaps"})),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_without_upgrade_schedule": [
        Case("weekly", PASS, instance(metadata={"notebook-upgrade-schedule": "00 19 * * MON"})),
        Case("emptied", FAIL, instance(metadata={"notebook-upgrade-schedule": " "})),
        Case("left out", FAIL, instance(metadata={})),
        Case("not observed", UNKNOWN, instance()),
    ],
    "vertex_workbench_without_idle_shutdown": [
        Case("after an hour", PASS, instance(metadata=idle("3600"))),
        Case("after a day exactly", PASS, instance(metadata=idle("86400"))),
        Case("after more than a day", FAIL, instance(metadata=idle("86401"))),
        Case("switched off with zero", FAIL, instance(metadata=idle("0"))),
        Case("switched off with nothing", FAIL, instance(metadata=idle(""))),
        Case(
            "after an hour, but without the guest attributes it needs",
            FAIL,
            instance(metadata=idle("3600", **{"enable-guest-attributes": "false"})),
        ),
        Case("left out, where the default depends on who created it", UNKNOWN, instance(metadata={})),
        Case("no number", UNKNOWN, instance(metadata=idle("soon"))),
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
