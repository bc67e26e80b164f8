"""Findings as a page carries them: blocks of compressed JSON, which its script unpacks.

A block has the rows of the table, and apart from them, unpacked when one is opened, what a finding shows then. Findings
are read once, and no more than a block of them is in memory, compressed. In base64 there is nothing that could end the
element that holds it.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from reports.html.text import cut, last, shown
from reports.writing import clean, place, without_secrets
from scanner.model.nouns import Severity, Status
from scanner.model.reported import CheckInfo, Finding
from scanner.model.sanitize import encode

#: Findings of a block, and characters of all that they show when they are opened.
_FINDINGS, _CHARACTERS = 1_000, 4_000_000
#: Of a finding: characters of an observed value, of all of them, and resources of its path.
_VALUE, _VALUES, _HOPS = 2_000, 20_000, 50
_SEVERITIES = tuple(Severity)
#: What is said of a finding, in the order of `report.js`: a failure that is suppressed has a word of its own.
_VERDICTS = (*Status, "suppressed")


def packed(checks: Iterable[CheckInfo], findings: Iterable[Finding], most: int) -> Iterator[bytes]:
    """The elements of a page that hold checks, and of findings the first `most`."""
    numbers: dict[str, int] = {}
    yield _element("checks", _packed(encode(_described(checks, numbers))))
    block = _Block(numbers)
    for finding in islice(findings, most):
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
        self._scopes: dict[tuple[str, str, str], int] = {}
        self._kinds: dict[str, int] = {}
        self._rows = _Packer(b'{"rows":[')
        self._details = _Packer(b"[")

    @property
    def full(self) -> bool:
        return self.count >= _FINDINGS or self._characters >= _CHARACTERS

    def add(self, finding: Finding) -> None:
        details = encode(_details(finding))
        comma = b"," if self.count else b""
        self._rows.add(comma + encode(self._row(finding)))
        self._details.add(comma + details)
        self._characters += len(details)
        self.count += 1

    def _row(self, finding: Finding) -> list[Any]:
        """What the table shows of a finding and is filtered by; `report.js` names the members in this order."""
        resource, scope = finding.resource, finding.resource.scope
        place = (scope.provider, shown(scope.account), shown(scope.region))
        kind = type(resource).title or type(resource).kind
        return [
            finding.fingerprint,
            self._checks[finding.check_id],
            _VERDICTS.index("suppressed" if finding.suppression else finding.verdict),
            self._scopes.setdefault(place, len(self._scopes)),
            self._kinds.setdefault(kind, len(self._kinds)),
            shown(resource.name),
            shown(resource.id),
            shown(finding.message),
            [shown(system) for system in finding.systems],
            len(finding.path),
            finding.state,
        ]

    def elements(self) -> Iterator[bytes]:
        tables = encode({"scopes": list(self._scopes), "kinds": list(self._kinds)})
        yield _element("rows", self._rows.close(b"]," + tables[1:]))
        yield _element("details", self._details.close(b"]"))


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
    source, decided = finding.source, finding.suppression
    return {
        "score": shown(str(evidence.pop("score", ""))),
        "evidence": _evidence(evidence),
        "path": [(*map(shown, last(id)), shown(id)) for id in finding.path[:_HOPS]],
        "console": shown(finding.resource.console_url),
        "cached": {shown(operation): shown(at) for operation, at in finding.resource.cached.items()},
        "source": source and [shown(place(source)), shown(source.address), shown(source.text)],
        "unsourced": shown(finding.unsourced),
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
