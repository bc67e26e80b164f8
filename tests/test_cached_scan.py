"""A second scan with the cache of the first asks only for what can have changed, and says what it did not ask for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import document, running
from worlds.base import World

from checks.aws.sagemaker import collect
from scanner.store import cache

IMMUTABLE = {"sagemaker:DescribeModel", "sagemaker:DescribeEndpointConfig", "sagemaker:Search"}


def scan(path: Path, *options: str) -> str:
    done = mlposture("scan", "aws", "-o", str(path), "--verdicts", "all", "--fail-on", "never", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def report(path: Path) -> Any:
    return json.loads(path.read_text())


def calls(world: World) -> Counter[str]:
    found = Counter(request.operation for request in world.log)
    world.log.clear()
    return found


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_what_cannot_change_is_not_asked_again(tmp_path: Path) -> None:
    with running("aws") as world:
        said_first = scan(tmp_path / "1.json")
        first = calls(world)
        said = scan(tmp_path / "2.json")
        second = calls(world)

    assert first.keys() >= {"sagemaker:DescribeModel", "sagemaker:DescribeEndpointConfig"}
    assert not second.keys() & IMMUTABLE
    lists = {operation for operation in first if operation.startswith("sagemaker:List")}
    assert {operation: second[operation] for operation in lists} == {o: first[o] for o in lists}
    assert second["sagemaker:DescribeNotebookInstance"] == first["sagemaker:DescribeNotebookInstance"]

    one, two = report(tmp_path / "1.json"), report(tmp_path / "2.json")
    cached = {known["id"]: known["cached"] for known in two["resources"]}
    assert not any(known["cached"] for known in one["resources"])
    assert one["findings"] == two["findings"]
    models = {id: times for id, times in cached.items() if ":model/" in id}
    assert models
    read = one["scan"]["started_at"][:19]
    assert all(times.keys() == {"sagemaker:DescribeModel"} for times in models.values())
    assert all(times["sagemaker:DescribeModel"][:19] == read for times in models.values())
    assert not any(times for id, times in cached.items() if ":notebook-instance/" in id)
    assert "from the local cache" in said
    assert "from the local cache" not in said_first


def test_a_scan_that_may_not_use_the_cache_does_not(tmp_path: Path) -> None:
    with running("aws") as world:
        scan(tmp_path / "1.json", "--no-cache")
        first = calls(world)
        assert not (tmp_path / "cache").exists()
        scan(tmp_path / "2.json")
        assert calls(world) == first
        scan(tmp_path / "3.json", "--no-cache")
        assert calls(world) == first


def test_a_model_made_anew_under_the_same_name_is_another(tmp_path: Path) -> None:
    with running("aws") as world:
        scan(tmp_path / "1.json")
        changed = document("aws")
        model = changed["regions"]["eu-west-1"]["sagemaker"]["Model"][0]
        model["CreationTime"] = model["CreationTime"].replace(year=2020)
        world.replace(changed)
        world.log.clear()
        scan(tmp_path / "2.json")
        asked = [request.resource for request in world.log if request.operation == "sagemaker:DescribeModel"]

    assert asked == [model["ModelName"]]


def test_a_new_rule_sees_models_that_an_older_version_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(name: str) -> set[str]:
        findings = report(tmp_path / name)["findings"]
        return {f["resource"]["id"] for f in findings if f["check"]["id"] == "MLP-1106" and f["verdict"] == "fail"}

    with running("aws") as world:
        with monkeypatch.context() as older:  # that version recognised no secret
            older.setattr(cache, "rules", lambda: b"older")
            older.setattr(collect, "suspicious_names", lambda values: ())
            scan(tmp_path / "1.json")
        assert failing("1.json") == set()
        calls(world)
        scan(tmp_path / "2.json")
        assert calls(world)["sagemaker:DescribeModel"]
        assert failing("2.json")
        scan(tmp_path / "3.json")
        assert not calls(world)["sagemaker:DescribeModel"]
        assert failing("3.json") == failing("2.json")
