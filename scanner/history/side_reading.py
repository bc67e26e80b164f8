"""One side of a comparison, read piece by piece from a report of ours: JSON, or SARIF."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scanner.history.reading import SARIF, CheckId, Fingerprint, Settled, When, form, understood
from scanner.history.side_sarif import read_sarif
from scanner.history.sides import About, Side, Sides, Told
from scanner.model.errors import InputError
from scanner.model.nouns import Listing, Reason, Scope, Severity, Status
from scanner.store.piecewise import Reader


class _Check(Struct, frozen=True):
    id: CheckId
    title: str = ""


class _Finding(Struct, frozen=True, kw_only=True):
    """A finding of a JSON report, or one that it carries forward: the latter has no verdict, and a reason."""

    fingerprint: Fingerprint
    check: _Check
    verdict: Status = Status.FAIL
    severity: Severity
    score: float
    message: str
    resource: About
    systems: tuple[str, ...] = ()
    suppression: Mapping[str, Any] | None = None
    observed_at: When | None = None
    first_seen: When | None = None
    why: str = ""


class _Tool(Struct, frozen=True):
    version: str


class _Account(Struct, frozen=True):
    provider: str
    account: str


class _Principal(Struct, frozen=True):
    provider: str
    account: str
    name: str | None = None


class _Scan(Struct, frozen=True):
    id: str
    started_at: When
    complete: bool
    accounts: tuple[_Account, ...]
    finished_at: When | None = None
    arguments: tuple[str, ...] = ()
    principals: tuple[_Principal, ...] = ()


class _Listed(Struct, frozen=True):
    provider: str
    account: str
    region: str
    kind: str
    complete: bool
    absent: str = ""


class _Gap(Struct, frozen=True):
    kind: str
    scope: _Account
    reason: str = ""
    permission: str = ""


class _Counts(Struct, frozen=True):
    id: CheckId
    passed: int
    failed: int
    unknown: int
    not_applicable: int


class _Trust(Struct, frozen=True):
    table: str
    value: str
    until: date | None
    expired: bool


def read_side(path: Path, said: str, sides: Sides, number: int) -> Side:
    """A side, from a JSON report or SARIF of ours. Raises InputError for anything else, and for half a report."""
    kind = form(path)
    side = Side(sides, number, said, "sarif" if kind == SARIF else "report")
    with understood(path), path.open("rb") as file:
        reader = Reader(path, file)
        if kind == SARIF:
            read_sarif(reader, side)
        else:
            _read_json(reader, side)
    side.flush()
    side.when()
    if not side.checks:
        raise InputError(f"{said}: does not say which checks were run; give the file that mlposture wrote")
    _check_failures(side)
    return side


def _check_failures(side: Side) -> None:
    """Raises InputError where a JSON report leaves failures out: what it does not have could be anything."""
    missing = sum(side.left_out(check, Status.FAIL) or 0 for check in side.checks)
    if missing:
        raise InputError(f"{side.said}: leaves out {missing} of its failures; write it with fail among --verdicts")


def _read_json(reader: Reader, side: Side) -> None:
    for name in reader.members():
        read = _PARTS.get(name)
        if read is None:
            reader.value()
        else:
            read(reader, side)
    if side.listings is None:
        raise InputError(f"{side.said}: does not say what was listed; give the file that mlposture wrote")


def _read_tool(reader: Reader, side: Side) -> None:
    side.version = msgspec.json.decode(reader.value(), type=_Tool).version


def _read_scan(reader: Reader, side: Side) -> None:
    scan = msgspec.json.decode(reader.value(), type=_Scan)
    side.scan_id, side.made_at, side.complete = scan.id, scan.started_at, scan.complete
    side.ended_at = scan.finished_at if scan.arguments else None  # who judges what was saved ends long after that
    side.asked_as |= {(one.provider, one.account): one.name for one in scan.principals if one.name}
    for one in scan.accounts:
        side.regions.setdefault((one.provider, one.account), set())


def _read_gaps(reader: Reader, side: Side) -> None:
    side.denied = {}
    for item in reader.items():
        gap = msgspec.json.decode(item, type=_Gap)
        account = (gap.scope.provider, gap.scope.account)
        side.unread.add((gap.kind, account))
        if gap.reason == Reason.DENIED:
            side.denied.setdefault(account, set()).update({gap.permission} - {""})


def _read_trust(reader: Reader, side: Side) -> None:
    for item in reader.items():
        entry = msgspec.json.decode(item, type=_Trust)
        side.trust |= {f"{entry.table} {entry.value}"} if not entry.expired else set()


def _read_findings(reader: Reader, side: Side) -> None:
    decode = msgspec.json.Decoder(_Finding).decode
    for item in reader.items():
        side.tell(_told(decode(item)))


def _told(one: _Finding, *, carried: bool = False) -> Told:
    if one.verdict is not Status.FAIL:
        return Told(fingerprint=one.fingerprint, check=one.check.id, verdict=one.verdict, message=one.message)
    return Told(
        fingerprint=one.fingerprint,
        check=one.check.id,
        verdict=one.verdict,
        message=one.message,
        why=one.why,
        title=one.check.title,
        severity=one.severity,
        score=one.score,
        about=one.resource,
        systems=one.systems,
        suppressed=one.suppression is not None,
        carried=carried,
        first_seen=one.first_seen,
    )


def _read_history(reader: Reader, side: Side) -> None:
    decode = msgspec.json.Decoder(_Finding).decode
    for name in reader.members():
        if name == "accounts":
            for item in reader.items():
                asked = msgspec.json.decode(item, type=Settled)
                account = (asked.provider, asked.account)
                side.reach.setdefault(account, set()).update(asked.regions)
                side.settled |= {account} if asked.settled else set()
        elif name == "carried":
            for item in reader.items():
                side.tell(_told(decode(item), carried=True))
        else:
            reader.value()


def _read_coverage(reader: Reader, side: Side) -> None:
    side.listings = []
    for name in reader.members():
        for item in reader.items():
            if name == "kinds":
                one = msgspec.json.decode(item, type=_Listed)
                scope = Scope(one.provider, one.account, one.region)
                side.regions.setdefault((one.provider, one.account), set()).add(one.region)
                side.listings.append(Listing(kind=one.kind, scope=scope, complete=one.complete, absent=one.absent))
            elif name == "checks":
                counts = msgspec.json.decode(item, type=_Counts)
                side.checks[counts.id] = {
                    Status.PASS: counts.passed,
                    Status.FAIL: counts.failed,
                    Status.UNKNOWN: counts.unknown,
                    Status.NOT_APPLICABLE: counts.not_applicable,
                }


_PARTS: Mapping[str, Callable[[Reader, Side], None]] = {
    "tool": _read_tool,
    "scan": _read_scan,
    "findings": _read_findings,
    "history": _read_history,
    "gaps": _read_gaps,
    "coverage": _read_coverage,
    "trust": _read_trust,
}
