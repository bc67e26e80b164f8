"""SARIF as it is uploaded: run by run, looked at beforehand for what GitHub would refuse or show wrongly."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from msgspec import Raw, Struct, field

from scanner.model.errors import InputError

#: What GitHub takes: bytes of a file when compressed, and results and rules of a run.
MAX_BYTES = 10_000_000
MAX_RESULTS = 25_000
MAX_RULES = 25_000
#: Our own fingerprint of a finding, beside the one that GitHub uses.
FINGERPRINT = "resourceFinding/v1"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class _Location(Struct, rename="camel"):
    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class _Region(Struct, rename="camel"):
    start_line: int = 1


class _Physical(Struct, rename="camel"):
    artifact_location: _Location = field(default_factory=_Location)
    region: _Region = field(default_factory=_Region)


class _Place(Struct, rename="camel"):
    physical_location: _Physical = field(default_factory=_Physical)


class _Message(Struct):
    text: str = ""


class Result(Struct, rename="camel"):
    """What is looked at of a result."""

    rule_id: str = ""
    kind: str = "fail"
    message: _Message = field(default_factory=_Message)
    locations: list[_Place] = []
    partial_fingerprints: dict[str, str] = {}
    suppressions: list[Raw] = []
    baseline_state: str = ""

    @property
    def path(self) -> str:
        """Where it is, as an alert shows it; empty without a place."""
        return unquote(self.locations[0].physical_location.artifact_location.uri) if self.locations else ""

    @property
    def line(self) -> int:
        return self.locations[0].physical_location.region.start_line

    @property
    def base(self) -> str:
        return self.locations[0].physical_location.artifact_location.uri_base_id


class _Driver(Struct):
    name: str
    rules: list[Raw] = []


class _Tool(Struct):
    driver: _Driver


class _Details(Struct):
    id: str = ""


class _Invocation(Struct, rename="camel"):
    execution_successful: bool = True
    start_time_utc: datetime | None = None


class _Properties(Struct):
    complete: bool = True


class _Mapped(Struct, rename="camel"):
    uri_base_id: str = ""


class _Provenance(Struct, rename="camel"):
    repository_uri: str = ""
    mapped_to: _Mapped = field(default_factory=_Mapped)


class _Run(Struct, rename="camel"):
    """What is looked at of a run. Its results stay as they are until each is needed."""

    tool: _Tool
    results: list[Raw]
    automation_details: _Details = field(default_factory=_Details)
    invocations: list[_Invocation] = []
    properties: _Properties = field(default_factory=_Properties)
    version_control_provenance: list[_Provenance] = []


class _File(Struct):
    version: str
    runs: list[Raw]


class Run(NamedTuple):
    """A run of a file: as it is there, and what was looked at."""

    file: str
    raw: bytes
    head: _Run

    @property
    def tool(self) -> str:
        return self.head.tool.driver.name

    @property
    def category(self) -> str:
        """By which GitHub tells analyses apart: the id up to its last slash."""
        return self.head.automation_details.id.rpartition("/")[0]

    @property
    def complete(self) -> bool:
        """Whether it stands for all there is: else its alerts would close for what was not seen."""
        return self.head.properties.complete and all(one.execution_successful for one in self.head.invocations)

    @property
    def scanned_at(self) -> datetime | None:
        return next((one.start_time_utc for one in self.head.invocations), None)

    def results(self) -> Iterator[Result]:
        for raw in self.head.results:
            yield msgspec.json.decode(raw, type=Result)

    def repository(self, result: Result) -> str:
        """Where the sources of a result are kept, as far as the run says it."""
        for one in self.head.version_control_provenance:
            if one.mapped_to.uri_base_id in ("", result.base):
                return one.repository_uri
        return ""


def read_runs(path: Path, shown: str) -> Iterator[Run]:
    """The runs of a SARIF file, one by one. Raises InputError for what is no such file, or will not do for GitHub."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror}") from error
    try:
        file = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_File)
        if file.version != "2.1.0":
            raise InputError(f"{shown}: is SARIF {file.version[:20]!r}; GitHub reads 2.1.0")
        if not file.runs:
            raise InputError(f"{shown}: holds no run, so that there is nothing to upload; scan an account")
        for raw in file.runs:
            run = Run(shown, bytes(raw), msgspec.json.decode(raw, type=_Run))
            _check(run)
            yield run
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{shown}: is no SARIF that could be uploaded ({error}); -o FILE.sarif writes one") from error


def _check(run: Run) -> None:
    """Raise InputError for what GitHub would refuse, or show as an open alert although it is none."""
    where = f"{run.file}: the run {run.category or run.tool}"
    for what, number, most in (
        ("results", len(run.head.results), MAX_RESULTS),
        ("rules", len(run.head.tool.driver.rules), MAX_RULES),
    ):
        if number > most:
            raise InputError(f"{where} has {number} {what} and GitHub takes {most}; raise --min-severity")
    for result in run.results():
        if result.kind != "fail" or result.suppressions or result.baseline_state == "absent":
            raise InputError(
                f"{where} holds what is no open failure, and GitHub would make an open alert of it; "
                "upload a file of the github profile (--sarif-profile github)"
            )
        if not result.path:
            raise InputError(f"{where} has a result without a file and line, for which GitHub refuses all of it")


def packed(raw: bytes) -> str:
    """A file of one run, compressed and spelled as the API takes it. The same run gives the same text."""
    document = b'{"$schema":"%b","version":"2.1.0","runs":[%b]}' % (_SCHEMA.encode(), raw)
    return base64.b64encode(gzip.compress(document, mtime=0)).decode()


def size(text: str) -> int:
    """Bytes that a packed file has before it is spelled in base64."""
    return len(text) // 4 * 3


def part(run: Run, chosen: Sequence[int]) -> bytes:
    """The run with these of its results alone, and with none of the embedded files that only others point at."""
    document: dict[str, Any] = msgspec.json.decode(run.raw)
    results = [document["results"][number] for number in chosen]
    if artifacts := document.get("artifacts"):
        used = sorted({place["index"] for place in _places(results) if 0 <= place.get("index", -1) < len(artifacts)})
        moved = {old: new for new, old in enumerate(used)}
        for place in _places(results):
            if "index" in place:
                place["index"] = moved.get(place["index"], -1)
        document["artifacts"] = [artifacts[number] for number in used]
    document["results"] = results
    return msgspec.json.encode(document)


def _places(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in results that may point at an embedded file."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("artifactLocation", "analysisTarget") and isinstance(item, dict):
                yield item
            else:
                yield from _places(item)
    elif isinstance(value, list):
        for item in value:
            yield from _places(item)
