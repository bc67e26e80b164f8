"""Errors that a user can act on. The command line prints their message and exits with their code; no traceback."""


class InputError(Exception):
    """Wrong usage or configuration: the message names the file or option and the fix. Exit code 2."""

    exit_code = 2


class CannotScan(Exception):
    """The scan could not run at all: no credentials, no scope, nothing reachable. Exit code 3."""

    exit_code = 3
