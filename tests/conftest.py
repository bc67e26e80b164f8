"""Settings of the whole suite."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is said to be installed (CI), a test that skips is a test that fails."""
    report = yield
    if report.skipped and os.environ.get("MLPOSTURE_REQUIRE_ALL") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although MLPOSTURE_REQUIRE_ALL is set: {report.longrepr}"
    return report
