"""What is said on stderr while a scan runs."""

import logging
import sys

from scanner.model.sanitize import clean, redact_wholly


class _Formatter(logging.Formatter):
    """Names and messages of others are in what is logged."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(redact_wholly(super().format(record)), lines=True)


def log_to_stderr(*, verbose: bool, quiet: bool = False) -> None:
    """Warnings of ours, or with `verbose` all that is asked and fails, and what the SDKs have to say.

    If `quiet`, only errors of ours.

    Without it they are silent: what matters of it is in our own errors, and some print tracebacks for what is none.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.CRITICAL, handlers=[handler])
    logging.getLogger("mlposture").setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING)
