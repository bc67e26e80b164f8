"""There is one table of exit codes, and no code ends the process with any other."""

from __future__ import annotations

import ast
import re
import signal

from click import ClickException, UsageError
from commandline import mlposture
from support import ROOT

from scanner.model.errors import CannotScan, InputError, NotWritten
from scanner.model.exits import MEANINGS, Exit
from scanner.store.host import stop_signals

PAGE = ROOT / "docs" / "reference" / "exit-codes.md"
#: Functions that end the process, or say with which code it ends.
ENDING = {"exit", "_exit", "leave", "_say"}


def test_the_page_has_every_code_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert [(int(code), meaning) for code, meaning in rows] == [(int(code), MEANINGS[code]) for code in Exit]
    assert len(set(MEANINGS.values())) == len(Exit)


def test_help_says_what_the_page_says() -> None:
    said = mlposture("--help").stdout.partition("Exit codes")[2]
    found = re.findall(r"^ *(\d+)  +(.+)$", said, re.MULTILINE)

    assert {int(code) for code, _ in found} == {int(code) for code in Exit}
    words = " ".join(said.split())
    assert all(meaning in words for meaning in MEANINGS.values())


def test_no_other_page_has_a_table_of_them() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    tables = [page for page in pages if re.search(r"^\| 70 \|", page.read_text(encoding="utf-8"), re.MULTILINE)]
    assert tables == [PAGE]


def test_errors_and_signals_have_codes_of_the_table() -> None:
    assert {error.exit_code for error in (InputError, NotWritten, CannotScan)} == {Exit.USAGE, Exit.CANNOT_SCAN}
    assert all(isinstance(error.exit_code, Exit) for error in (InputError, NotWritten, CannotScan))
    assert Exit(UsageError.exit_code) is Exit.USAGE
    assert Exit(ClickException.exit_code) is Exit.FINDINGS, "click's own: nothing of ours may raise it"
    assert {Exit(128 + number) for number in stop_signals()} == {Exit.HANGUP, Exit.INTERRUPTED, Exit.TERMINATED}
    assert Exit(128 + signal.SIGPIPE) is Exit.NO_READER


def test_nothing_ends_the_process_with_a_bare_number() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("scanner", "checks", "reports")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _is_bare(node)
    ]
    assert bare == []


def _is_bare(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in ENDING:
            return any(isinstance(one, ast.Constant) and isinstance(one.value, int) for one in arguments)
        case ast.Assign(targets=[ast.Name(id="exit_code")], value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="SystemExit") | ast.Attribute(attr="ClickException"))):
            return True
    return False
