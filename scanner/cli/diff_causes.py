"""`mlposture diff --causes`: asks the clouds' logs what changed between two scans. It takes credentials, and reads."""

import importlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from types import ModuleType
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.calls.client import Calls, Manners
from scanner.cli.config import parse_duration, read_config
from scanner.collect.facade import connect
from scanner.collect.progress import bar
from scanner.collect.run import Progress
from scanner.history.causes import ASKED, MOST_RESOURCES, SKEW, Access, Causes, Key, Recorded, key_of
from scanner.history.comparing import What
from scanner.history.comparison import Comparison
from scanner.model.changes import DELAY, Answer, Budget, Question, Sought, newest, unread
from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.history import Account
from scanner.model.nouns import ANYWHERE, Reason
from scanner.objects.transfer import reading

#: Providers that have such logs.
CLOUDS = ("aws", "gcp", "azure")
#: Logs that are read at the same time.
_CONCURRENCY = 8


class _Wanted(Struct):
    """What is looked for in one account: resources by id, the region of each, and whether the scanner was refused."""

    sought: dict[str, tuple[Sought, str]] = field(default_factory=dict)
    access: bool = False


def aws_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Whose credentials are used in AWS: of the options, else of the configuration. Raises InputError."""
    settings = {"profile": options["profile"], "role_arns": options["role_arn"]}
    if not options["config"]:
        return settings
    with reading(options["config"]) as path:
        given = read_config(path).providers().get("aws", {})
    names = ("profile", "role_arns", "organization", "organization_role")
    given = {name: given[name] for name in names if name in given}
    return {**settings, **given, **{name: value for name, value in settings.items() if value}}


def find_causes(found: Comparison, aws: Mapping[str, Any], options: Mapping[str, Any]) -> Causes:
    """What logs say of findings that changed; `aws` is as of `aws_settings`. What cannot be asked is in it.

    Raises InputError for roles that are none.
    """
    until = monotonic() + parse_duration("--time-limit", options["time_limit"])
    causes = _between(found)
    wanted = _wanted(found, causes)
    for provider in sorted({name for name, _ in wanted}):
        accounts = {account: one for (name, account), one in wanted.items() if name == provider}
        if provider not in CLOUDS:
            for account, one in accounts.items():
                _seek_in_vain(causes, (provider, account), one, f"no log of {provider} is read")
            continue
        names = {"gcp": "projects", "azure": "subscriptions"}
        settings = aws if provider == "aws" else {names[provider]: tuple(accounts)}
        calls = Calls(Manners(concurrency=_CONCURRENCY))
        with _until(until, calls):
            _ask(provider, settings, accounts, found, causes, calls, options)
    causes.settle()
    return causes


def _between(found: Comparison) -> Causes:
    """Nothing yet of the time between the two. Raises InputError where that is none of a scan."""
    try:
        return Causes(found.before.made_at - SKEW, (found.after.ended_at or found.after.made_at) + SKEW)
    except OverflowError as error:
        said = f"{found.before.said} and {found.after.said}"
        raise InputError(f"{said}: one says that it was made when no scan was; give the right files") from error


@contextmanager
def _until(until: float, calls: Calls) -> Iterator[None]:
    """Let no call begin after a time, on the monotonic clock."""
    seconds = min(max(0.0, until - monotonic()), threading.TIMEOUT_MAX)
    timer = threading.Timer(seconds, calls.stop, ["--time-limit was reached"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _wanted(found: Comparison, causes: Causes) -> dict[Account, _Wanted]:
    """What to look for, of the worst findings first."""
    wanted: defaultdict[Account, _Wanted] = defaultdict(_Wanted)
    seen: set[Key] = set()
    for what in ASKED:
        for fate in found.fates(what):
            about, key = fate.about, key_of(fate)
            if key not in seen and len(seen) >= MOST_RESOURCES:
                causes.left_out += 1
                continue
            seen.add(key)
            one = wanted[about.provider, about.account]
            one.sought[about.id] = Sought(about.id, about.kind, about.name), about.region or ANYWHERE
            one.access |= what is What.UNKNOWN and _was_refused(found, (about.provider, about.account))
    return wanted


def _was_refused(found: Comparison, account: Account) -> bool:
    """Whether the later scan was refused something there, or does not say that it was not."""
    return found.after.denied is None or account in found.after.denied


def _seek_in_vain(causes: Causes, account: Account, one: _Wanted, why: str) -> None:
    """Nothing can be asked about an account."""
    provider, name = account
    for id in one.sought:
        causes.seek((provider, name, id), 1)
    question = Question(account=name, region=ANYWHERE, since=causes.since, until=causes.until, sought=())
    causes.unread.append(unread(provider, question, "the log", CallFailed(Reason.ERROR, why)))


def _ask(
    provider: str,
    settings: Mapping[str, Any],
    accounts: Mapping[str, _Wanted],
    found: Comparison,
    causes: Causes,
    calls: Calls,
    options: Mapping[str, Any],
) -> None:
    try:
        connected = connect(provider, settings, calls)
    except CannotScan as error:
        calls.close()
        for account, one in accounts.items():
            _seek_in_vain(causes, (provider, account), one, str(error))
        return
    try:
        module = importlib.import_module(f"checks.{provider}.client.changes")
        questions = [
            question
            for account, one in accounts.items()
            for question in _questions(module, connected, (provider, account), one, found, causes)
        ]
        _read(module, connected, questions, found, causes, calls, options)
    finally:
        connected.close()


def _questions(
    module: ModuleType, connected: Any, account: Account, one: _Wanted, found: Comparison, causes: Causes
) -> Iterable[Question]:
    """One for each log that may know something, where an account has several."""
    provider, name = account
    asked = {*found.after.regions.get(account, ()), *(region for _, region in one.sought.values())}
    logs: defaultdict[str, list[Sought]] = defaultdict(list)
    for sought, region in one.sought.values():
        places = module.places(connected, sought, region, asked)
        causes.seek((provider, name, sought.id), len(places))
        for place in places:
            logs[place].append(sought)
    home = module.home(connected) if one.access else ""
    for place in sorted({*logs, *([home] if home else [])}):
        yield Question(
            account=name,
            region=place,
            since=causes.since,
            until=causes.until,
            sought=tuple(logs.get(place, ())),
            access=place == home,
            scanner=found.after.asked_as.get(account, ""),
        )


def _read(
    module: ModuleType,
    connected: Any,
    questions: list[Question],
    found: Comparison,
    causes: Causes,
    calls: Calls,
    options: Mapping[str, Any],
) -> None:
    """Ask them, several at a time, and say how far that is."""
    now, done = datetime.now(UTC), 0
    budgets = [Budget(options["max_calls"]) for _ in questions]
    with bar(enabled=not options["no_progress"], meter=calls.meter, doing="reading logs") as update:
        waiting = {
            calls.discoveries.submit(_answer, module, connected, question, budget, now): question
            for question, budget in zip(questions, budgets, strict=True)
        }
        for future in as_completed(waiting):
            question, answer = waiting[future], future.result()
            _note_limits(module, connected.name, question, answer, now)
            causes.add(connected.name, question, answer)
            if question.access:
                scanner = question.scanner or connected.asks_as(question.account)
                causes.access.append(_access((connected.name, question.account), scanner, answer, found))
            done += 1
            update(Progress(done, len(questions), None, f"{question.account} {question.region}"))
    causes.calls += sum(budget.made for budget in budgets)


def _answer(module: ModuleType, connected: Any, question: Question, budget: Budget, now: datetime) -> Answer:
    """What a log says, of the time that it keeps: some refuse to be asked about any before."""
    asked = replace(question, since=max(question.since, now - module.KEPT + SKEW))
    answer: Answer = module.recorded(connected, asked, budget) if asked.since < asked.until else Answer()
    return answer


def _access(account: Account, scanner: str, answer: Answer, found: Comparison) -> Access:
    denied = (found.after.denied or {}).get(account, ())
    recorded = Recorded(newest(answer.access), answer.whole_access)
    return Access(provider=account[0], account=account[1], scanner=scanner, denied=denied, recorded=recorded)


def _note_limits(module: ModuleType, provider: str, question: Question, answer: Answer, now: datetime) -> None:
    """What a log cannot have: what is older than it keeps, and perhaps what is too new."""
    limits = []
    if question.since + SKEW < now - module.KEPT:
        limits.append(f"it keeps {module.KEPT.days} days, and BEFORE is older")
    if now - question.until + SKEW < DELAY:
        minutes = int(DELAY.total_seconds() // 60)
        limits.append(f"events may take {minutes} minutes to be there, and AFTER is newer; ask again later")
    for detail in limits:
        answer.whole.clear()
        answer.whole_access = False
        answer.unread.append(unread(provider, question, module.LOG, CallFailed(Reason.ERROR, detail)))
