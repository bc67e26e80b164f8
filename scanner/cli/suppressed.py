"""The file of suppressions, as a command is told of it, and what its reader is warned of."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.cli.declared import as_of, named_or_found
from scanner.model.checks import Check
from scanner.model.notes import SuppressionUse
from scanner.objects.transfer import reading

if TYPE_CHECKING:
    from scanner.evaluate.suppressing import Suppressing
    from scanner.suppress.register import Register

log = logging.getLogger("mlposture")

#: The file that is read where none is named.
DEFAULT = "mlposture-suppressions.yaml"
#: Warnings of each sort: of hundreds of entries, each may give one.
_MOST = 10


def suppressions_path(options: Mapping[str, Any]) -> str | None:
    """Where suppressions are read: what `--suppressions` names, else ./mlposture-suppressions.yaml if there is one."""
    return named_or_found(options, "suppressions", DEFAULT)


def read_suppressions(options: Mapping[str, Any]) -> "Register | None":
    """The file that is to be read, if there is one. Raises InputError."""
    name = suppressions_path(options)
    if name is None:
        return None
    from scanner.suppress.register import read_register

    with reading(name) as path:
        return read_register(path, all_checks(), name)


def all_checks() -> list[Check]:
    """Every check that an entry may name."""
    from scanner.evaluate.unclaimed import UNCLAIMED
    from scanner.model.registry import load

    return [*load()[0].values(), UNCLAIMED]


def recall_suppressions(kept: Any) -> "Register | None":
    """What `read_suppressions` gave, as the journal of a scan has it."""
    if kept is None:
        return None
    from scanner.suppress.register import Register

    return msgspec.convert(kept, Register)


def suppressing(options: Mapping[str, Any], taken_at: datetime) -> "Suppressing":
    """The entries as of the day of the scan, or that of --as-of."""
    from scanner.evaluate.suppressing import Suppressing

    register = options.get("suppressions")
    return Suppressing(getattr(register, "entries", ()), as_of(options, taken_at))


def warn_of_suppressions(uses: Iterable[SuppressionUse]) -> None:
    """Say which entries have expired, are about to, or are not needed."""
    uses = list(uses)
    _warn(f"{_lead(use)} ended on {use.entry.until}{_again(use.findings)}; remove it, or have it approved anew"
          for use in uses if use.state == "expired")  # fmt: skip
    _warn(f"{_lead(use)} ends on {use.entry.until}; fix what it is about, or have {use.entry.owner} decide anew"
          for use in uses if use.ends_soon and use.findings)  # fmt: skip
    _warn(f"{_lead(use)} matches no failure; remove it, or correct what it names"
          for use in uses if use.state == "unused")  # fmt: skip


def _lead(use: SuppressionUse) -> str:
    return f"{use.entry.place}: the suppression of {use.entry.check}"


def _again(findings: int) -> str:
    return f", and {findings} {'finding is' if findings == 1 else 'findings are'} open again" if findings else ""


def _warn(texts: Iterable[str]) -> None:
    texts = list(texts)
    for text in texts[:_MOST]:
        log.warning("%s", text)
    if len(texts) > _MOST:
        log.warning("%d more such suppressions; the JSON report has all of them", len(texts) - _MOST)
