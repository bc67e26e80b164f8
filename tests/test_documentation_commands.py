"""What pages show runs as it stands there: for newcomers in a folder where nothing was before, of guides after more.

The guide to the first scan has a test of its own, for what its commands lead to. What takes a server, a key or a file
of somebody's own is run by the tests of its subject; here every command and option of it is at least known.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from commandline import mlposture
from nights import Nights, lab
from scanning import all_running, calm
from support import ROOT

from scanner.cli.commands import cli

PAGES = ("quickstart.md", "guides/terminal.md", "troubleshooting.md", "integrations.md")
#: Commands that end with findings, as their pages say: by default a scan fails for what is high.
WITH_FINDINGS = {"scan aws -o report.html -o report.json --save-inventory inventory.json"}
GAPS_OR_NONE = (0, 4)
#: What guides take for granted of the examples, beside an inventory, reports of some days and a history.
GUIDES = {
    "verifying.md": (), "what-changed.md": (), "history.md": (),
    "suppressions.md": ("mlposture-suppressions.yaml",), "bom.md": ("ai-systems.yaml",),
    "risk-triage.md": ("ai-systems.yaml", "triage-fraud-scoring.yaml"),
}  # fmt: skip
#: Ids that pages show, of which each history and report has its own.
SHOWN_FINDING, SHOWN_DIGEST = "3f0c9a1be2", re.compile("[0-9a-f]{64}")
ALL = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def commands(page: str) -> list[str]:
    """The lines of its blocks of commands, as they stand there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.+?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("mlposture ") for block in blocks for line in block.splitlines()]


def expected(line: str) -> tuple[int, ...]:
    if line.startswith("doctor"):
        return GAPS_OR_NONE
    if line in WITH_FINDINGS or line.startswith("evaluate inventory.json --fail-on critical"):
        return (1,)
    return (0,)


def invocations(page: Path) -> list[list[str]]:
    """The words after `mlposture` of each line of its blocks that begins with it."""
    blocks = re.split(r"^ *```.*\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1::2]
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("mlposture ")]


@pytest.mark.parametrize("page", [page for page in ALL if invocations(page)], ids=lambda page: page.stem)
def test_every_command_and_option_that_a_page_shows_is_known(page: Path) -> None:
    for words in invocations(page):
        command: click.Command = cli
        context, rest = click.Context(cli), words
        while isinstance(command, click.Group) and rest:
            # A group may know what is meant where no command of it is named, as in `evidence SYSTEM`.
            rest = command.parse_args(context, list(rest)) and [*context._protected_args, *context.args]
            if rest:
                _, found, rest = command.resolve_command(context, rest)
                assert found is not None
                command, context = found, click.Context(found, parent=context)
        if not isinstance(command, click.Group):
            command.make_parser(context).parse_args(list(rest))


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    calm("aws")[0].save(tmp_path / "inventory.json")  # for pages that do not begin with a scan
    lines = commands(page)
    assert lines
    with all_running():
        for line in lines:
            done = mlposture(*shlex.split(line), cwd=tmp_path)
            assert done.returncode in expected(line), (line, done.stderr)


def test_every_report_that_the_page_of_integrations_names_is_written(tmp_path: Path) -> None:
    """Names in its table are those of its commands."""
    text = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"-o ([a-z]+:?[\w.-]*)", text))
    run = {name for line in commands("integrations.md") for name in re.findall(r"-o ([a-z]+:?[\w.-]*)", line)}

    assert shown - run == {"asff:findings.json"}
    calm("aws")[0].save(tmp_path / "inventory.json")
    outputs = [word for name in sorted(shown) for word in ("-o", name)]
    assert mlposture("evaluate", "inventory.json", *outputs, "--fail-on", "never", cwd=tmp_path).returncode == 0
    assert all((tmp_path / name.rpartition(":")[2]).stat().st_size for name in shown)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that guides go on from: an inventory, its report as that of some days, and a history of 19 nights."""
    folder = tmp_path_factory.mktemp("prepared")
    calm("aws")[0].save(folder / "inventory.json")
    assert (
        mlposture("evaluate", "inventory.json", "-o", "report.json", "--fail-on", "never", cwd=folder).returncode == 0
    )
    for name in ("monday", "tuesday", "main", "branch"):
        shutil.copy(folder / "report.json", folder / f"{name}.json")
    nights = Nights(f"sqlite:///{folder / 'history.db'}")
    for _ in range(19):
        nights.scan(lab("a"), lab("b"))
    return folder


@pytest.mark.parametrize("page", GUIDES)
def test_the_commands_of_the_guide_run(
    page: str, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    own = tmp_path / "own"
    shutil.copytree(prepared, own)
    for name in GUIDES[page]:
        shutil.copy(ROOT / "examples" / name, own)
    failure = next(one for one in json.loads((own / "report.json").read_text())["findings"] if one["verdict"] == "fail")
    # Histories in buckets have tests of their own, which make the bucket.
    lines = [words for words in invocations(ROOT / "docs" / "guides" / page) if "s3://" not in " ".join(words)]
    assert lines
    with all_running():
        for words in lines:
            done = mlposture(*(failure["fingerprint"] if word == SHOWN_FINDING else word for word in words), cwd=own)
            # Scans fail for what is high, and the digest of another history is that of no scan of this one.
            fails = words[0] == "scan" or any(map(SHOWN_DIGEST.fullmatch, words))
            assert done.returncode == (1 if fails else 0), (words, done.stderr)
