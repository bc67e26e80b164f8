"""Small pieces of work: order, bounds, failures, threads that wait, and an end in the middle."""

import threading
import time
from collections.abc import Iterator

import pytest
from support import wait_until

from scanner.calls.crew import Crew


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew(4, 16, "test")
    yield made
    made.close()


def test_results_come_in_the_order_of_their_items(crew: Crew) -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.002 * (7 - number % 8))
        return number * 10

    assert list(crew.map(slow_first, range(64), 16)) == [number * 10 for number in range(64)]


def test_no_more_threads_than_are_needed(crew: Crew) -> None:
    assert len(crew) == 0
    assert list(crew.map(str, range(1), 8)) == ["0"]
    assert len(crew) == 1
    four = threading.Barrier(4)  # each waits for three others
    list(crew.map(lambda _: four.wait(60), range(40), 32))
    assert len(crew) == 4


def test_who_waits_is_stood_in_for_up_to_a_bound(crew: Crew) -> None:
    go_on = threading.Event()
    waiting = threading.Semaphore(0)

    def wait(_: int) -> None:
        with crew.away():
            waiting.release()
            go_on.wait(60)

    def read() -> None:
        list(crew.map(wait, range(30), 30))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for _ in range(16):  # sixteen pieces are under way, though no more than four work at a time
        assert waiting.acquire(timeout=60)
    assert len(crew) == 16
    go_on.set()
    reader.join(60)
    assert not reader.is_alive()


def test_a_failure_comes_in_its_place_and_the_rest_is_not_begun(crew: Crew) -> None:
    done = []

    def fails_at_three(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        done.append(number)
        return number

    stream = crew.map(fails_at_three, range(10_000), 8)
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(stream)
    assert max(done) <= 3 + 8


def test_items_that_fail_end_the_stream(crew: Crew) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    with pytest.raises(LookupError):
        list(crew.map(str, items(), 8))
    assert list(crew.map(str, [1, 2], 8)) == ["1", "2"]


def test_nothing_is_begun_while_told_to_hold(crew: Crew) -> None:
    begun = []
    held = [True, True, False] * 5
    stream = crew.map(begun.append, range(5), 8, lambda: held.pop(0))
    assert list(stream) == [None] * 5
    assert sorted(begun) == list(range(5))
    assert not held


def test_a_crew_that_is_closed_keeps_nobody_waiting(crew: Crew) -> None:
    stopped = threading.Event()
    outcome: list[BaseException] = []

    def read() -> None:
        try:
            list(crew.map(lambda _: stopped.wait(60), range(100), 100))
        except RuntimeError as error:
            outcome.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    wait_until(lambda: crew._begun.qsize() == 96)  # all is begun, and four pieces are under way
    assert len(crew) == 4
    crew.close()
    stopped.set()
    reader.join(60)

    assert not reader.is_alive()
    assert "will not be done" in str(outcome[0])
    with pytest.raises(RuntimeError, match="any more"):
        crew.begin(stopped.set)
