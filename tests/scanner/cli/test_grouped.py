"""`--help` shows options in groups, each once, and its completion knows them."""

from __future__ import annotations

import os
import subprocess

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner
from commandline import MLPOSTURE

from scanner.cli.commands import cli
from scanner.cli.grouped import GROUPS, SECTIONS

LONG = [("scan",), ("scan", "aws"), ("scan", "gcp"), ("scan", "azure"), ("evaluate",), ("merge",)]


def command(path: tuple[str, ...]) -> click.Command:
    found: click.Command = cli
    for name in path:
        assert isinstance(found, click.Group)
        found = found.commands[name]
    return found


@pytest.mark.parametrize("path", LONG, ids=" ".join)
def test_every_option_is_shown_once_and_under_a_group(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*path, "--help"]).output
    titles = [line for line in shown.splitlines() if line and not line.startswith(" ") and line.endswith(":")]

    assert [title.rstrip(":") for title in titles if title.rstrip(":") in GROUPS] == [
        title for title in GROUPS if f"\n{title}:\n" in shown
    ]
    for param in command(path).params:
        if isinstance(param, click.Option):
            assert sum(line.split()[:1] in ([name], [f"{name},"]) for name in param.opts[:1] for line in
                       shown.splitlines()) == 1, param.name  # fmt: skip


def test_what_all_scans_have_in_common_is_in_a_group() -> None:
    common = set.intersection(*({param.name for param in command(path).params} for path in LONG))

    assert common - {name for names in GROUPS.values() for name in names} == set()


def test_groups_name_options_that_there_are() -> None:
    known = {param.name for path in LONG for param in command(path).params}

    assert {name for names in GROUPS.values() for name in names} - known == set()


def test_the_command_itself_tells_a_shell_how_to_complete() -> None:
    """As docs/installation.md has it."""
    environment = {**os.environ, "_MLPOSTURE_COMPLETE": "bash_source"}
    done = subprocess.run([MLPOSTURE], env=environment, capture_output=True, text=True, check=False)
    words = {"COMP_WORDS": "mlposture ev", "COMP_CWORD": "1", "_MLPOSTURE_COMPLETE": "bash_complete"}
    completed = subprocess.run([MLPOSTURE], env={**os.environ, **words}, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "complete -o nosort -F _mlposture_completion mlposture" in done.stdout
    assert (completed.returncode, completed.stdout.split()) == (0, ["plain,evaluate", "plain,evidence"])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script_that_completes(shell: str) -> None:
    script = CliRunner(env={"_MLPOSTURE_COMPLETE": f"{shell}_source"}).invoke(cli, prog_name="mlposture").output

    assert "_MLPOSTURE_COMPLETE" in script and "mlposture" in script
    completing = get_completion_class(shell)
    assert completing is not None
    values = completing(cli, {}, "mlposture", "_MLPOSTURE_COMPLETE").get_completions(["scan", "aws"], "--min-")
    assert {value.value for value in values} == {"--min-severity", "--min-coverage"}


def test_every_command_is_in_one_section_and_its_sentence_is_whole() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    words = " ".join(shown.split())

    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(cli.commands)
    places = [words.index(f" {title}: ") for title in SECTIONS]
    assert places == sorted(places)
    for name, found in cli.commands.items():
        assert f" {name} {found.get_short_help_str(limit=1000)} " in words, name


def test_help_fits_eighty_columns() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output

    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("group", ["scan", "systems", "upload", "history", "report", "evidence"])
def test_sentences_of_other_groups_are_whole(group: str) -> None:
    words = " ".join(CliRunner().invoke(cli, [group, "--help"]).output.split())
    found = command((group,))

    assert isinstance(found, click.Group)
    assert all(child.get_short_help_str(limit=1000) in words for child in found.commands.values())
