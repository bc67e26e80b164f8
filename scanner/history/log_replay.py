"""Tables made of a log: each scan is put there as `Recording` put it when it was written."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from scanner.history.chain import Anew, text_of
from scanner.history.damage import raw
from scanner.history.engine import AT_ONCE, Engine
from scanner.history.log_scan import Damaged, read_scan
from scanner.history.records import Scan
from scanner.model.history import Account

_FINDING = "INSERT INTO mlposture_findings (number, account, fingerprint, first, subject) VALUES (?, ?, ?, ?, ?)"
_END = "UPDATE mlposture_spans SET last = ? WHERE finding = ? AND last IS NULL"
_SPAN = "INSERT INTO mlposture_spans (finding, first, last, state, body) VALUES (?, ?, NULL, ?, ?)"
_SCAN = "INSERT INTO mlposture_scans (number, id, started, record, digest) VALUES (?, ?, ?, ?, ?)"
_ACCOUNT = "INSERT INTO mlposture_accounts (number, provider, account) VALUES (?, ?, ?)"
_ASKED = "INSERT INTO mlposture_asked (account, scan) VALUES (?, ?)"


class Replay:
    """Takes one scan after the other, in their order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        [(self.last,)] = engine.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_scans")
        [(self._findings,)] = engine.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_findings")

    def take(self, file: IO[bytes]) -> None:
        """The next scan. Raises Damaged where it is not as it was written, or does not follow the one before."""
        number = self.last + 1
        scan, record, said = read_scan(file, number)
        if scan.previous != self._digest():
            raise Damaged(f"scan {number}: is not the one that followed the scan before it")
        if self._engine.rows("SELECT 1 FROM mlposture_scans WHERE id = ?", scan.id):
            raise Damaged(f"scan {number}: is another one again")
        accounts = self._accounts(scan)
        before = dict(self._engine.rows("SELECT account, MAX(scan) FROM mlposture_asked GROUP BY account"))
        while some := list(islice(said, AT_ONCE)):
            self._add(number, some, accounts, before)
        digest = hashlib.sha256(record).digest()
        self._engine.rows(_SCAN, number, scan.id, text_of(scan.started_at), record, digest)
        self._engine.many(_ASKED, [(accounts[one.key], number) for one in scan.accounts])
        self.last = number

    def _digest(self) -> str:
        query = "SELECT digest FROM mlposture_scans WHERE number = ?"
        return next((raw(digest).hex() for (digest,) in self._engine.rows(query, self.last)), "")

    def _accounts(self, scan: Scan) -> dict[Account, int]:
        """The numbers of all accounts, those among them that no scan before has asked."""
        found = self._engine.rows("SELECT provider, account, number FROM mlposture_accounts")
        known = {(provider, account): int(number) for provider, account, number in found}
        new = [one.key for one in scan.accounts if one.key not in known]
        rows = [(len(known) + place, *account) for place, account in enumerate(new, 1)]
        self._engine.many(_ACCOUNT, rows)
        return known | {(provider, account): number for number, provider, account in rows}

    def _add(self, number: int, some: Iterable[Anew], accounts: dict[Account, int], before: dict[int, int]) -> None:
        new: list[tuple[object, ...]] = []
        ended: list[tuple[object, ...]] = []
        begun: list[tuple[object, ...]] = []
        for provider, name, fingerprint, subject, state, body in some:
            if (account := accounts.get((provider, name))) is None:
                raise Damaged(f"scan {number}: found something in {name}, which it did not ask")
            if (finding := self._finding(account, fingerprint)) is None:
                self._findings += 1
                finding = self._findings
                new.append((finding, account, fingerprint, number, subject))
            else:
                ended.append((before.get(account, 0), finding))
            begun.append((finding, number, state, body))
        for statement, rows in ((_FINDING, new), (_END, ended), (_SPAN, begun)):
            self._engine.many(statement, rows)

    def _finding(self, account: int, fingerprint: bytes) -> int | None:
        query = "SELECT number FROM mlposture_findings WHERE account = ? AND fingerprint = ?"
        return next((int(number) for (number,) in self._engine.rows(query, account, fingerprint)), None)


def check_all(files: Iterable[tuple[int, IO[bytes]]]) -> Iterator[str]:
    """What does not fit in the scans of a log, a sentence each."""
    previous: str | None = ""
    ids: set[str] = set()
    for number, file in files:
        try:
            scan, _, said = read_scan(file, number)
            for _ in said:
                pass
        except Damaged as error:
            yield str(error)
            previous = None
            continue
        if previous is not None and scan.previous != previous:
            yield f"scan {number}: is not the one that followed the scan before it"
        if scan.id in ids:
            yield f"scan {number}: is another one again"
        ids.add(scan.id)
        previous = scan.digest
