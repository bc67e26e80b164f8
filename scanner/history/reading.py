"""An earlier report of ours, read piece by piece: JSON, or SARIF with one result a resource or one a check."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from scanner.history.earlier import Earlier, Failure
from scanner.history.sides import About
from scanner.model.errors import InputError
from scanner.model.notes import Source
from scanner.model.nouns import Status
from scanner.store.piecewise import UNREADABLE, Reader
from scanner.store.saved import SCHEMA

#: What a file may be, by its beginning.
REPORT, INVENTORY, SARIF = "mlposture/report/v1", SCHEMA, "sarif-2.1.0.json"

Fingerprint = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
CheckId = Annotated[str, Meta(pattern=r"^[A-Z]{1,8}-[0-9]{1,6}\Z")]
When = Annotated[datetime, Meta(tz=True)]


class _Check(Struct, frozen=True):
    id: CheckId


class _Failure(Struct, frozen=True, kw_only=True):
    """A finding of a JSON report, or one that it carries forward: the latter has no verdict."""

    fingerprint: Fingerprint
    check: _Check
    verdict: Status = Status.FAIL
    score: float
    message: str
    resource: About
    systems: tuple[str, ...] = ()
    source: Source | None = None
    observed_at: When | None = None
    first_seen_at: When | None = None
    suppression: dict[str, Any] | None = None
    why: str = ""


class Settled(Struct, frozen=True):
    """An account of a report, and whether all of it was seen."""

    provider: str
    account: str
    settled: bool
    regions: tuple[str, ...]


class _Scan(Struct, frozen=True):
    started_at: When


class _Verdicts(Struct, frozen=True):
    fail: int
    suppressed: int


class _Summary(Struct, frozen=True):
    verdicts: _Verdicts


class Described(Struct, frozen=True, rename="camel", kw_only=True):
    """What SARIF says of a failure beside what its viewers show."""

    fingerprint: Fingerprint
    message: str
    score: float
    resource: About
    systems: tuple[str, ...] = ()
    source: Source | None = None
    not_observed_since: When | None = None


class _Properties(Struct, frozen=True):
    finding: Described | None = None
    #: how many resources a result about a check is about, of which its related locations are some
    resources: int = 0


class _Location(Struct, frozen=True):
    properties: _Properties = _Properties()


class Result(Struct, frozen=True, rename="camel"):
    """What is read of a result of SARIF."""

    rule_id: CheckId
    kind: str = "fail"
    baseline_state: str = ""
    properties: _Properties = _Properties()
    related_locations: tuple[_Location, ...] = ()
    suppressions: tuple[dict[str, Any], ...] = ()


class Run(Struct, frozen=True, rename="camel"):
    """The properties of a run that matter here."""

    provider: str
    account: str
    complete: bool
    left_out: int
    asked: dict[str, tuple[str, ...]]


class _Invocation(Struct, frozen=True, rename="camel"):
    start_time_utc: When


_Invocations = Annotated[tuple[_Invocation, ...], Meta(min_length=1)]


def form(path: Path) -> str:
    """What a file is, by its beginning: a `REPORT`, an `INVENTORY` or `SARIF`. Raises InputError for anything else."""
    with understood(path), path.open("rb") as file:
        reader = Reader(path, file)
        for name in reader.members():
            if name not in ("schema", "$schema"):
                break
            value = msgspec.json.decode(reader.value())
            if value in (REPORT, INVENTORY):
                return str(value)
            if name == "$schema" and str(value).endswith(SARIF):
                return SARIF
    raise InputError(f"{path}: is no JSON report, no SARIF and no inventory of mlposture")


def read_report(path: Path, into: Earlier) -> None:
    """Take over the failures of a report, JSON or SARIF. Raises InputError."""
    kind = form(path)
    with understood(path), path.open("rb") as file:
        reader = Reader(path, file)
        if kind == SARIF:
            _read_sarif(reader, into)
        else:
            _read_json(reader, into)


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Around reading a report. Raises InputError for what cannot be read or is none."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UNREADABLE as error:
        raise InputError(f"{path}: not a report of mlposture: {error}") from error


def _read_json(reader: Reader, into: Earlier) -> None:
    decode = msgspec.json.Decoder(_Failure).decode
    found = 0
    made_at, expected, settled = None, None, False
    for name in reader.members():
        if name == "scan":
            made_at = msgspec.json.decode(reader.value(), type=_Scan).started_at
        elif name == "summary":
            counted = msgspec.json.decode(reader.value(), type=_Summary).verdicts
            expected = counted.fail + counted.suppressed
        elif name == "findings":
            for item in reader.items():
                failure = decode(item)
                if failure.verdict is Status.FAIL:
                    found += 1
                    into.add(_reported(failure))
        elif name == "history":
            settled = True
            _read_history(reader, into)
        else:
            reader.value()
    if made_at is None or not settled:
        raise InputError(f"{reader.path}: does not say which accounts it knows all of; write it with this version")
    _check_count(reader.path, found, expected)
    into.seal(made_at)


def _check_count(path: Path, found: int, expected: int | None) -> None:
    if expected is None:
        raise InputError(f"{path}: does not say how many failures it has; give the file that mlposture wrote")
    if found < expected:
        raise InputError(f"{path}: has {found} of its {expected} failures; write it with fail among --verdicts")


def _read_history(reader: Reader, into: Earlier) -> None:
    for name in reader.members():
        if name == "accounts":
            for item in reader.items():
                account = msgspec.json.decode(item, type=Settled)
                into.know((account.provider, account.account), account.settled)
                into.ask((account.provider, account.account), account.regions)
        elif name == "carried":
            for item in reader.items():
                into.add(_reported(msgspec.json.decode(item, type=_Failure)))
        else:
            reader.value()


def _read_sarif(reader: Reader, into: Earlier) -> None:
    runs = 0
    for name in reader.members():
        if name != "runs":
            reader.value()
            continue
        for _ in reader.parts(b"[", b"]"):
            _read_run(reader, into)
            runs += 1
    if not runs:
        raise InputError(f"{reader.path}: holds no run, and says nothing of any account; give that of a scan")


def _read_run(reader: Reader, into: Earlier) -> None:
    run = made_at = None
    results = False
    for name in reader.members():
        if name == "invocations":
            made_at = msgspec.json.decode(reader.value(), type=_Invocations)[0].start_time_utc
        elif name == "results":
            results = True
            for item in reader.items():
                _read_result(reader.path, msgspec.json.decode(item, type=Result), into)
        elif name == "artifacts":
            for _ in reader.items():
                pass
        elif name == "properties":
            run = msgspec.json.decode(reader.value(), type=Run)
        else:
            reader.value()
    if run is None or made_at is None or not results:
        raise msgspec.DecodeError("a run does not say of which account it is, when that was and what it found")
    into.know((run.provider, run.account), run.complete)
    for account, regions in run.asked.items():
        into.ask((run.provider, account), regions)
    into.cut |= run.left_out > 0
    into.seal(made_at)


def _read_result(path: Path, result: Result, into: Earlier) -> None:
    """Take over the failures that a result is about: one, or those of a check in an account."""
    for finding in described(path, result):
        into.add(_failure(result.rule_id, finding, finding.not_observed_since, accepted=bool(result.suppressions)))


def described(path: Path, result: Result) -> list[Described]:
    """The failures that a result is about. Raises InputError where it does not name them all."""
    listed = [one.properties.finding for one in result.related_locations if one.properties.finding]
    if len(listed) < result.properties.resources:
        raise InputError(
            f"{path}: names {len(listed)} of the {result.properties.resources} resources of {result.rule_id}; "
            "give the JSON report of that scan"
        )
    alone = [result.properties.finding] if result.properties.finding else []
    if not listed and not alone and result.kind == "fail" and result.baseline_state != "absent":
        raise InputError(
            f"{path}: a result of {result.rule_id} does not say what it is about, as another program may have changed "
            "the file; give the one that mlposture wrote"
        )
    return [*listed, *alone]


def _reported(said: _Failure) -> Failure:
    accepted = said.suppression is not None
    return _failure(said.check.id, said, said.observed_at, said.first_seen_at, accepted=accepted)


def _failure(
    check: str,
    said: _Failure | Described,
    observed: datetime | None,
    first_seen: datetime | None = None,
    *,
    accepted: bool,
) -> Failure:
    one = said.resource
    return Failure(
        fingerprint=said.fingerprint,
        check_id=check,
        score=said.score,
        message=said.message,
        kind=one.kind,
        id=one.id,
        name=one.name,
        scope=one.scope,
        console_url=one.console_url,
        source=said.source,
        systems=said.systems,
        observed=observed,
        first_seen=first_seen,
        accepted=accepted,
        unseen=said.why if isinstance(said, _Failure) else "",
    )
