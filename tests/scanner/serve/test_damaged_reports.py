"""A report that was changed is shown as far as it is one, or refused in a sentence. No page of it is a defect."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scanning import calm
from served import report_of

from scanner.model.errors import InputError
from scanner.serve.app import Pages
from scanner.serve.from_report import site_of_report

VALUES = (None, "", -1, [], {}, True, 10**23, "<script>", 1.5, "\ud800")
PAGES = ("/", "/systems", "/findings", "/findings?q=bucket&severity=high", "/unseen", "/history")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    made = report_of(calm("aws")[0], tmp_path_factory.mktemp("whole"))
    return {**made, "findings": made["findings"][:20]}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member, and the first items of every list."""
    items = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for name, inside in items:
        yield (*path, name)
        yield from places(inside, (*path, name))


def status(app: Any, address: str) -> int:
    """What a page answers, asked as a server does."""
    path, _, query = address.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": [],
             "root_path": ""}  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("seed", range(8))
def test_a_member_that_is_another_or_gone(seed: int, report: dict[str, Any], tmp_path: Path) -> None:
    chance, path = random.Random(seed), tmp_path / "report.json"
    every = list(places(report))
    for _ in range(12):
        changed = json.loads(json.dumps(report))
        *before, last = chance.choice(every)
        inside = changed
        for name in before:
            inside = inside[name]
        value = chance.choice((*VALUES, KeyError))
        if value is KeyError:
            del inside[last]
        else:
            inside[last] = value
        path.write_text(json.dumps(changed), encoding="utf-8")
        try:
            site = site_of_report(path, "report.json")
        except InputError:
            continue
        app = Pages(site, {}).app()
        found = [f"/findings/{one.fingerprint}" for one in site.kept.page({}, 1)[:3] if one.fingerprint.isalnum()]
        assert {status(app, page) for page in (*PAGES, *found)} == {200}
        site.kept.close()


@pytest.mark.parametrize("share", [0, 1, 10, 50, 90, 99])
def test_a_report_that_ends_early_is_refused(share: int, report: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(report)
    (tmp_path / "report.json").write_text(text[: len(text) * share // 100], encoding="utf-8")
    with pytest.raises(InputError, match=r"report\.json"):
        site_of_report(tmp_path / "report.json", "report.json")
