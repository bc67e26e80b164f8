"""What the guide on code scanning shows of uploads: its commands run. tests/deploy/test_pages.py has the pipelines."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT
from uploading import github, result, run
from worlds.github import HEAD

from scanner.upload.routes import read_routes


@cache
def blocks() -> list[Any]:
    page = (ROOT / "docs" / "guides" / "code-scanning.md").read_text(encoding="utf-8")
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def recipe(member: str) -> Any:
    [found] = [block for block in blocks() if member in block]
    return found


def test_the_routes_are_valid_and_send_findings_where_the_guide_says(tmp_path: Path) -> None:
    page = yaml.safe_dump(recipe("routes"))
    (tmp_path / "routes.yaml").write_text(page, encoding="utf-8")
    routes = read_routes(tmp_path / "routes.yaml", "routes.yaml")
    assert routes.repository("infra/fraud/main.tf", "") == "northwind-example/fraud"
    assert routes.repository("a/b.tf", "https://git.example/northwind-example/ml-x") == "northwind-example/ml-platform"
    assert routes.repository("cloud/aws/444455556666/eu-west-1/x.json", "") == "northwind-example/labs"

    refs = {"default": "main", "refs": {"heads/main": HEAD}}
    with github(tmp_path, {"repositories": dict.fromkeys(routes.repositories, refs)}) as hub:
        hub.write("x.sarif", run(result("a")))
        assert hub.upload("--sarif", "x.sarif", "--route", "routes.yaml").returncode == 0
        assert hub.world.states("northwind-example/security") == {"open": 1}


@pytest.mark.parametrize("page", ["README.md", "docs/guides/code-scanning.md"])
def test_each_upload_that_is_shown_is_one_that_is_understood(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"mlposture (upload github [^`\n]*)", text)
    commands = [line for line in shown if "--sarif" in line]
    assert commands
    for line in commands:
        with github(
            tmp_path,
            {"repositories": {"northwind-example/ml-platform": {"default": "main", "refs": {"heads/main": HEAD}}}},
        ) as hub:
            hub.write("mlposture.sarif", run(result("a")))
            hub.report()
            assert hub.upload(*shlex.split(line)[2:]).returncode == 0
