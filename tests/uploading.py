"""The simulated GitHub with the command line pointed at it, and small SARIF files to upload."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event
from typing import Any
from unittest import mock

from commandline import mlposture
from support import fail_with
from worlds.github import DOCUMENT, GitHubWorld, violations

from scanner.calls.clock import Clock
from scanner.cli import uploading

RULE = "MLP-1001"
CATEGORY = "mlposture/aws/111122223333"


class Noted(Clock):
    """Passes at once, and remembers what was waited for."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, moved: Condition | Event, seconds: float) -> None:
        self.waits.append(round(seconds))


class GitHub:
    """A simulated GitHub, and the command that uploads to it."""

    def __init__(self, world: GitHubWorld, folder: Path, clock: Noted) -> None:
        self.world = world
        self.folder = folder
        self.clock = clock

    def upload(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return mlposture("upload", "github", *arguments, cwd=self.folder)

    def write(self, name: str, *runs: dict[str, Any]) -> str:
        document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": list(runs)}
        (self.folder / name).write_text(json.dumps(document), encoding="utf-8")
        return name

    def send(self, *runs: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        return self.upload("--sarif", self.write("sent.sarif", *runs))

    def report(self, *findings: dict[str, Any]) -> str:
        text = json.dumps({"schema": "mlposture/report/v1", "findings": list(findings), "gaps": []})
        (self.folder / "report.json").write_text(text, encoding="utf-8")
        return "report.json"

    def bodies(self, operation: str) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.world.log if request.operation == operation]


@contextmanager
def github(folder: Path, document: dict[str, Any] | None = None, **environment: str) -> Iterator[GitHub]:
    """A running GitHub that was asked nothing, by its own description, that it does not know."""
    clock = Noted()
    proxies = [name for name in os.environ if name.lower().endswith("_proxy")]
    with GitHubWorld(json.loads(json.dumps(document or DOCUMENT))) as world:
        clean = {name: text for name, text in os.environ.items() if not name.startswith(("GITHUB_", "GH_"))}
        settings = {**{name: text for name, text in clean.items() if name not in proxies}, **world.env(), **environment}
        with mock.patch.dict(os.environ, settings, clear=True), mock.patch.object(uploading, "CLOCK", clock):
            yield GitHub(world, folder, clock)
        fail_with(violations(world))


def fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def result(name: str, path: str = "", line: int = 3, text: str = "", **more: Any) -> dict[str, Any]:
    """A failure of a resource of this name, in a file of its own unless another is named."""
    place = {"artifactLocation": {"uri": path or f"cloud/{name}.json"}, "region": {"startLine": line}}
    hashed = {"primaryLocationLineHash": fingerprint(name)[:16] + ":1", "resourceFinding/v1": fingerprint(name)}
    return {
        "ruleId": RULE,
        "ruleIndex": 0,
        "kind": "fail",
        "level": "error",
        "message": {"text": text or f"'{name}' is open."},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": hashed,
        **more,
    }


def run(*results: dict[str, Any], category: str = CATEGORY, **more: Any) -> dict[str, Any]:
    rule = {"id": RULE, "name": "Open", "shortDescription": {"text": "It is open."},
            "properties": {"security-severity": "8.0", "tags": ["security"]}}  # fmt: skip
    return {
        "tool": {"driver": {"name": "mlposture", "rules": [rule]}},
        "automationDetails": {"id": f"{category}/2026-11-22T12:00:00Z"},
        "results": list(results),
        **more,
    }


def failing(name: str, suppression: Mapping[str, Any] | None = None, verdict: str = "fail") -> dict[str, Any]:
    """A finding of a JSON report."""
    return {"fingerprint": fingerprint(name), "verdict": verdict, "suppression": suppression, "more": {"of": ["it"]}}
