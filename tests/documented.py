"""The command lines that pages and `--help` show, as a shell would take them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from support import ROOT

from scanner.cli.commands import cli

#: Pages, but for the one that is generated from `--help`, whose examples are taken from there.
PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"))
    if page != ROOT / "docs" / "reference" / "cli.md"
)
_FENCE = re.compile(r"^ *```.*\n", re.MULTILINE)
_IS_COMMAND = re.compile(r"(?:\$ )?(mlposture .+)")
#: Says its words instead of doing anything, each ended by what no word holds.
_SAY_WORDS = "mlposture() { printf '%s\\0' \"$@\"; }\n"


def shown_on(page: Path) -> list[str]:
    """The lines of the blocks of a page that begin with the command, one that goes on as one."""
    return list(_commands(block for block in _FENCE.split(page.read_text(encoding="utf-8"))[1::2]))


def named_on(page: Path) -> list[str]:
    """What the text of a page calls a command: a name with options, and nothing left out of it."""
    text = "".join(_FENCE.split(page.read_text(encoding="utf-8"))[::2])
    found = (" ".join(one.split()) for one in re.findall(r"`(mlposture [^`]+)`", text))
    return [one for one in found if not re.search(r"…|\b[A-Z]{2,}\b(?!-\d)", one)]


def helps() -> dict[str, list[str]]:
    """The examples of `--help` of every command, by its name."""
    return {
        name: lines for name, command in _walk(cli, "mlposture") if (lines := list(_commands([command.help or ""])))
    }


def words(line: str, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """The words after the command's name: comments gone, variables, patterns and substitutions replaced."""
    script = _SAY_WORDS + line
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env={**environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout.split("\0")[:-1]


def _commands(blocks: Iterator[str] | list[str]) -> Iterator[str]:
    for block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            if found := _IS_COMMAND.fullmatch(line.strip()):
                yield re.sub(" {2,}", " ", found[1])


def _walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for one in sorted(command.commands):
            yield from _walk(command.commands[one], f"{name} {one}")
