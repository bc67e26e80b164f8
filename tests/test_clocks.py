"""A busy machine is no defect: no test fails for the time that something took. What things cost, benchmarks/ measures.

A test may only tell from each other what ends and what does not, and then it has long for that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import TESTS, fail_with

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}
#: Seconds that may be told from what hangs.
LEAST = 10
CAUGHT = (
    "took = time.monotonic() - began; assert took < 2",
    "assert time.perf_counter() - began <= 2.5",
    "took = monotonic() - began; assert (code, 3 > took) == (0, True)",
    "assert monotonic() < began + 5",
    "deadline = time.time() + 1; assert time.time() < deadline",
    "assert process_time() - began < 1000",
    "took = time.process_time() - began; assert took",
)
FINE = (
    "took = time.monotonic() - began; assert 0.5 < took < 20",
    "deadline = time.monotonic() + 60; assert time.monotonic() < deadline",
    "assert monotonic() < calls.until + 50",
    "assert len(crew) < 8",
    "assert time.monotonic() - began >= 1",
)


def _within(node: ast.AST, values: dict[str, ast.expr]) -> Iterator[ast.AST]:
    """What an expression is made of, with what is behind its names."""
    for part in ast.walk(node):
        yield part
        if isinstance(part, ast.Name) and part.id in values:
            others = {name: value for name, value in values.items() if name != part.id}
            yield from _within(values[part.id], others)


def _clocks(node: ast.AST, values: dict[str, ast.expr]) -> set[str]:
    calls = (part.func for part in _within(node, values) if isinstance(part, ast.Call))
    names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    return names & CLOCKS


def _most(node: ast.AST, values: dict[str, ast.expr]) -> float | None:
    """The largest number in a bound; None if it has none."""
    found = [part.value for part in _within(node, values) if isinstance(part, ast.Constant)]
    return max((number for number in found if isinstance(number, int | float)), default=None)


def _problems(tree: ast.AST) -> Iterator[str]:
    """What is wrong with the assertions of a function or module."""
    values = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assert):
            continue
        if _clocks(node.test, values) & {"process_time", "thread_time"}:
            yield f"line {node.lineno}: work of a processor is asserted: measure it in benchmarks/"
        for compared in ast.walk(node.test):
            if isinstance(compared, ast.Compare) and any(most < LEAST for most in _bounds(compared, values)):
                yield f"line {node.lineno}: it may fail on a busy machine: assert it without a clock"


def _bounds(node: ast.Compare, values: dict[str, ast.expr]) -> Iterator[float]:
    """What a comparison allows a clock at most."""
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        less, more = (right, left) if isinstance(operator, ast.Gt | ast.GtE) else (left, right)
        most = _most(more, values)
        if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and _clocks(less, values) and most is not None:
            yield most


def _functions(tree: ast.Module) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _problems_of(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    for function in _functions(ast.parse(source)) if any(f"{clock}()" in source for clock in CLOCKS) else ():
        yield from (f"{path.relative_to(TESTS)}, {problem}" for problem in _problems(function))


def test_no_test_fails_for_the_time_that_it_took() -> None:
    fail_with(sorted({problem for path in TESTS.rglob("*.py") for problem in _problems_of(path)}))


@pytest.mark.parametrize("source", CAUGHT)
def test_an_assertion_by_the_clock_is_caught(source: str) -> None:
    assert list(_problems(ast.parse(source)))


@pytest.mark.parametrize("source", FINE)
def test_what_has_long_or_needs_no_clock_is_let_be(source: str) -> None:
    assert list(_problems(ast.parse(source))) == []
