"""Judging while a scan still waits for its provider: what is found goes at once to the checks that need nothing else.

A verdict of such a check depends on one resource alone. What counts in the end is what the journal holds: a kind of
which it holds anything that was not judged here, or twice, is judged anew, from the journal and by all of its checks.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Queue

from scanner.evaluate.judge import Judgement, judge
from scanner.evaluate.verdicts import Verdicts
from scanner.model.checks import Check
from scanner.model.documents import Decoders
from scanner.model.nouns import Resource
from scanner.store.journal import Journal

log = logging.getLogger("mlposture")

#: Batches of documents that wait to be judged; who brings more waits.
_WAITING = 32
#: Documents that are judged before other threads get their turn, and seconds given to them. What they do is short and
#: urgent: each keeps a call from being made.
_AT_ONCE, _REST = 8, 0.001


class Early:
    """A thread that judges documents as they are written to the journal. `make` prepares for the verdicts, in it."""

    def __init__(self, checks: Iterable[Check], make: Callable[[], Verdicts]) -> None:
        self._make = make
        self._made: Verdicts | None = None
        self._checks: dict[str, list[Check]] = {}
        for check in checks:
            if not check.joins:
                self._checks.setdefault(check.kind.kind, []).append(check)
        self._judged = dict.fromkeys(self._checks, 0)
        self._ended = self._broken = False
        self._decoders = Decoders()
        self._batches: Queue[tuple[str, Sequence[bytes]] | None] = Queue(_WAITING)
        self._thread = threading.Thread(target=self._work, name="early", daemon=True)
        self._thread.start()

    def offer(self, kind: str, documents: Sequence[bytes]) -> None:
        """Documents of resources of a kind that were just written to the journal."""
        if kind in self._checks and not self._ended:
            self._batches.put((kind, documents))

    def finish(self, journal: Journal) -> tuple[Verdicts, frozenset[str]]:
        """The verdicts, and the ids of the checks that gave all of theirs. What is offered from now on is not heard."""
        self._ended = True
        self._batches.put(None)
        self._thread.join()
        if self._made is None or self._broken:
            return self._make(), frozenset()
        done: set[str] = set()
        for kind, checks in self._checks.items():
            ids = [check.id for check in checks]
            if journal.sizes(kind) == (self._judged[kind], self._judged[kind]):
                done.update(ids)
            elif self._judged[kind]:
                log.debug("%s: judged again", kind)
                self._made.forget(ids)
        return self._made, frozenset(done)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                # Not before there is something to judge: until then, others have more urgent things to do.
                self._made = self._made or self._make()
                self._judge(*batch)
            except Exception as error:
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """A full disk or a defect: finish() and judging from the journal will say what there is to say."""
        log.debug("judging early ended: %r", error)
        self._broken = True

    def _judge(self, kind: str, documents: Sequence[bytes]) -> None:
        checks = self._checks[kind]
        for number, document in enumerate(documents, 1):
            if self._broken or self._made is None:
                return
            resource: Resource = self._decoders.decode(checks[0].kind, document)
            for check in checks:
                self._made.add(Judgement(check, resource, judge(check, resource, trusting=self._made.trusting)))
            self._judged[kind] += 1
            if number % _AT_ONCE == 0 and not self._ended and self._batches.qsize() < _WAITING // 2:
                time.sleep(_REST)
