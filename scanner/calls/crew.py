"""Threads for small pieces of work, thousands of them a second.

`concurrent.futures` gives each piece a lock and a condition of its own. Next to calls that cost a third of a
millisecond that is too much, so pieces go through queues that Python keeps in C.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")

#: Seconds after which one who waits for results looks whether any will come.
_PATIENCE = 0.5


class Crew:
    """So many threads at work, and more, up to `most`, while some of them are away. What is begun first is done first.

    A thread is away while it waits for something that the work of others does not depend on (`away`). Each thread is
    started when it is needed.
    """

    def __init__(self, at_work: int, most: int, name: str) -> None:
        self._at_work = at_work
        self._most = most
        self._name = name
        self._begun: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._under_way = self._threads = self._away = 0
        self._local = threading.local()
        self.closed = False

    @property
    def inside(self) -> bool:
        """Whether this is asked by a thread of the crew."""
        return getattr(self._local, "member", False)

    def __len__(self) -> int:
        """How many threads there are."""
        return self._threads

    def begin(self, piece: Callable[[], None]) -> None:
        """Have a piece of work done; it must not raise. Raises RuntimeError after `close`."""
        with self._lock:
            if self.closed:
                raise RuntimeError("no work can be begun any more")
            self._under_way += 1
        self._begun.put(piece)
        self._hire()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Around a wait of a thread, whether of this crew or not."""
        with self._lock:
            self._away += 1
        self._hire()
        try:
            yield
        finally:
            with self._lock:
                self._away -= 1

    def close(self) -> None:
        """Forget what was begun and not taken up; what is being done is not waited for."""
        with self._lock:
            self.closed = True
        while True:
            try:
                self._begun.get_nowait()
            except Empty:
                break
        for _ in range(self._threads):
            self._begun.put(None)

    def _hire(self) -> None:
        if not self._is_short():  # nearly always, and seen without the lock
            return
        with self._lock:
            hire = not self.closed and self._is_short()
            self._threads += hire
        if hire:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _is_short(self) -> bool:
        """Whether one more thread would have something to do, and may be had."""
        return self._threads < min(self._under_way, self._at_work + self._away, self._most)

    def map(
        self, function: Callable[[T], U], items: Iterable[T], ahead: int, hold: Callable[[], bool] = lambda: False
    ) -> Iterator[U]:
        """`function` of every item, in order, with at most so many ahead of the reader, and no more begun while `hold`.

        Raises what the function raises, and RuntimeError if the crew is closed before all is done.
        """
        results: _Results[U] = _Results(self)
        try:
            for item in items:
                while hold():
                    while results.ready():
                        yield results.take()
                self.begin(results.piece(function, item))
                while results.waiting >= ahead or results.ready():
                    yield results.take()
            while results.waiting:
                yield results.take()
        finally:
            results.wanted = False

    def soon(self, function: Callable[[], U]) -> Callable[[], U]:
        """Have this done too; calling what comes back waits for the result. Raises what `map` does."""
        results: _Results[U] = _Results(self)
        self.begin(results.piece(lambda _: function(), None))
        return results.take

    def _work(self) -> None:
        self._local.member = True
        while (piece := self._begun.get()) is not None:
            piece()
            with self._lock:
                self._under_way -= 1


class _Results(Generic[U]):
    """Results of pieces of work, taken in the order in which these were made."""

    def __init__(self, crew: Crew) -> None:
        self.wanted = True
        self.waiting = 0
        self._crew = crew
        self._made = self._taken = 0
        self._done: SimpleQueue[tuple[int, U | None, BaseException | None]] = SimpleQueue()
        self._early: dict[int, tuple[U | None, BaseException | None]] = {}

    def piece(self, function: Callable[[T], U], item: T) -> Callable[[], None]:
        number = self._made
        self._made += 1
        self.waiting += 1

        def work() -> None:
            if not self.wanted:
                return
            try:
                self._done.put((number, function(item), None))
            except BaseException as error:
                self._done.put((number, None, error))

        return work

    def ready(self) -> bool:
        """Whether the next result is there."""
        while self._taken not in self._early and not self._done.empty():
            self._sort_in()
        return self._taken in self._early

    def take(self) -> U:
        """The next result, waited for. Raises what its function raised."""
        while self._taken not in self._early:
            self._sort_in()
        result, error = self._early.pop(self._taken)
        self._taken += 1
        self.waiting -= 1
        if error is not None:
            raise error
        return cast("U", result)

    def _sort_in(self) -> None:
        try:
            number, result, error = self._done.get(timeout=_PATIENCE)
        except Empty:
            if self._crew.closed:
                raise RuntimeError("work that was begun will not be done any more") from None
        else:
            self._early[number] = (result, error)
