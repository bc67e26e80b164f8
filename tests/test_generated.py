"""What is generated is up to date, what is linked exists, and no committed text names a machine or an index."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from support import ROOT, fail_with, registered

from scanner.cli.commands import cli
from scanner.evaluate.unclaimed import UNCLAIMED
from scripts import build_docs, coverage_page

GENERATORS = sorted((ROOT / "scripts").glob("build_*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
#: In two parts each, so that this file does not hold them.
FORBIDDEN = tuple(
    first + second
    for first, second in (
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("registry.npm", "js"),
    )
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def committed() -> list[Path]:
    """Files that are, or would be, in the repository; all that is not ignored where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        ignored = {line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
        names = [path for path in ROOT.rglob("*") if not ignored & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in names if path.is_file())


def fragment(heading: str) -> str:
    """The anchor that code hosts give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def broken_links(page: Path) -> Iterator[str]:
    for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / unquote(name) if name else page
        if not path.exists():
            yield f"{target}: there is no such file: correct the link"
        elif anchor and anchor not in map(fragment, _HEADING.findall(path.read_text(encoding="utf-8"))):
            yield f"{target}: there is no such heading: correct what follows the #"


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}")


@pytest.mark.parametrize("script", GENERATORS, ids=lambda path: path.stem)
def test_generated_files_are_up_to_date(script: Path) -> None:
    done = subprocess.run([sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stderr}\nrun make generate, and commit what it writes"


def test_there_are_generators() -> None:
    wanted = {"build_docs", "build_frameworks"} - {path.stem for path in GENERATORS}
    assert not wanted, f"{wanted} are not found any more: correct the pattern of GENERATORS"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    fail_with(f"{page.relative_to(ROOT)}: {line}" for line in broken_links(page))


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](gone.md) `[d](code.md)` [e](https://example.com/x)\n")

    assert list(broken_links(page)) == [
        "#two: there is no such heading: correct what follows the #",
        "gone.md: there is no such file: correct the link",
    ]


@pytest.mark.parametrize(("path", "command"), list(commands(cli, "mlposture")), ids=str)
def test_every_command_and_option_is_in_the_reference(path: str, command: click.Command) -> None:
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    section = text.partition(f"## {path}\n")[2].partition("\n## ")[0]

    assert section, f"docs/reference/cli.md has no section `## {path}`: run make generate"
    fail_with(
        f"docs/reference/cli.md does not name {name} of {path}: run make generate, or correct what build_docs.py writes"
        for parameter in command.params
        for name in names(parameter)
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", section)
    )


def names(parameter: click.Parameter) -> list[str]:
    """How a user names an option or an argument."""
    if isinstance(parameter, click.Option):
        return [*parameter.opts, *parameter.secondary_opts]
    return [str(parameter.metavar)] if parameter.metavar else []


def test_every_check_and_kind_has_its_place_in_the_reference() -> None:
    checks, collectors = registered()
    folder = ROOT / "docs" / "reference"
    kinds = (folder / "kinds.md").read_text(encoding="utf-8")

    pages = {path.stem for path in (folder / "checks").glob("*.md")}
    fail_with(
        f"docs/reference/checks/{id}.md is there without a check, or not there: run make generate"
        for id in sorted(pages ^ {*checks, UNCLAIMED.id})
    )
    fail_with(
        f"docs/reference/kinds.md has no section on {kind}: run make generate"
        for kind in collectors
        if f"\n## {kind}\n" not in kinds
    )


@pytest.mark.parametrize("provider", sorted(build_docs.DISCOVERY))
def test_permissions_for_discovery_are_those_that_the_facade_asks_for(provider: str) -> None:
    modules = (ROOT / "checks" / provider / "client").glob("*.py")
    source = "".join(module.read_text(encoding="utf-8") for module in modules)

    fail_with(
        f"{operation} is asked nowhere in checks/{provider}/client: remove it from checks/{provider}/permissions.py"
        for operation in (*build_docs.DISCOVERY[provider], *build_docs.CAUSES[provider])
        if f'"{operation}"' not in source
    )


def test_every_known_refusal_says_its_remedy_and_source() -> None:
    found = [row for provider in build_docs.NAMES for row in coverage_page.refusals(provider)]

    assert found
    for cause, said, remedy, source in found:
        assert cause and said and remedy, f"{cause}: {said}: {remedy}"
        assert "https://" in source


def test_pages_of_checks_that_are_gone_are_stale_unless_written_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    folder.joinpath("MLP-1999.md").write_text(f"{build_docs.HEADER}# MLP-1999\n", encoding="utf-8")
    folder.joinpath("by-hand.md").write_text("# Notes\n", encoding="utf-8")
    folder.joinpath("MLP-1001.md").write_text(f"{build_docs.HEADER}old\n", encoding="utf-8")
    pages = {"checks/MLP-1001.md": "new"}

    assert build_docs.stale(pages, tmp_path) == [folder / "MLP-1999.md"]
    assert build_docs.differing(pages, tmp_path) == [folder / "MLP-1001.md"]


def test_no_committed_text_names_a_machine_or_an_index() -> None:
    found = []
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        found += [
            f"{path.relative_to(ROOT)} names {word}: name no folder of one machine and no package index"
            for word in FORBIDDEN
            if word in text
        ]

    fail_with(found)
