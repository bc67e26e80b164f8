"""The file of suppressions, `mlposture-suppressions.yaml`: what is accepted of what fails, by whom and until when.

docs/reference/suppressions-v1.schema.json is generated from these types. `register_rules` has what they cannot hold.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scanner.model.checks import Check
from scanner.model.errors import InputError
from scanner.model.notes import Suppression
from scanner.model.yaml_text import Problem

SCHEMA = "suppressions/1"
#: Problems that are shown at once.
_MOST = 20

Text = Annotated[str, Meta(min_length=1)]
Glob = Annotated[
    str,
    Meta(
        pattern=r"^(?:arn:|//|/|projects/|https?://|[*?]).*$",
        description="the full id of a resource as reports show it, or a glob of it (* is any text, ? one character)",
    ),
]
Account = Annotated[
    str,
    Meta(
        pattern=r"^[^\s*?]+$",
        description="an id of one account, project or subscription, or the address of a server, without * and ?",
    ),
]
Fingerprint = Annotated[
    str, Meta(pattern="^[0-9a-f]{32}$", description="an id of a finding: the 32 digits of its fingerprint")
]


class EntrySource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Failures of one check, on resources that a glob matches or of one fingerprint, and what was decided of them.

    `until` is the last day that this counts (UTC); `accept_risk` says that it has no end. One of the two is given.
    """

    check: Text
    resource: Glob | None = None
    fingerprint: Fingerprint | None = None
    account: Account | None = None
    provider: Literal["aws", "gcp", "azure", "mlflow", "lineage"] | None = None
    reason: Text
    owner: Text
    approver: Text | None = None
    ticket: Text | None = None
    until: date | None = None
    accept_risk: bool = False


class RegisterSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All suppressions of an organisation. Where several are about a finding, the first that counts decides."""

    schema: Literal["suppressions/1"]
    suppressions: tuple[EntrySource, ...]


class Register(msgspec.Struct, frozen=True):
    """The entries of a file, where it was read, and its digest."""

    path: str
    entries: tuple[Suppression, ...]
    sha256: str


class RegisterError(InputError):
    """A file of suppressions that cannot be used; `problems` are all that is wrong with it, in their order."""

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        self.lines = tuple(f"{path}:{line}:{column}: {text}" for line, column, text in self.problems)
        super().__init__(self.lines[0])

    @property
    def shown(self) -> tuple[str, ...]:
        more = len(self.lines) - _MOST
        return (*self.lines[:_MOST], f"… and {more} more of these") if more > 0 else self.lines


def read_register(path: Path, checks: Iterable[Check], shown: str = "") -> Register:
    """Read and check a file of suppressions. `checks` are all there are; `shown` is what the file is called.

    What has expired is no problem here: that depends on the day. Raises InputError.
    """
    name = shown or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    return parse_register(content, checks, name)


def parse_register(content: bytes, checks: Iterable[Check], name: str) -> Register:
    """The same of what a file holds."""
    from scanner.model.fitting import fit
    from scanner.model.yaml_text import parse
    from scanner.suppress.register_rules import problems_of

    document = parse(content, f"begin it with `schema: {SCHEMA}`; `mlposture suppress` writes entries")
    if problems := document.problems or fit(document, RegisterSource, "suppressions"):
        raise RegisterError(name, problems)
    source = msgspec.convert(document.value, RegisterSource)
    known = {id_or_slug: check for check in checks for id_or_slug in (check.id, check.slug)}
    if problems := list(problems_of(source, document, known)):
        raise RegisterError(name, problems)
    entries = tuple(
        _entry(entry, known[entry.check].id, f"{name}:{document.problem(('suppressions', number), '').line}")
        for number, entry in enumerate(source.suppressions)
    )
    return Register(name, entries, hashlib.sha256(content).hexdigest())


def _entry(source: EntrySource, check: str, place: str) -> Suppression:
    return Suppression(
        check=check,
        resource=source.resource or "",
        account=source.account or "",
        provider=source.provider or "",
        fingerprint=source.fingerprint or "",
        reason=_one_line(source.reason),
        owner=_one_line(source.owner),
        approver=_one_line(source.approver or ""),
        ticket=_one_line(source.ticket or ""),
        until=source.until,
        place=place,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
