"""Findings as a page carries them: blocks of compressed JSON, which its script unpacks.

A block has what findings are filtered by. Apart from that it has the texts of the table, unpacked when a row is shown
or all are searched, and what a finding shows when its row is opened. Findings are read once, and no more than a block
of them is in memory, compressed. In base64 there is nothing that could end the element that holds it.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from itertools import islice
from typing import Any

import msgspec

from reports.html.text import cut, shown, step
from reports.writing import clean, place, without_secrets
from scanner.model.nouns import Severity
from scanner.model.reported import CheckInfo, Finding, Report
from scanner.model.sanitize import encode

#: Findings of a block, and characters of all that they show when they are opened.
_FINDINGS, _CHARACTERS = 1_000, 4_000_000
#: Of a finding: characters of an observed value, of all of them, and resources of its path.
_VALUE, _VALUES, _HOPS = 2_000, 20_000, 50
_SEVERITIES = tuple(Severity)


def packed(report: Report, most: int) -> Iterator[bytes]:
    """The elements of a page that hold checks and names of accounts, and of findings the first `most`."""
    numbers: dict[str, int] = {}
    names = {f"{one[0]} {shown(one[1])}": f"{one[0]} {shown(report.called(one))}" for one in report.names}
    yield _element("checks", _packed(encode({**_described(report.checks, numbers), "accounts": names})))
    block = _Block(numbers)
    for finding in islice(report.findings, most):
        block.add(finding)
        if block.full:
            yield from block.elements()
            block = _Block(numbers)
    if block.count:
        yield from block.elements()


class _Block:
    """Findings in a row. `checks` are the numbers of checks."""

    def __init__(self, checks: Mapping[str, int]) -> None:
        self.count = 0
        self._characters = 0
        self._checks = checks
        self._check: list[int] = []
        self._fingerprints: list[str] = []
        self._texts: list[str] = []
        self._facets = {name: _Facet() for name in ("verdict", "scope", "kind", "systems", "path", "state")}
        self._details = _Packer(b"[")

    @property
    def full(self) -> bool:
        return self.count >= _FINDINGS or self._characters >= _CHARACTERS

    def add(self, finding: Finding) -> None:
        details = encode(_details(finding))
        self._details.add((b"," if self.count else b"") + details)
        self._check.append(self._checks[finding.check_id])
        self._fingerprints.append(finding.fingerprint)
        self._texts.append(_line(finding))
        for name, value in _values(finding).items():
            self._facets[name].add(value)
        self._characters += len(details) + len(self._texts[-1])
        self.count += 1

    def elements(self) -> Iterator[bytes]:
        facets = {name: {"values": list(one.values), "of": one.of} for name, one in self._facets.items()}
        texts = {"fingerprints": "\n".join(self._fingerprints), "texts": "\n".join(self._texts)}
        yield _element("rows", _packed(encode({"check": self._check, "facets": facets})))
        yield _element("texts", _packed(encode(texts)))
        yield _element("details", self._details.close(b"]"))


class _Facet:
    """What the findings of a block are filtered by: each value once, and which of them each finding has."""

    def __init__(self) -> None:
        self.values: dict[Any, int] = {}
        self.of: list[int] = []

    def add(self, value: Any) -> None:
        self.of.append(self.values.setdefault(value, len(self.values)))


def _values(finding: Finding) -> dict[str, Any]:
    """The facets of a finding that are not its check's."""
    resource, scope = finding.resource, finding.resource.scope
    return {
        "verdict": "suppressed" if finding.suppression else finding.verdict.replace("_", " "),
        "scope": (scope.provider, shown(scope.account), shown(scope.region)),
        "kind": type(resource).title or type(resource).kind,
        "systems": tuple(map(shown, finding.systems)),
        "path": "yes" if len(finding.path) > 1 else "no",
        "state": finding.state,
    }


def _line(finding: Finding) -> str:
    """What else the table shows of a finding: texts that are `shown` have no tab and no line feed, which part them."""
    return "\t".join(map(shown, (finding.resource.name, finding.resource.id, finding.message)))


class _Packer:
    """Compresses what it is given, piece by piece."""

    def __init__(self, begin: bytes) -> None:
        self._compressor = zlib.compressobj()
        self._made = bytearray(self._compressor.compress(begin))

    def add(self, text: bytes) -> None:
        self._made += self._compressor.compress(text)

    def close(self, end: bytes) -> bytes:
        self.add(end)
        self._made += self._compressor.flush()
        return b64encode(self._made)


def _packed(text: bytes) -> bytes:
    return b64encode(zlib.compress(text))


def _element(what: str, content: bytes) -> bytes:
    return b'<script type="text/plain" class="%s">%s</script>\n' % (what.encode(), content)


def _described(checks: Iterable[CheckInfo], numbers: dict[str, int]) -> dict[str, Any]:
    """What all findings of a check have in common, and which number it has. Checks of one objective share controls."""
    controls: dict[tuple[tuple[str, ...], ...], int] = {}
    described = []
    for check in checks:
        numbers[check.id] = len(numbers)
        speaks_to = tuple(
            (one.framework, one.id, one.relationship.replace("-", " "), one.reason) for one in check.controls
        )
        described.append({
            "id": check.id, "slug": check.slug, "title": clean(check.title),
            "severity": _SEVERITIES.index(check.severity), "objective": check.objective,
            "why": _prose(check.why), "fix": _prose(check.remediation), "references": check.references,
            "controls": controls.setdefault(speaks_to, len(controls)),
        })  # fmt: skip
    return {"checks": described, "controls": list(controls)}


def _prose(text: str) -> list[str]:
    """Our own paragraphs, each in one line."""
    return [clean(" ".join(paragraph.split())) for paragraph in text.split("\n\n") if paragraph.strip()]


def _details(finding: Finding) -> dict[str, Any]:
    """What a finding shows when it is opened and is not its check's."""
    evidence = dict(finding.evidence)
    resource, source, decided = finding.resource, finding.source, finding.suppression
    return {
        "score": shown(str(evidence.pop("score", ""))),
        "evidence": _evidence(evidence),
        "path": [(*map(shown, step(id, {resource.id: resource.name})), shown(id)) for id in finding.path[:_HOPS]],
        "console": shown(resource.console_url),
        "cached": {shown(operation): shown(at) for operation, at in resource.cached.items()},
        "source": source and [shown(place(source)), shown(source.address), shown(source.text)],
        "unsourced": shown(finding.unsourced),
        "since": f"{finding.first_seen.astimezone(UTC):%Y-%m-%d}" if finding.first_seen else "",
        "suppression": decided
        and {
            "reason": shown(decided.reason), "owner": shown(decided.owner), "term": decided.term,
            "approver": shown(decided.approver), "ticket": shown(decided.ticket), "place": shown(decided.place),
        },
    }  # fmt: skip


def _evidence(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Observed fields and their values as text, as far as a person reads them."""
    found: list[tuple[str, str]] = []
    left = _VALUES
    for number, (name, value) in enumerate(evidence.items()):
        text = _text(value)
        left -= len(name) + len(text)
        if left < 0:
            return [*found, ("…", f"{len(evidence) - number} more, all of them in the JSON report")]
        found.append((shown(name), text))
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return shown(value, _VALUE)
    text = encode(value if value is None or isinstance(value, bool) else without_secrets(value))
    return cut(clean(msgspec.json.format(text, indent=2).decode(), lines=True), _VALUE)
