"""How a command ends: every exit code there is. docs/reference/exit-codes.md is generated from here."""

from enum import IntEnum


class Exit(IntEnum):
    """What the process tells who runs it; no two outcomes share a code."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    CANNOT_SCAN = 3
    INCOMPLETE = 4
    DEFECT = 70
    HANGUP = 129
    INTERRUPTED = 130
    NO_READER = 141
    TERMINATED = 143


MEANINGS = {
    Exit.DONE: "done, nothing at or above --fail-on, every threshold of a gate met",
    Exit.FINDINGS: "findings at or above --fail-on, an evaluation against a threshold, a dossier that was changed",
    Exit.USAGE: "wrong usage or configuration, or something could not be written or was not taken",
    Exit.CANNOT_SCAN: "scan or upload could not run (no credentials or SDK, nothing reachable, all refused, no time)",
    Exit.INCOMPLETE: "not all was observed (--fail-on-incomplete), uploaded, answered or evaluated; or told to nobody",
    Exit.DEFECT: "a defect of mlposture",
    Exit.HANGUP: "stopped by SIGHUP (its terminal was closed); a scan reports what it saw",
    Exit.INTERRUPTED: "stopped by SIGINT (Ctrl-C); a scan reports what it saw",
    Exit.NO_READER: "nobody reads its output",
    Exit.TERMINATED: "stopped by SIGTERM (as schedulers do); a scan reports what it saw",
}
