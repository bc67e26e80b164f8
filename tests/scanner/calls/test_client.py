"""The manners: retries, breakers, pacing, bounded concurrency, and the guard over what may be asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from support import wait_until

from scanner.calls.client import BaseApi, Calls, Manners, UndeclaredOperation
from scanner.calls.clock import Clock
from scanner.calls.pace import Tuning
from scanner.model.collectors import Collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Resource, Scope

HERE = Scope("aws", "111122223333", "eu-west-1")
QUICK = Manners(concurrency=4, first_delay=0.001, longest_delay=0.002, pace=Tuning(first_rate=1e6, least_rate=1e5))


@pytest.fixture
def calls() -> Iterator[Calls]:
    made = Calls(QUICK)
    yield made
    made.close()


class Failing:
    """Fails a number of times, then answers."""

    def __init__(self, times: int, reason: Reason, *, retry: bool = True, after: float | None = None) -> None:
        self.left, self.reason, self.retry, self.after, self.tried = times, reason, retry, after, 0

    def __call__(self) -> str:
        self.tried += 1
        if self.left:
            self.left -= 1
            raise CallFailed(self.reason, "no", retry=self.retry, retry_after=self.after)
        return "yes"


class Instant(Clock):
    """Nobody waits: the time is later at once."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def wait(self, moved: Any, seconds: float) -> None:
        self.time += seconds


def test_throttled_calls_are_tried_until_they_answer(calls: Calls) -> None:
    attempt = Failing(9, Reason.THROTTLED)

    assert calls.run(HERE, "s", "s:ListX", attempt) == "yes"
    assert attempt.tried == 10


@pytest.mark.parametrize(
    ("reason", "tries"),
    [(Reason.THROTTLED, 10), (Reason.ERROR, 4), (Reason.UNREACHABLE, 3), (Reason.TIMEOUT, 2), (Reason.MALFORMED, 1)],
)
def test_each_failure_is_tried_its_own_number_of_times(calls: Calls, reason: Reason, tries: int) -> None:
    attempt = Failing(100, reason)

    with pytest.raises(CallFailed) as failure:
        calls.run(HERE, "s", "s:ListX", attempt)

    assert failure.value.reason is reason
    assert attempt.tried == tries


@pytest.mark.parametrize(("after", "waits"), [(7.0, 7.0), (90.0, 20.0)])
def test_a_provider_that_says_when_is_asked_then_and_no_later_than_we_like(after: float, waits: float) -> None:
    clock = Instant()
    calls = Calls(Manners(), clock=clock)

    assert calls.run(HERE, "s", "s:ListX", Failing(1, Reason.ERROR, after=after)) == "yes"
    assert clock.time == 100.0 + waits
    calls.close()


def test_a_throttled_operation_is_asked_again_when_its_provider_says() -> None:
    clock = Instant()
    calls = Calls(Manners(), clock=clock)

    assert calls.run(HERE, "s", "s:ListX", Failing(1, Reason.THROTTLED, after=7.0)) == "yes"
    assert 7.0 <= clock.time - 100.0 < 7.5
    calls.close()


def test_delays_grow_from_try_to_try() -> None:
    clock = Instant()
    calls = Calls(Manners(first_delay=1.0, longest_delay=5.0, error_attempts=4), clock=clock)

    with pytest.raises(CallFailed):
        calls.run(HERE, "s", "s:ListX", Failing(100, Reason.ERROR))
    assert 1 + 2 + 2.5 <= clock.time - 100.0 <= 2 + 4 + 5
    calls.close()


def test_what_will_not_change_is_not_asked_again(calls: Calls) -> None:
    attempt = Failing(100, Reason.DENIED, retry=False)

    with pytest.raises(CallFailed):
        calls.run(HERE, "s", "s:ListX", attempt)

    assert attempt.tried == 1


def test_an_unreachable_service_is_left_alone_in_its_region_only(calls: Calls) -> None:
    attempt = Failing(1000, Reason.UNREACHABLE)
    for _ in range(3):
        with pytest.raises(CallFailed):
            calls.run(HERE, "s", "s:ListX", attempt)
    tried = attempt.tried

    with pytest.raises(CallFailed, match="left alone"):
        calls.run(HERE, "s", "s:ListY", attempt)

    assert attempt.tried == tried == QUICK.breaker_threshold
    assert calls.run(Scope("aws", HERE.account, "us-east-1"), "s", "s:ListX", lambda: "yes") == "yes"
    assert calls.run(HERE, "other", "other:ListX", lambda: "yes") == "yes"


def test_a_slow_operation_does_not_take_its_service_down(calls: Calls) -> None:
    attempt = Failing(1000, Reason.TIMEOUT)
    for _ in range(2):
        with pytest.raises(CallFailed):
            calls.run(HERE, "s", "s:ListX", attempt)

    with pytest.raises(CallFailed, match="left alone"):
        calls.run(HERE, "s", "s:ListX", attempt)
    assert calls.run(HERE, "s", "s:ListY", lambda: "yes") == "yes"


