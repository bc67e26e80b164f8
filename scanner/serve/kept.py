"""Findings that are browsed, in a private file: filtered, counted and paged there, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from reports.html.text import shown
from scanner.model.nouns import Severity
from scanner.store.keeping import keeping, private_database

#: Findings of a page.
PAGE = 50
#: What stands for a verdict where a failure is suppressed, or is one no more.
SUPPRESSED, OVER = "suppressed", "ended"
#: What can be chosen, each by a column of that name; `system` has a table, as a finding may belong to several.
CHOICES = ("verdict", "severity", "provider", "account", "check", "system", "state")
# What is filtered and sorted is apart from what is shown: a page looks through a small table, and reads fifty bodies.
_TABLES = """
CREATE TABLE findings (
    place INTEGER PRIMARY KEY, fingerprint TEXT, verdict TEXT, severity TEXT, provider TEXT, account TEXT,
    "check" TEXT, state TEXT, rank INTEGER, score REAL, id TEXT);
CREATE TABLE bodies (place INTEGER PRIMARY KEY, title TEXT, text TEXT, body BLOB);
CREATE TABLE systems (system TEXT, place INTEGER, PRIMARY KEY (system, place)) WITHOUT ROWID;
"""
#: Failures first, then what nobody knows; of each, the worst first.
_ORDER = (
    "CASE verdict WHEN 'fail' THEN 0 WHEN 'unknown' THEN 1 WHEN 'suppressed' THEN 2 ELSE 3 END, rank, score DESC, "
    '"check", id'
)
_INDEXES = f"""
CREATE INDEX by_fingerprint ON findings (fingerprint);
CREATE INDEX by_order ON findings ({_ORDER});
CREATE INDEX by_check ON findings ("check", verdict);
"""
_CACHED_KIBIBYTES = 8192


class Shown(Struct, frozen=True, kw_only=True):
    """A finding as pages show it. `verdict` is that of a report, `suppressed`, or `ended` for one that is no more.

    Of a history, evidence, path, controls and remediation are not known: it keeps what was found, not all that was
    said of it.
    """

    fingerprint: str
    check: str
    title: str
    verdict: str
    severity: Severity
    score: float
    message: str
    kind: str
    id: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str = ""
    systems: tuple[str, ...] = ()
    state: str = ""
    first_seen: datetime | None = None
    why: str = ""
    path: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = {}
    line: str = ""
    suppression: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()


class Kept:
    """Findings to be browsed. Filled by `add` once, then read only."""

    def __init__(self) -> None:
        self._db = private_database(None, _CACHED_KIBIBYTES)
        self._db.executescript(_TABLES + _INDEXES)
        self._values: dict[str, list[str]] = {}

    def add(self, findings: Iterable[Shown]) -> None:
        """Keep these. Raises NotKept where there is no room."""
        self._values.clear()
        with keeping(None):
            self._db.execute("BEGIN")
            for one in findings:
                self._add(one)
            self._db.execute("COMMIT")

    def _add(self, one: Shown) -> None:
        text = " ".join((one.title, one.message, one.name, one.id, one.check, one.kind)).casefold()
        made = self._db.execute(
            "INSERT INTO findings VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (one.fingerprint, one.verdict, one.severity.value, shown(one.provider), shown(one.account),
             shown(one.check), shown(one.state), one.severity.rank, one.score, one.id),
        )  # fmt: skip
        body = (made.lastrowid, one.title, text, msgspec.json.encode(one))
        self._db.execute("INSERT INTO bodies VALUES (?, ?, ?, ?)", body)
        rows = [(system, made.lastrowid) for system in dict.fromkeys(map(shown, one.systems))]
        self._db.executemany("INSERT INTO systems VALUES (?, ?)", rows)

    def page(self, chosen: Mapping[str, str], number: int) -> list[Shown]:
        """The findings of a page, counted from 1, of those that were chosen."""
        where, values = _where(chosen)
        query = f"SELECT place FROM findings WHERE {where} ORDER BY {_ORDER} LIMIT ? OFFSET ?"  # noqa: S608 - our words
        places = [place for (place,) in self._db.execute(query, (*values, PAGE, (number - 1) * PAGE))]
        return [self._shown(place) for place in places]

    def _shown(self, place: int) -> Shown:
        [(body,)] = self._db.execute("SELECT body FROM bodies WHERE place = ?", (place,))
        return msgspec.json.decode(body, type=Shown)

    def titles(self, verdict: str) -> dict[str, str]:
        """The title of each check that has findings of a verdict."""
        query = (
            'SELECT "check", title FROM bodies JOIN (SELECT "check", MIN(place) AS place FROM findings '
            "WHERE verdict = ? GROUP BY 1) USING (place)"
        )
        return {str(check): str(title) for check, title in self._db.execute(query, (verdict,))}

    def count(self, chosen: Mapping[str, str]) -> int:
        """How many were chosen."""
        where, values = _where(chosen)
        [(number,)] = self._db.execute(f"SELECT COUNT(*) FROM findings WHERE {where}", values)  # noqa: S608 - our words
        return int(number)

    def values(self, choice: str) -> list[str]:
        """What there is to choose from."""
        if choice not in self._values:
            self._values[choice] = self._distinct(choice)
        return self._values[choice]

    def _distinct(self, choice: str) -> list[str]:
        column, table = (choice, "systems") if choice == "system" else (f'"{choice}"', "findings")
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"  # noqa: S608 - one of CHOICES
        found = [str(value) for (value,) in self._db.execute(query)]
        return sorted(found, key=_by_severity if choice == "severity" else str.casefold)

    def by_severity(self, choice: str) -> dict[str, dict[str, int]]:
        """Open failures by severity, of each value of a choice."""
        column, joined = (choice, " JOIN systems USING (place)") if choice == "system" else (f'"{choice}"', "")
        query = (
            f"SELECT {column}, severity, COUNT(*) FROM findings{joined} WHERE verdict = 'fail' "  # noqa: S608 - as above
            "GROUP BY 1, 2"
        )
        found: dict[str, dict[str, int]] = {}
        for value, severity, number in self._db.execute(query):
            found.setdefault(str(value), {})[str(severity)] = int(number)
        return found

    def find(self, fingerprint: str) -> list[Shown]:
        """The finding of a fingerprint; of several accounts of a history, there may be more."""
        query = "SELECT body FROM findings JOIN bodies USING (place) WHERE fingerprint = ? ORDER BY place"
        rows = self._db.execute(query, (fingerprint,))
        return [msgspec.json.decode(body, type=Shown) for (body,) in rows]

    def close(self) -> None:
        """Let go of the file, which is gone then."""
        self._db.close()


def _where(chosen: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """A condition and its values, of `CHOICES` and of `q`, words that must all be there.

    Names of others are kept, and asked for, as pages show them: a form gives back what it shows.
    """
    parts, values = ["1"], []
    for choice in CHOICES:
        if value := chosen.get(choice, ""):
            inside = "place IN (SELECT place FROM systems WHERE system = ?)"
            parts.append(inside if choice == "system" else f'"{choice}" = ?')
            values.append(shown(value))
    for word in chosen.get("q", "").casefold().split():
        parts.append("place IN (SELECT place FROM bodies WHERE instr(text, ?) > 0)")
        values.append(word)
    return " AND ".join(parts), values


def _by_severity(name: str) -> str:
    return str(Severity(name).rank)
