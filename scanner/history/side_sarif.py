"""One side of a comparison, read from SARIF of ours, run by run."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from scanner.history.reading import CheckId, Described, Result, Run, When, described
from scanner.history.sides import Side, Told
from scanner.model.nouns import Severity, Status
from scanner.store.piecewise import Reader

#: The severity that a rule of SARIF has, by its level and GitHub's number: `reports/sarif_rules.py` writes them.
_SEVERITIES = {
    ("error", "9.5"): Severity.CRITICAL,
    ("error", "8.0"): Severity.HIGH,
    ("warning", "5.5"): Severity.MEDIUM,
    ("note", "2.5"): Severity.LOW,
    ("note", ""): Severity.INFORMATIONAL,
}
_STATUS = {
    "pass": Status.PASS,
    "fail": Status.FAIL,
    "open": Status.UNKNOWN,
    "notApplicable": Status.NOT_APPLICABLE,
}


class _Message(Struct, frozen=True):
    text: str = ""


class _Marks(Struct, frozen=True):
    fingerprint: str = field(name="resourceFinding/v1", default="")


class _Result(Result, frozen=True, rename="camel", kw_only=True):
    message: _Message = _Message()
    partial_fingerprints: _Marks = _Marks()
    suppressions: tuple[Any, ...] = ()


class _RuleProperties(Struct, frozen=True):
    number: str = field(name="security-severity", default="")


class _Level(Struct, frozen=True):
    level: str = ""


class _Rule(Struct, frozen=True, rename="camel"):
    id: CheckId
    short_description: _Message = _Message()
    default_configuration: _Level = _Level()
    properties: _RuleProperties = _RuleProperties()


class _Driver(Struct, frozen=True):
    version: str
    rules: tuple[_Rule, ...]


class _RunTool(Struct, frozen=True):
    driver: _Driver


class _Invocation(Struct, frozen=True, rename="camel", kw_only=True):
    start_time_utc: When
    tool_execution_notifications: tuple[Any, ...] = ()


_Invocations = Annotated[tuple[_Invocation, ...], Meta(min_length=1)]


def read_sarif(reader: Reader, side: Side) -> None:
    """All runs of a file into a side. Raises InputError, and what `Reader` raises."""
    side.complete = True
    for name in reader.members():
        if name != "runs":
            reader.value()
            continue
        for _ in reader.parts(b"[", b"]"):
            _read_run(reader, side)


def _read_run(reader: Reader, side: Side) -> None:
    rules: dict[str, _Rule] = {}
    noted = False
    for name in reader.members():
        match name:
            case "tool":
                driver = msgspec.json.decode(reader.value(), type=_RunTool).driver
                side.version, rules = driver.version, {rule.id: rule for rule in driver.rules}
                side.checks.update(dict.fromkeys(rules))
            case "invocations":
                [made, *_] = msgspec.json.decode(reader.value(), type=_Invocations)
                side.made_at, noted = made.start_time_utc, bool(made.tool_execution_notifications)
            case "properties":
                _note_run(msgspec.json.decode(reader.value(), type=Run), side, noted)
            case "results":
                decode = msgspec.json.Decoder(_Result).decode
                for item in reader.items():
                    for told in _of_result(decode(item), rules, reader.path):
                        side.tell(told)
            case "artifacts":
                for _ in reader.items():
                    pass
            case _:
                reader.value()


def _note_run(run: Run, side: Side, noted: bool) -> None:
    """An account. Any notification is about something that was not seen, or is not in the file."""
    account = (run.provider, run.account)
    for one, regions in run.asked.items():
        side.reach.setdefault((run.provider, one), set()).update(regions)
    side.reach.setdefault(account, set())
    side.regions = side.reach  # it does not tell them apart
    whole = run.complete and not noted
    side.settled |= {account} if whole else set()
    side.complete &= whole
    side.cut |= run.left_out > 0


def _of_result(result: _Result, rules: Mapping[str, _Rule], path: Path) -> Iterator[Told]:
    """What a result says: of one finding, or of those of a check in an account."""
    if result.baseline_state == "absent":  # it says what an earlier report had
        return
    found = described(path, result)
    yield from (_failing(one, rules.get(result.rule_id), result) for one in found)
    if not found and (mark := result.partial_fingerprints.fingerprint):
        status = _STATUS.get(result.kind, Status.UNKNOWN)
        yield Told(fingerprint=mark, check=result.rule_id, verdict=status, message=result.message.text)


def _failing(one: Described, rule: _Rule | None, result: _Result) -> Told:
    level = (rule.default_configuration.level, rule.properties.number) if rule else ("", "")
    return Told(
        fingerprint=one.fingerprint,
        check=result.rule_id,
        verdict=Status.FAIL,
        message=one.message,
        why="it was not observed" if one.not_observed_since else "",
        title=rule.short_description.text if rule else "",
        severity=_SEVERITIES.get(level),
        score=one.score,
        about=one.resource,
        systems=one.systems,
        suppressed=bool(result.suppressions),
        carried=one.not_observed_since is not None,
    )
