"""What the guide on code scanning shows: its YAML is what each system reads, and its commands run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from commandline import mlposture
from factories import aws, azure
from support import ROOT, inventory_of
from uploading import github, result, run
from worlds.github import HEAD

from scanner.cli.commands import scan as scan_command
from scanner.upload.routes import read_routes

#: What the documentation of each names, as far as the recipes use it.
GITLAB = {"image", "id_tokens", "variables", "script", "artifacts", "needs"}
GITLAB_REPORTS = {"codequality", "junit", "sarif"}
AZURE_TASKS = {
    "AzureCLI@2": {"azureSubscription", "scriptType", "scriptLocation", "inlineScript"},
    "PublishTestResults@2": {"testResultsFormat", "testResultsFiles", "testRunTitle"},
    "AdvancedSecurity-Publish@1": {"SarifsInputDirectory", "Category", "WaitForProcessing"},
}


@cache
def blocks() -> list[Any]:
    page = (ROOT / "docs" / "guides" / "code-scanning.md").read_text(encoding="utf-8")
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def recipe(member: str) -> Any:
    [found] = [block for block in blocks() if member in block]
    return found


def commands(lines: list[str]) -> Iterator[list[str]]:
    """What runs mlposture, and makes folders for it."""
    for part in (part for line in lines for part in line.split("&&")):
        words = shlex.split(part)
        if words[:1] in (["mlposture"], ["mkdir"]):
            yield words


def scan(arguments: list[str], folder: Path) -> int:
    """What a scan of two resources, both of them wrong, leaves; its exit code."""
    [_, cloud, *options] = arguments
    given = scan_command.commands[cloud].make_context(cloud, list(options)).params  # refuses what a scan does not know
    place = given["save_inventory"] or "saved.json"
    some = (aws.notebook(direct_internet_access="Enabled"), azure.account(public_network_access="Enabled"))
    inventory_of(*some).save(folder / place)
    kept = [word for word in options if word not in ("--no-progress", "--save-inventory", given["save_inventory"])]
    return mlposture("evaluate", place, *kept, cwd=folder).returncode


def carry_out(lines: list[str], folder: Path) -> list[int]:
    codes = []
    for command, *arguments in commands(lines):
        if command == "mkdir":
            (folder / arguments[-1]).mkdir()
        elif arguments[0] == "scan":
            codes.append(scan(arguments, folder))
        else:
            codes.append(mlposture(*arguments, cwd=folder).returncode)
    return codes


def test_the_workflow_uploads_what_it_scanned(tmp_path: Path) -> None:
    workflow = recipe("jobs")
    job = workflow["jobs"]["posture"]
    assert workflow["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}
    assert job["env"] == {"GITHUB_TOKEN": "${{ github.token }}"}
    assert all(
        step.keys() <= {"uses", "with", "run"} and len({"uses", "run"} & step.keys()) == 1 for step in job["steps"]
    )
    with github(tmp_path) as hub:
        codes = carry_out([step["run"] for step in job["steps"] if "run" in step], tmp_path)

    runs = json.loads((tmp_path / "mlposture.sarif").read_bytes())["runs"]
    whole = [one for one in runs if one["properties"].get("complete", True)]
    assert codes == [0, 0 if whole == runs else 4]
    assert hub.world.states().total() == sum(len(one["results"]) for one in whole)


def test_the_jobs_of_gitlab_leave_the_artifacts_that_they_name(tmp_path: Path) -> None:
    recipe_ = recipe("posture")
    job, gate = recipe_["posture"], recipe_["posture-gate"]
    assert job.keys() | gate.keys() <= GITLAB
    assert gate["needs"] == ["posture"]
    reports = job["artifacts"]["reports"]
    assert reports.keys() == GITLAB_REPORTS

    [code] = carry_out(job["script"], tmp_path)
    assert code in (0, 4), "of findings it does not fail"
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {*reports.values(), *job["artifacts"]["paths"]}
    assert isinstance(json.loads((tmp_path / reports["codequality"]).read_bytes()), list)
    assert carry_out(gate["script"], tmp_path) == [1]


def test_the_steps_of_azure_devops_leave_the_files_that_later_ones_publish(tmp_path: Path) -> None:
    steps = recipe("steps")["steps"]
    tasks = {step["task"]: step["inputs"] for step in steps if "task" in step}
    assert {name: set(inputs) for name, inputs in tasks.items()} == AZURE_TASKS

    carry_out([tasks["AzureCLI@2"]["inlineScript"]], tmp_path)
    folder = tasks["AdvancedSecurity-Publish@1"]["SarifsInputDirectory"].removeprefix("$(Build.SourcesDirectory)/")
    assert [path.suffix for path in (tmp_path / folder).iterdir()] == [".sarif"]
    assert (tmp_path / tasks["PublishTestResults@2"]["testResultsFiles"]).is_file()


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
    shown = re.findall(r"mlposture (upload github .*)", text)
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