def test_calls_in_flight_are_bounded(calls: Calls) -> None:
    lock = threading.Lock()
    now = most = 0

    def attempt() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1

    threads = [threading.Thread(target=calls.run, args=(HERE, "s", f"s:List{n}", attempt)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 < most <= QUICK.concurrency


def test_after_throttling_calls_are_paced_and_none_is_lost() -> None:
    """A provider that allows a burst of 20 and then 200 a second."""
    calls = Calls(Manners(concurrency=16, pace=Tuning(first_rate=100)))
    lock, tokens, at, refused = threading.Lock(), 20.0, time.monotonic(), 0

    def attempt() -> str:
        nonlocal tokens, at, refused
        with lock:
            now = time.monotonic()
            tokens, at = min(20.0, tokens + (now - at) * 200), now
            if tokens < 1:
                refused += 1
                raise CallFailed(Reason.THROTTLED, "slow down", retry=True)
            tokens -= 1
            return "yes"

    started = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: calls.run(HERE, "s", "s:ListX", attempt), range(200)))
    took = time.monotonic() - started
    calls.close()

    assert answers == ["yes"] * 200
    assert took >= (200 - 20) / 200 * 0.95
    assert 1 <= refused <= 60
    assert calls.meter.costs["s:ListX"].throttled == refused


def test_calls_that_wait_for_their_turn_do_not_hold_up_other_operations() -> None:
    calls = Calls(Manners(concurrency=2, pace=Tuning(first_rate=0.01, least_rate=0.01)))  # a turn each 100 seconds
    slow = unit(calls, "t:ListThings")

    def once(_: int) -> None:
        slow.ask("t:ListThings", throttled)

    throttled = Failing(1, Reason.THROTTLED)
    stream = slow.each(once, range(1000))

    def read() -> None:
        with suppress(RuntimeError, CallFailed):  # all is stopped before it is read
            list(stream)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    wait_until(lambda: throttled.tried and calls.meter.costs["t:ListThings"].throttled)

    started = time.monotonic()
    answers = [calls.run(HERE, "s", "s:ListOther", lambda: "yes") for _ in range(20)]
    assert answers == ["yes"] * 20
    assert time.monotonic() - started < 20
    assert len(calls.crew) < 8
    calls.close()
    reader.join(timeout=60)


