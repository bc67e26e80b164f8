"""One more entry at the end of a file of suppressions: what stands there before is kept as it is."""

import re
import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.model.checks import Check
from scanner.model.errors import InputError
from scanner.model.globs import WILD
from scanner.model.notes import Suppression
from scanner.model.sanitize import clean
from scanner.suppress.register import SCHEMA, RegisterError, parse_register

_BEGUN = f"""\
# What is accepted of what fails, by whom and until when. mlposture reads it with --suppressions.
schema: {SCHEMA}

suppressions:
"""
_EMPTY = re.compile(r"^suppressions:[ ]*\[[ ]*\]", re.MULTILINE)
_DASH = re.compile(r"^([ ]*)-[ ]+(?:check|resource|fingerprint|account|provider|reason|owner)", re.MULTILINE)
_STARTS = ("arn:", "/", "projects/")


class Subject(Struct, frozen=True, kw_only=True):
    """A failure that is to be suppressed."""

    fingerprint: str
    check: str
    resource: str
    account: str


class Decision(Struct, frozen=True, kw_only=True):
    """What is decided of it. It holds without an end where there is no `until`."""

    reason: str
    owner: str
    approver: str = ""
    ticket: str = ""
    until: date | None = None


def with_entry(
    content: bytes | None, subject: Subject, decision: Decision, checks: Sequence[Check], name: str
) -> tuple[bytes, Suppression]:
    """The content of a file with one more entry, None for one that is to be begun, and that entry.

    Raises InputError if the file cannot be used, has an entry that says the same, or does not end with its list.
    """
    before = parse_register(content, checks, name).entries if content is not None else ()
    entry = _entry(subject, decision)
    wanted = _alone(entry, checks)
    if same := next((one for one in before if _about(one) == _about(wanted)), None):
        raise InputError(f"{same.place}: is about the same; change it there")
    new = _extended(content, entry)
    try:
        after = parse_register(new, checks, name).entries
    except RegisterError:
        after = ()
    if [replace(one, place="") for one in after] != [replace(one, place="") for one in (*before, wanted)]:
        raise InputError(
            f"{name}: does not end with its list of suppressions, one a line; put that last, then try again"
        )
    return new, after[-1]


def _alone(entry: str, checks: Sequence[Check]) -> Suppression:
    """The entry as it is read. Raises InputError for what no file may hold."""
    try:
        [read] = parse_register((_BEGUN + entry).encode(), checks, "").entries
    except RegisterError as error:
        raise InputError(error.problems[0].text.partition(": ")[2]) from error
    return read


def _about(entry: Suppression) -> tuple[str, ...]:
    return entry.check, entry.resource.lower(), entry.account.lower(), entry.provider, entry.fingerprint


def _extended(content: bytes | None, entry: str) -> bytes:
    """The content with an entry at its end, as far to the right as those before it."""
    if content is None:
        return (_BEGUN + textwrap.indent(entry, "  ")).encode()
    line = "\r\n" if b"\r\n" in content else "\n"
    text = _EMPTY.sub("suppressions:", content.decode("utf-8-sig")).rstrip()
    dash = _DASH.search(text)
    return (text + f"\n\n{textwrap.indent(entry, dash[1] if dash else '  ')}".replace("\n", line)).encode()


def _entry(subject: Subject, decision: Decision) -> str:
    import yaml  # here, because start-up must not pay for it

    named: dict[str, Any] = {"check": subject.check}
    note = ""
    if subject.resource.startswith(_STARTS) and subject.resource.isprintable() and not WILD.search(subject.resource):
        named["resource"] = subject.resource
    else:  # as a glob, it would not be this resource alone
        named["fingerprint"] = subject.fingerprint
        note = f"# {clean(subject.resource)}\n"
    if subject.account and not re.search(r"[\s*?]", subject.account) and subject.account.isprintable():
        named["account"] = subject.account
    for member in ("reason", "owner", "approver", "ticket"):
        if said := " ".join(getattr(decision, member).split()):
            named[member] = said
    named |= {"until": decision.until} if decision.until else {"accept_risk": True}
    # Lines of any length: an indented one would change a text that is folded.
    return note + yaml.safe_dump([named], allow_unicode=True, sort_keys=False, width=1 << 20)
