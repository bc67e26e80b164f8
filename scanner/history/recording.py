"""One more scan for a history: what it says of each finding, beside what the history has of it. In one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from scanner import __version__
from scanner.history.chain import Content, sealed, text_of
from scanner.history.damage import raw
from scanner.history.engine import AT_ONCE, Engine
from scanner.history.listed import leading
from scanner.history.records import AccountCounts, Body, Scan, Score
from scanner.history.saying import Said, Saying
from scanner.history.states import OPEN, Seen, State, later, state
from scanner.history.unseen_before import NOWHERE, kept, marks
from scanner.model.history import Account
from scanner.model.nouns import Severity
from scanner.model.reported import Report
from scanner.model.sanitize import encode, redact, storable

#: Why what this scan says is not believed, and what it does not speak of.
_BETWEEN = "another scan of the account found it while this one ran"
_NOT_SAID = "this scan does not speak of it, as its check may be no part of this version"

_CURRENT = (
    "SELECT fingerprint, number, mlposture_spans.first, state, body, subject FROM mlposture_findings "
    "JOIN mlposture_spans ON finding = number AND last IS NULL "
    "WHERE account = ? AND fingerprint > ? ORDER BY fingerprint LIMIT ?"
)
_FINDING = "INSERT INTO mlposture_findings (number, account, fingerprint, first, subject) VALUES (?, ?, ?, ?, ?)"
_END = "UPDATE mlposture_spans SET last = ? WHERE finding = ? AND first = ?"
_SPAN = "INSERT INTO mlposture_spans (finding, first, last, state, body) VALUES (?, ?, NULL, ?, ?)"


class Known(NamedTuple):
    """What the history has of a finding: the span without an end. `number` is the finding's."""

    fingerprint: bytes
    number: int
    first: int
    state: State
    body: bytes
    subject: bytes


class Recording:
    """Writes one report.

    What other scans have written since its own began is never ended by it: it has not compared itself with them.
    """

    def __init__(self, engine: Engine, report: Report, said: Saying) -> None:
        self._engine = engine
        self._report = report
        self._said = said
        [(last,)] = engine.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_scans")
        self._number = int(last) + 1
        self._begun = report.earlier.begun
        [(findings,)] = engine.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_findings")
        self._findings = int(findings)
        self._content = Content()
        self._looked = _looked(report)
        self._blind = _blind(report)
        self._unseen = marks(report.gaps, report.unanswered, report.listings, {*said.accounts})
        self._new: list[tuple[object, ...]] = []
        self._ended: list[tuple[object, ...]] = []
        self._begun_spans: list[tuple[object, ...]] = []

    def write(self) -> Scan:
        """All of it, in a transaction of the caller's."""
        numbers = self._accounts()
        # In the order of their numbers, in which `history verify` reads them again.
        counts = [self._account(account, number) for account, number in sorted(numbers.items(), key=lambda one: one[1])]
        self._flush()
        rows = [(number, self._number) for number in numbers.values()]
        self._engine.many("INSERT INTO mlposture_asked (account, scan) VALUES (?, ?)", rows)
        return self._record(tuple(counts))

    def _accounts(self) -> dict[Account, int]:
        """The numbers of the accounts of the report, those that the history has not seen before among them."""
        found = self._engine.rows("SELECT provider, account, number FROM mlposture_accounts")
        known = {(provider, account): int(number) for provider, account, number in found}
        new = [one for one in self._said.accounts if (one[0], storable(one[1])) not in known]
        rows = [(len(known) + place, one[0], storable(one[1])) for place, one in enumerate(new, 1)]
        self._engine.many("INSERT INTO mlposture_accounts (number, provider, account) VALUES (?, ?, ?)", rows)
        known.update(((provider, account), number) for number, provider, account in rows)
        return {one: known[one[0], storable(one[1])] for one in self._said.accounts}

    def _account(self, account: Account, number: int) -> AccountCounts:
        """Compare what is said of an account with what is known of it."""
        query = (
            "SELECT scan, started FROM mlposture_asked JOIN mlposture_scans ON scan = number "
            "WHERE account = ? ORDER BY scan DESC LIMIT 1"
        )
        before, at = next(iter(self._engine.rows(query, number)), (0, ""))
        states: Counter[State] = Counter()
        severities: Counter[Severity] = Counter()
        for known, said in paired(self._known(number), self._said.of(account)):
            now, body = self._news(known, said, at)
            after = state(known.state if known else None, now, compared=said is None or said.compared)
            if after is None:
                continue
            states[after] += 1
            if after in OPEN and after is not State.UNKNOWN:
                severities[msgspec.json.decode(body, type=Body).severity] += 1
            if known is None or (later(known.state), known.body) != (after, body):
                self._change(account, number, int(before), known, said, after, body)
        asked = self._report.asked(account)
        return AccountCounts(
            provider=account[0],
            account=storable(account[1]),
            settled=account in self._report.settled,
            regions=asked.pop(account),
            beyond=tuple((provider, storable(other), regions) for (provider, other), regions in asked.items()),
            states=dict(states),
            by_severity=dict(severities),
            looked=tuple(sorted(self._looked[account])),
            blind=tuple(sorted(self._blind[account])),
            unseen=kept(self._unseen, account),
        )

    def _known(self, number: int) -> Iterator[Known]:
        after = b""
        while rows := self._engine.rows(_CURRENT, number, after, AT_ONCE):
            for fingerprint, finding, first, now, body, subject in rows:
                yield Known(bytes(fingerprint), int(finding), int(first), State(now), bytes(body), bytes(subject))
            after = bytes(rows[-1][0])

    def _news(self, known: Known | None, said: Said | None, at: str) -> tuple[Seen, bytes]:
        """What there is to say of a finding now; `at` is when its account was scanned before."""
        if said is None:
            assert known is not None  # noqa: S101 - one of them is there
            return Seen.UNSEEN, _unseen(known, _BETWEEN if known.first > self._begun else _NOT_SAID, at)
        if known is not None and said.seen in (Seen.ENDED, Seen.ABSENT) and known.first > self._begun:
            return Seen.UNSEEN, _unseen(known, _BETWEEN, at)
        return said.seen, said.body

    def _change(
        self,
        account: Account,
        number: int,
        before: int,
        known: Known | None,
        said: Said | None,
        now: State,
        body: bytes,
    ) -> None:
        """A span of a finding begins with this scan."""
        if known is None:
            assert said is not None  # noqa: S101 - one of them is there
            fingerprint, subject = said.fingerprint, said.subject
            self._findings += 1
            finding = self._findings
            self._new.append((finding, number, fingerprint, self._number, subject))
        else:
            fingerprint, subject, finding = known.fingerprint, known.subject, known.number
            self._ended.append((before, finding, known.first))
        self._begun_spans.append((finding, self._number, now, body))
        self._content.add((account[0], storable(account[1])), fingerprint, subject, now, body)
        if len(self._begun_spans) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._engine.many(_FINDING, self._new)
        self._engine.many(_END, self._ended)
        self._engine.many(_SPAN, self._begun_spans)
        for batch in (self._new, self._ended, self._begun_spans):
            batch.clear()

    def _record(self, accounts: tuple[AccountCounts, ...]) -> Scan:
        report = self._report
        query = "SELECT digest FROM mlposture_scans WHERE number = ?"
        previous = next((raw(digest).hex() for (digest,) in self._engine.rows(query, self._number - 1)), "")
        scan = Scan(
            number=self._number,
            id=report.scan_id,
            started_at=report.started_at,
            finished_at=report.finished_at,
            version=__version__,
            arguments=tuple(map(redact, report.arguments)),
            complete=report.complete,
            verdicts=dict(report.counts),
            score=msgspec.convert(report.score, Score, from_attributes=True),
            accounts=accounts,
            content=self._content.made(),
            previous=previous,
            checks=tuple(sorted(report.check_counts)),
            unseen=kept(self._unseen, NOWHERE),
        )
        record, digest = sealed(scan)
        self._engine.rows(
            "INSERT INTO mlposture_scans (number, id, started, record, digest) VALUES (?, ?, ?, ?, ?)",
            scan.number, scan.id, text_of(scan.started_at), record, bytes.fromhex(digest),
        )  # fmt: skip
        return msgspec.structs.replace(scan, digest=digest)


