"""What a person sees of a whole account: of each cloud's simulated organisation."""

from __future__ import annotations

import pytest
from scanning import calm
from support import NOW, registered

from reports.terminal import render
from scanner.evaluate.report import build_report
from scanner.frameworks import load as load_catalogue
from scanner.model.registry import CLOUDS
from scanner.model.reported import Report

#: A screen or two; more goes into a file.
LINES = 60


def made(provider: str) -> Report:
    checks = [check for check in registered()[0].values() if check.providers == {provider}]
    given = {"scan_id": "1", "started_at": NOW, "finished_at": NOW, "arguments": ()}
    return build_report(calm(provider)[0], checks, load_catalogue(), **given)


@pytest.mark.parametrize("provider", CLOUDS)
def test_a_scan_prints_little_and_every_reason_why_something_is_unknown(provider: str) -> None:
    report = made(provider)
    text = render(report, colour=False, width=120)

    assert len(text.splitlines()) < LINES, f"{provider}: shorten what reports/terminal.py prints without --details"
    assert report.counts["fail"] > LINES
    assert report.counts["unknown"] == sum(one.count for one in report.unanswered)
    together = " ".join(text.split())
    for one in report.unanswered:
        assert " ".join(one.reason.split()) in together, f"{provider}: the terminal does not say: {one.reason}"