def test_a_call_counts_as_begun_when_its_turn_came(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread may be kept from going on right after its turn, while another is refused and the rate is set."""
    now = [100.0]
    told: list[float] = []

    class Kept:
        def wait(self) -> float:
            now[0] += 5
            return 0.0

        def refused(self, started: float, failure: CallFailed) -> None:
            told.append(started)

        def answered(self) -> None:
            told.append(-1.0)

    class Still(Clock):
        def now(self) -> float:
            return now[0]

    calls = Calls(Manners(), clock=Still())
    monkeypatch.setattr(calls, "_lane", lambda _: Kept())
    assert calls.run(HERE, "s", "s:ListX", Failing(1, Reason.THROTTLED)) == "yes"
    calls.close()

    assert told == [100.0, -1.0]


def test_the_next_page_does_not_wait_behind_the_details_of_this_one() -> None:
    """Two details have the slots and four wait for one; the page, which comes last, is not last."""
    calls = Calls(Manners(concurrency=2))
    asker = unit(calls, "t:ListThings", "t:ListDetails")
    order: list[str] = []
    busy, go_on, paged = threading.Semaphore(0), threading.Event(), threading.Event()

    def page_came() -> None:
        order.append("page")
        paged.set()

    def detail(number: int) -> None:
        def attempt() -> None:
            busy.release()
            go_on.wait(60)
            if len(order) >= 4:  # a busy machine may not have come to the page yet, which has its slot
                paged.wait(60)
            order.append(f"detail {number}")

        asker.ask("t:ListDetails", attempt)

    reader = threading.Thread(target=lambda: list(asker.each(detail, range(20))), daemon=True)
    reader.start()
    for _ in range(2):
        assert busy.acquire(timeout=60)
    wait_until(lambda: len(calls._slots._waiting) >= 2)  # others of the crew
    page = asker.soon("t:ListThings", page_came)
    wait_until(lambda: calls._slots._urgent)
    go_on.set()
    page()
    reader.join(60)
    calls.close()

    assert sorted(order) == sorted(["page", *(f"detail {number}" for number in range(20))])
    assert order.index("page") <= 6  # two were before it, and some may note their end before it does


def test_where_most_calls_fail_retries_run_out() -> None:
    calls = Calls(Manners(concurrency=2, first_delay=0.0001, longest_delay=0.0001, retry_budget=10))
    attempt = Failing(10**6, Reason.ERROR)
    for _ in range(20):
        with pytest.raises(CallFailed):
            calls.run(HERE, "s", "s:ListX", attempt)

    assert attempt.tried == 20 + 10
    elsewhere = Failing(3, Reason.ERROR)
    assert calls.run(HERE, "other", "o:ListX", elsewhere) == "yes"
    calls.close()


def test_an_interrupted_scan_asks_nothing_more(calls: Calls) -> None:
    calls.stop("the scan was interrupted")
    attempt = Failing(0, Reason.ERROR)

    with pytest.raises(CallFailed, match="interrupted") as failure:
        calls.run(HERE, "s", "s:ListX", attempt)
    assert failure.value.reason is Reason.STOPPED
    assert attempt.tried == 0


class Thing(Resource, frozen=True, kw_only=True):
    kind = "aws.test.Thing"


class Asker(BaseApi):
    def is_read(self, operation: str) -> bool:
        return operation.partition(":")[2].startswith("List")

    def permission(self, operation: str) -> str:
        return operation


class Notes:
    def __init__(self) -> None:
        self.gaps: list[Any] = []

    def gap(self, *args: Any) -> None:
        self.gaps.append(args)

    def listed(self, *args: Any, **kwargs: Any) -> None:
        pass

    def page(self, *args: Any) -> None:
        pass


def unit(calls: Calls, *operations: str) -> Asker:
    collector = Collector(lambda _: iter(()), Thing, operations, "region", ())
    return Asker(calls, collector, HERE, Notes())


def test_an_undeclared_operation_is_refused(calls: Calls) -> None:
    with pytest.raises(UndeclaredOperation, match="does not declare"):
        unit(calls, "t:ListThings").ask("t:ListOthers", lambda: None)


def test_a_declared_write_is_refused(calls: Calls) -> None:
    with pytest.raises(UndeclaredOperation, match="not a permitted read"):
        unit(calls, "t:DeleteThing").ask("t:DeleteThing", lambda: None)


def test_each_keeps_order_and_nests_without_standing_still(calls: Calls) -> None:
    asker = unit(calls, "t:ListThings")

    def outer(number: int) -> list[int]:
        time.sleep(0.001 * (10 - number % 10))
        return list(asker.each(lambda inner: number * 10 + inner, range(3)))

    assert list(asker.each(outer, range(50))) == [[n * 10, n * 10 + 1, n * 10 + 2] for n in range(50)]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_what_is_done_meanwhile_is_waited_for_and_fails_there(concurrency: int) -> None:
    calls = Calls(Manners(concurrency=concurrency))
    asker = unit(calls, "t:ListThings")
    assert asker.meanwhile(lambda: "done")() == "done"
    assert list(asker.each(lambda n: asker.meanwhile(lambda: n * 2)(), range(20))) == [n * 2 for n in range(20)]

    def fails() -> None:
        raise LookupError("no")

    waited = asker.meanwhile(fails)
    with pytest.raises(LookupError):
        waited()
    calls.close()


def test_each_does_not_run_far_ahead_of_its_reader(calls: Calls) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    stream = unit(calls, "t:ListThings").each(lambda n: n, items())
    next(stream)

    assert taken <= 2 * QUICK.concurrency + 1
    stream.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_reads_of_secrets_and_model_data_are_forbidden(provider: str) -> None:
    import importlib

    is_read = importlib.import_module(f"checks.{provider}.permissions").is_read
    forbidden = {
        "aws": ["secretsmanager:GetSecretValue", "s3:GetObject", "sagemaker:InvokeEndpoint", "sagemaker:CreateModel"],
        "gcp": ["secretmanager.versions.access", "storage.objects.get", "aiplatform.endpoints.predict"],
        "azure": [
            "Microsoft.CognitiveServices/accounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.MachineLearningServices/workspaces/write",
        ],
    }
    assert [operation for operation in forbidden[provider] if is_read(operation)] == []


class Reader(Asker):
    documents = frozenset({"t:GetFile"})


@pytest.mark.parametrize(
    ("operation", "declared", "opt_in", "allowed"),
    [
        ("t:GetFile", "t:GetFile", "documents", True),
        ("t:GetFile", "t:GetFile", None, False),
        ("t:GetFile", "t:GetFile", "systems", False),
        ("t:GetFile", "t:ListThings", "documents", False),
        ("t:GetSecret", "t:GetSecret", "documents", False),
    ],
)
def test_content_is_read_for_collectors_of_documents_alone(
    calls: Calls, operation: str, declared: str, opt_in: Any, allowed: bool
) -> None:
    made = Reader(calls, Collector(lambda _: iter(()), Thing, (declared,), "region", (), opt_in), HERE, Notes())

    with pytest.raises(UndeclaredOperation):  # the ordinary way is closed to all of it
        made.ask("t:GetFile", lambda: "content")
    if allowed:
        assert made.ask_for_content(operation, lambda: "content") == "content"
    else:
        with pytest.raises(UndeclaredOperation):
            made.ask_for_content(operation, lambda: "content")
