"""Every threat that SECURITY.md names is followed by tests, and those exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from support import ROOT, TESTS, fail_with

ROW = re.compile(r"^\| (?!Threat|---)(.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]*(?:\.py)?)::(\w+)`")


@cache
def source(file: str) -> str:
    path = TESTS / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def unshown(page: str) -> Iterator[str]:
    """Threats without a test, and tests that do not exist."""
    for threat, _, tests in ROW.findall(page):
        named, file = NAMED.findall(tests), ""
        if not named:
            yield f"{threat}: name the test that shows it, as `file.py::function`"
        for where, function in named:
            file = where or file  # of the one before, where only the function is named
            if not re.search(rf"^def {function}\(", source(file), re.MULTILINE):
                yield f"{threat}: there is no {function} in tests/{file}: correct its name"


def test_each_threat_has_tests_that_exist() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    assert ROW.search(page)
    fail_with(unshown(page))


def test_what_is_missing_is_named() -> None:
    assert "name the test" in next(unshown("| Storms | roofs | faith |"))
    assert "no test_calm in tests/x.py" in next(unshown("| Storms | roofs | `x.py::test_calm` |"))
