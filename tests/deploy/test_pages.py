"""What pages show of action, pipelines and schedules: each system reads it, and it says what they take."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from linting import linted, needs_linters
from support import ROOT, fail_with

from scanner.cli.config import read_config
from scripts.try_installs import extras_of

GUIDES = ROOT / "docs" / "guides"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
SHOW_THE_ACTION = (ROOT / "README.md", GUIDES / "code-scanning.md")


@cache
def shown(page: Path, member: str) -> str:
    """The only block of YAML of a page that has this at its top."""
    texts = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [text for text in texts if member in yaml.safe_load(text)]
    return found


def workflow(page: Path) -> Any:
    return yaml.safe_load(shown(page, "jobs"))


@pytest.mark.parametrize("page", SHOW_THE_ACTION, ids=lambda page: page.name)
def test_workflows_give_the_action_what_it_takes_and_needs(page: Path) -> None:
    [step] = workflow(page)["jobs"]["posture"]["steps"]
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert re.fullmatch(r"northwind-example/mlposture@[0-9a-f]{40}", step["uses"])
    assert step["with"].keys() <= inputs.keys()
    assert {name for name, about in inputs.items() if about.get("required")} <= step["with"].keys()
    assert workflow(page)["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}


@needs_linters
@pytest.mark.parametrize(
    ("page", "member", "schema"),
    [
        (ROOT / "README.md", "jobs", "github-workflows"),
        (GUIDES / "code-scanning.md", "jobs", "github-workflows"),
        (GUIDES / "code-scanning.md", "include", "gitlab-ci"),
        (GUIDES / "code-scanning.md", "resources", "azure-pipelines"),
    ],
)
def test_each_system_reads_what_is_shown(page: Path, member: str, schema: str, tmp_path: Path) -> None:
    text = shown(page, member)
    if schema == "azure-pipelines":  # to it, everything is a text
        text = yaml.safe_dump(yaml.load(text, Loader=yaml.BaseLoader))
    (tmp_path / "shown.yml").write_text(text, encoding="utf-8")
    options = ("--builtin-schema", f"vendor.{schema}", "--regex-variant", "python")
    linted("check-jsonschema", *options, tmp_path / "shown.yml")


def test_gitlab_and_azure_devops_are_given_what_they_take() -> None:
    guide = GUIDES / "code-scanning.md"
    [include] = yaml.safe_load(shown(guide, "include"))["include"]
    spec = next(yaml.safe_load_all((ROOT / include["file"]).read_text(encoding="utf-8")))["spec"]
    assert include["inputs"].keys() <= spec["inputs"].keys()
    assert {name for name, about in spec["inputs"].items() if "default" not in about} <= include["inputs"].keys()

    used = yaml.safe_load(shown(guide, "resources"))["steps"][-1]
    template = yaml.safe_load((ROOT / used["template"].partition("@")[0]).read_text(encoding="utf-8"))
    taken = {each["name"]: "default" in each for each in template["parameters"]}
    assert used["parameters"].keys() <= taken.keys()
    assert {name for name, has_default in taken.items() if not has_default} <= used["parameters"].keys()


def test_the_configuration_of_the_guide_is_valid(tmp_path: Path) -> None:
    text = (GUIDES / "scheduling.md").read_text(encoding="utf-8")
    (tmp_path / "mlposture.toml").write_text(text.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert read_config(tmp_path / "mlposture.toml").providers().keys() == {"aws"}


def test_no_page_has_people_install_a_name_that_is_not_registered() -> None:
    """Whoever registers it would run their code where it is installed."""
    lines = [(page, line) for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()]
    names = [(page, line) for page, line in lines if extras_of(line) is not None and "mlposture" in line]
    fail_with(
        f"{page.relative_to(ROOT)}: {line.strip()}: install from a copy of the repository" for page, line in names
    )