def _looked(report: Report) -> Mapping[Account, set[str]]:
    """By account, the regions that this scan asked."""
    found: defaultdict[Account, set[str]] = defaultdict(set)
    for listing in report.listings:
        found[listing.scope.provider, listing.scope.account].add(listing.scope.region)
    return found


def _blind(report: Report) -> Mapping[Account, set[str]]:
    """By account, the checks that could not be asked of all of it: of some of it, or of what was not found."""
    found: defaultdict[Account, set[str]] = defaultdict(set)
    for one in report.unanswered:
        found[one.provider, one.account].update(one.checks)
    of: defaultdict[str, set[str]] = defaultdict(set)
    by: defaultdict[str, set[str]] = defaultdict(set)
    for check in report.checks:
        of[check.kind].add(check.id)
        for kind in leading(check.kind):
            by[kind].add(check.id)
    for listing in report.listings:
        if not listing.complete:
            found[listing.scope.provider, listing.scope.account] |= of[listing.kind] | by[listing.kind]
    for gap in report.gaps:  # what it keeps from being judged is unanswered; what it leads to is not found
        found[gap.scope.provider, gap.scope.account] |= by[gap.kind]
    return found


def paired(known: Iterator[Known], said: Iterator[Said]) -> Iterator[tuple[Known | None, Said | None]]:
    """What two sequences that are sorted by fingerprint say of each, None where one of them has nothing."""
    one, other = next(known, None), next(said, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.fingerprint < other.fingerprint):
            yield one, None
            one = next(known, None)
        elif one is None or other.fingerprint < one.fingerprint:
            yield None, other
            other = next(said, None)
        else:
            yield one, other
            one, other = next(known, None), next(said, None)


def _unseen(known: Known, why: str, at: str) -> bytes:
    """What was said of a finding before, of which nobody knows now; `at` is when its account was scanned before."""
    body = msgspec.json.decode(known.body, type=Body)
    if known.state is State.UNKNOWN:
        return known.body
    return encode(msgspec.structs.replace(body, observed=body.observed or datetime.fromisoformat(at), why=why))
