"""Every file that is deployed passes the linters of its format, and each file has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from linting import actionlinted, linted, needs_actionlint, needs_linters
from support import ROOT, fail_with

DEPLOY = ROOT / "deploy"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHELL = sorted(DEPLOY.rglob("*.sh"))


@needs_linters
def test_scripts() -> None:
    linted("shellcheck", "--external-sources", *SHELL)


@needs_linters
def test_the_action_and_the_workflows() -> None:
    linted("check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")
    linted("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    linted("zizmor", "--offline", "--quiet", "--pedantic", ROOT / "action.yml", *WORKFLOWS)


@needs_actionlint
def test_the_workflows_once_more_and_those_that_pages_show(tmp_path: Path) -> None:
    shown = []
    for page in (ROOT / "README.md", ROOT / "docs" / "guides" / "code-scanning.md"):
        texts = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        shown.append(tmp_path / f"{page.stem}.yml")
        shown[-1].write_text(next(text for text in texts if "\njobs:" in text), encoding="utf-8")
    actionlinted(tmp_path, *WORKFLOWS, *shown)


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_actions_of_others_are_pinned_by_commit_and_say_their_version(path: Path) -> None:
    used = [
        line.strip(" -") for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"\s+(- )?uses:", line)
    ]
    pinned = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    fail_with(
        f"{path.name}: {line}: name the commit, and the version in a comment"
        for line in used
        if not pinned.fullmatch(line)
    )
    assert used


@needs_linters
def test_the_image() -> None:
    linted("hadolint", DEPLOY / "Dockerfile")


@needs_linters
def test_what_kubernetes_is_given() -> None:
    linted("kubernetes-validate", "--strict", *sorted(DEPLOY.glob("kubernetes/*.yaml")))


@needs_linters
def test_what_cloudformation_is_given() -> None:
    linted("cfn-lint", "--info", *sorted(DEPLOY.glob("aws/*.yaml")))


def test_every_file_is_judged_by_something() -> None:
    """Here, by ruff, in test_pipelines.py, or in test_schedules.py, which asks what providers say of resources."""
    known = {".sh", ".py", ".tf", ".dockerignore"}
    others = {path.name for path in DEPLOY.rglob("*") if path.is_file() and path.suffix not in {*known, ".pyc"}}
    manifests = {path.name for path in DEPLOY.glob("kubernetes/*.yaml")}
    assert others == {"Dockerfile", "permissions.json", "schedule.yaml", "mlposture.yml", *manifests}
