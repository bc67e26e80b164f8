"""Run the tests that a check or a kind needs, and no others.

    python scripts/test_part.py check sagemaker_notebook_root_access_enabled
    python scripts/test_part.py kind NotebookInstance

What it leaves out, such as the flips of a whole provider, `make test` runs.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import BULK  # noqa: E402

from scanner.model.checks import Check  # noqa: E402 - found by the lines above
from scanner.model.collectors import Collector  # noqa: E402
from scanner.model.registry import load  # noqa: E402

T = TypeVar("T")

_CHECK = (
    "tests/test_every_check.py::test_is_declared_well[{0}]",
    "tests/test_every_check.py::test_judges_its_cases[{0}]",
)
_KIND = (
    "tests/test_every_collector.py::test_fields_come_from_declared_operations[{0}]",
    "tests/test_every_flip.py::test_every_path_is_one_of_the_providers[{0}]",
    "tests/test_every_flip.py::test_every_field_says_where_it_comes_from[{0}]",
    "tests/test_every_flip.py::test_no_two_fields_would_fit_each_others_members_better[{0}]",
)
_PROVIDER = (
    "tests/test_every_collector.py::test_operations_called_are_those_declared[{0}]",
    "tests/test_every_collector.py::test_a_calm_scan_has_no_gap_and_sees_every_kind[{0}]",
    "tests/test_every_kind.py::test_what_a_field_names_is_asked_about[{0}]",
    "tests/test_every_kind.py::test_what_is_read_is_looked_at[{0}]",
)
_DENIED = "tests/test_every_collector.py::test_a_denied_operation_gives_a_gap_and_no_invented_verdict[{0}]"


class Wrong(Exception):
    """There is no such check or kind; the message names the nearest."""


def for_check(name: str, checks: Mapping[str, Check]) -> list[str]:
    """Tests by their pytest ids. Raises Wrong."""
    known = {key: check for check in checks.values() for key in (check.slug, check.id)}
    return [test.format(_found(name, known, "check").slug) for test in _CHECK]


def for_kind(name: str, checks: Mapping[str, Check], collectors: Mapping[str, Collector]) -> list[str]:
    """The same for a kind, by its full or last name, and the checks that judge it."""
    known = {key: made for kind, made in collectors.items() for key in (kind, kind.rpartition(".")[2])}
    made = _found(name, known, "kind")
    chosen = [test.format(made.kind.kind) for test in _KIND] + [test.format(made.provider) for test in _PROVIDER]
    bulk = BULK.get(made.provider, ())
    chosen += [_DENIED.format(operation) for operation in made.operations if operation not in bulk]
    for check in checks.values():
        if check.kind is made.kind:
            chosen += for_check(check.slug, checks)
    return chosen


def _found(name: str, known: Mapping[str, T], what: str) -> T:
    if name in known:
        return known[name]
    raise Wrong(f"there is no {what} called {name!r}{_nearest(name, known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def main(argv: list[str] | None = None) -> int:
    """Run them; pytest's exit code, 2 for a name that nothing has."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("check", "kind"))
    parser.add_argument("name", help="slug or id of a check; a kind, such as NotebookInstance")
    asked = parser.parse_args(argv)
    checks, collectors = load()
    try:
        chosen = for_check(asked.name, checks) if asked.what == "check" else for_kind(asked.name, checks, collectors)
    except Wrong as wrong:
        print(f"test_part: {wrong}", file=sys.stderr)
        return 2
    import pytest

    return int(pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", *(str(ROOT / test) for test in chosen)]))


if __name__ == "__main__":
    raise SystemExit(main())
