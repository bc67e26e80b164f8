"""Settings of the whole suite."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# A busy machine is no defect: no property may fail for the time that it took.
settings.register_profile("mlposture", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mlposture")

# This suite starts hundreds of processes of the same code: none of them should compile it anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# What is imported stays: looking through it for garbage again and again would take a third of the start.
gc.disable()


@given(st.none())
def _first_property(_: None) -> None:
    """Has Hypothesis make its random numbers while it sees who holds them, and has little to look through for that.

    What is frozen names no holders.
    """


def pytest_collection() -> None:
    _first_property()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.callbacks.append(_keep_what_stays)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, which services that are late on purpose would leave idle."""
    return (os.cpu_count() or 1) + 1


def _keep_what_stays(phase: str, info: dict[str, int]) -> None:
    """What outlives a full collection (models of SDKs, calm scans) is not looked through at the next: it only grows."""
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with state and cache of one test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(autouse=True)
def _remembers_nothing_of_others() -> Generator[None, None, None]:
    """What one test takes for a credential of the process is hidden in no text of those after it, and what is quiet
    while files in containers are used may be heard again.
    """
    from scanner.model import own, sanitize

    before = own._known
    heard = logging.getLogger("azure")
    level = heard.level
    # Not by the fixture `monkeypatch`, which would then be undone after the worlds that a test is in.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_known", "_pieces"):
            patch.setattr(own, name, set(getattr(own, name)))
        for name in ("_short", "_starts", "_marks"):
            patch.setattr(own, name, getattr(own, name))
        yield
        changed = own._known != before
    heard.setLevel(level)
    if changed:
        sanitize._quoted.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Generator[None, None, None]:
    """Journals and caches of the tests are not those of whoever runs them."""
    folder = tmp_path_factory.mktemp("xdg")
    with mock.patch.dict(os.environ, XDG_STATE_HOME=str(folder / "state"), XDG_CACHE_HOME=str(folder / "cache")):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is said to be installed (CI), a test that skips is a test that fails."""
    report = yield
    if report.skipped and os.environ.get("MLPOSTURE_REQUIRE_ALL") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although MLPOSTURE_REQUIRE_ALL is set: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was counted, from all processes: of what is left to chance, how much was tried."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        counted.update({name: value for name, value in report.user_properties if isinstance(value, int)})
    for name, number in counted.items():
        terminalreporter.write_line(f"{number:,} {name}")
