"""Findings to the repository that owns their line: each gets a whole file, and nothing of the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from uploading import GitHub, github, result, run
from worlds.github import HEAD, REPOSITORY

from scanner.upload.routes import Route, Routes

FRAUD, DEFAULT = "northwind-example/fraud", "northwind-example/security"
DOCUMENT = {
    "repositories": {name: {"default": "main", "refs": {"heads/main": HEAD}} for name in (REPOSITORY, FRAUD, DEFAULT)}
}
ROUTES = f"""\
default: {DEFAULT}
routes:
  - {{path: "infra/fraud/**", to: {FRAUD}}}
  - {{path: "**/*.tf", sources: "*/northwind-example/ml-*", to: {REPOSITORY}}}
"""
PROVENANCE = [
    {"repositoryUri": "https://github.example/northwind-example/ml-platform.git", "mappedTo": {"uriBaseId": "A"}},
    {"repositoryUri": "https://github.example/northwind-example/legacy", "mappedTo": {"uriBaseId": "B"}},
]


def based(one: dict, base: str) -> dict:
    one["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] = base
    return one


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path, DOCUMENT) as running:
        (tmp_path / "routes.yaml").write_text(ROUTES, encoding="utf-8")
        yield running


def paths(hub: GitHub, name: str) -> list[str]:
    return sorted(alert.path for alert in hub.world.repository(name).alerts.values() if alert.state == "open")


def test_each_finding_goes_to_who_owns_its_line(hub: GitHub) -> None:
    some = (
        result("a", "infra/fraud/main.tf"),
        based(result("b", "infra/chat%20bot/main.tf"), "A"),
        based(result("c", "infra/chat/main.tf"), "B"),
        result("d"),
    )
    hub.write("x.sarif", run(*some, versionControlProvenance=PROVENANCE))
    done = hub.upload("--sarif", "x.sarif", "--route", "routes.yaml")

    assert (done.returncode, done.stderr) == (0, "")
    assert paths(hub, FRAUD) == ["infra/fraud/main.tf"]
    assert paths(hub, REPOSITORY) == ["infra/chat bot/main.tf"]
    assert paths(hub, DEFAULT) == ["cloud/d.json", "infra/chat/main.tf"]


def test_a_repository_without_a_finding_gets_an_empty_run_which_closes_its_alerts(hub: GitHub) -> None:
    hub.write("x.sarif", run(result("a", "infra/fraud/main.tf")))
    hub.write("y.sarif", run(result("a", "cloud/moved.json")))
    for name in ("x.sarif", "y.sarif"):
        assert hub.upload("--sarif", name, "--route", "routes.yaml").returncode == 0

    assert hub.world.states(FRAUD) == {"fixed": 1}
    assert [len(file["runs"][0]["results"]) for file in hub.world.repository(FRAUD).files] == [1, 0]
    assert hub.world.states(DEFAULT) == {"open": 1}


def test_nobody_gets_the_embedded_files_of_others(hub: GitHub) -> None:
    artifacts = [{"location": {"uri": f"cloud/{name}.json"}, "contents": {"text": f"of {name}"}} for name in "abc"]

    def pointing(name: str, path: str, *indexes: int) -> dict:
        one = result(name, path)
        first, *others = [
            {"physicalLocation": {"artifactLocation": {"uri": f"cloud/{'abc'[i]}.json", "index": i}}} for i in indexes
        ]
        one["relatedLocations"] = [first]
        one["codeFlows"] = [{"threadFlows": [{"locations": [{"location": place} for place in others]}]}]
        return one

    some = (pointing("x", "infra/fraud/main.tf", 2, 1), pointing("y", "other.json", 0, 1))
    hub.write("x.sarif", run(*some, artifacts=artifacts))
    assert hub.upload("--sarif", "x.sarif", "--route", "routes.yaml").returncode == 0

    [theirs] = hub.world.repository(FRAUD).files
    [one] = theirs["runs"]
    assert [file["contents"]["text"] for file in one["artifacts"]] == ["of b", "of c"]
    places = [
        one["results"][0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"],
        one["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["physicalLocation"][
            "artifactLocation"
        ],
    ]
    assert places == [{"uri": "cloud/c.json", "index": 1}, {"uri": "cloud/b.json", "index": 0}]
    assert "of a" not in json.dumps(theirs)
    assert hub.world.repository(REPOSITORY).files[0]["runs"][0]["artifacts"] == []


def test_one_repository_that_refuses_costs_no_other(hub: GitHub) -> None:
    hub.world.repository(FRAUD).enabled = False
    hub.write("x.sarif", run(result("a")), run(result("b"), category="two"))
    done = hub.upload("--sarif", "x.sarif", "--route", "routes.yaml")

    assert done.returncode == 3
    [line] = done.stderr.splitlines()
    assert line.startswith(f"mlposture: {FRAUD}: the upload failed: code scanning is not enabled")
    assert hub.world.states(DEFAULT) == {"open": 2}


@pytest.mark.parametrize(
    ("glob", "fits", "others"),
    [
        ("infra/**", ("infra/a.tf", "infra/b/c.tf"), ("infra", "other/infra/a.tf")),
        ("**/*.tf", ("a.tf", "b/a.tf", "b/c/a.tf"), ("a.tfvars",)),
        ("*.tf", ("a.tf",), ("b/a.tf",)),
        ("a?[b].tf", ("ax[b].tf",), ("axb.tf", "a/[b].tf")),
        ("cloud/aws/111122223333/**", ("cloud/aws/111122223333/x.json",), ("cloud/aws/444455556666/x.json",)),
    ],
)
def test_globs_fit_whole_paths(glob: str, fits: tuple[str, ...], others: tuple[str, ...]) -> None:
    routes = Routes(DEFAULT, (Route(FRAUD, path=glob),))
    assert {routes.repository(path, "") for path in fits} == {FRAUD}
    assert {routes.repository(path, "") for path in others} == {DEFAULT}


def test_repositories_are_known_by_any_address() -> None:
    routes = Routes(DEFAULT, (Route(FRAUD, sources="github.example/northwind-example/ml"),))
    for address in ("https://me@github.example/northwind-example/ml.git", "git@github.example:northwind-example/ml"):
        assert routes.repository("x", address) == FRAUD
    assert routes.repository("x", "") == DEFAULT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "routes.yaml:1:1: the file is empty; docs/guides/code-scanning.md shows one"),
        ("routes: []", "default is missing"),
        ("default: nowhere", "routes.yaml:1:10: default: write a repository as OWNER/NAME, not 'nowhere'"),
        ("default: a/b\nroutes: [{to: a/b}]", "routes.yaml:2:10: route 1 fits everything"),
        ("default: a/b\nroutes: [{to: a/b, paht: x}]", "no field 'paht'; did you mean path?"),
        ("default: a/b\nroutes: {}", "a list"),
        ("default: [", "is no YAML here"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(hub: GitHub, text: str, said: str) -> None:
    (hub.folder / "routes.yaml").write_text(text, encoding="utf-8")
    hub.write("x.sarif", run())
    done = hub.upload("--sarif", "x.sarif", "--route", "routes.yaml")

    assert done.returncode == 2
    assert said in done.stderr
    assert not hub.world.log


@pytest.mark.parametrize(
    "glob", ["a" + "*a" * 5_000 + "b", "**/" * 5_000 + "b", "*?" * 5_000 + "b", "**" * 5_000 + "b"]
)
def test_no_glob_takes_for_ever(glob: str) -> None:
    routes = Routes("o/default", (Route("o/own", path=glob),))
    assert routes.repository("a" * 200 + "/" + "a" * 200, "") == "o/default"
