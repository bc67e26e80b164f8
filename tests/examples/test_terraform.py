"""The Terraform of the demonstration: each finding is at the line that an independent parser has for its address.

The judge needs tfparse in an environment of its own: `make .venv-formats/.ready`, or MLPOSTURE_FORMATS.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from checkouts import EXAMPLE, checked_out
from commandline import mlposture
from paging import unpacked
from sarif_gate import unfit
from scanning import calm, running
from support import ROOT, registered
from uploading import github

from reports import FORMATS
from reports.sarif_style import MAX_RESULTS
from scanner.model.selection import without_systems

CLOUDS = ("aws", "gcp", "azure")
SECRET = "correct-horse-battery-staple"
#: Prints where tfparse has each resource and module call, by its address.
JUDGE = """
import json, sys
from tfparse import load_from_path
found = {}
for blocks in load_from_path(sys.argv[1]).values():
    for block in blocks:
        if "__tfmeta" in block:
            meta = block["__tfmeta"]
            found[meta["path"]] = [meta["filename"], meta["line_start"], meta["line_end"]]
print(json.dumps(found))
"""


def formats() -> str | None:
    """The Python that has tfparse, if this machine has one."""
    own = ROOT / ".venv-formats" / "bin" / "python"
    return os.environ.get("MLPOSTURE_FORMATS") or (str(own) if own.exists() else None)


needs_tfparse = pytest.mark.skipif(
    formats() is None, reason="tfparse is not installed: make .venv-formats/.ready, or set MLPOSTURE_FORMATS"
)


@pytest.fixture(scope="module")
def inventories(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """What was seen of the three clouds of the demonstration."""
    folder = tmp_path_factory.mktemp("inventories")
    for cloud in CLOUDS:
        calm(cloud)[0].save(folder / f"{cloud}.json")
    return tuple(str(folder / f"{cloud}.json") for cloud in CLOUDS)


@pytest.fixture(scope="module")
def report(inventories: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("report") / "report.json"
    state = str(EXAMPLE / "terraform.tfstate")
    done = mlposture("merge", *inventories, "--tfstate", state, "-o", str(target), "--fail-on", "never")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(target.read_bytes())
    return found


def of(report: dict[str, Any], slug: str, name: str) -> dict[str, Any]:
    [found] = [one for one in report["findings"] if (one["check"]["slug"], one["resource"]["name"]) == (slug, name)]
    return dict(found)


@cache
def judged(folder: Path = EXAMPLE) -> dict[str, tuple[str, int, int]]:
    done = subprocess.run([str(formats()), "-c", JUDGE, str(folder)], capture_output=True, text=True, check=True)
    return {address: tuple(place) for address, place in json.loads(done.stdout).items()}


def where(address: str) -> tuple[str, int, int]:
    """What the judge says of an address. What it could not expand has no key there; of a registry it has the call."""
    places = judged()
    if address in places:
        return places[address]
    if (bare := re.sub(r"\[[^\]]*\]$", "", address)) in places:
        return places[bare]
    return places[address.partition(".aws_")[0].partition(".google_")[0]]


@needs_tfparse
def test_every_finding_is_in_the_block_that_tfparse_has_for_its_address(report: dict[str, Any]) -> None:
    sources = [finding["source"] for finding in report["findings"] if finding["source"]]

    assert len(sources) > 80
    assert {uri for uri, *_ in judged().values()} >= {source["uri"] for source in sources}
    for source in sources:
        uri, first, last = where(source["address"])
        assert source["uri"] == uri, source
        assert first <= source["line"] <= last, source
        if not source["attribute"]:
            assert source["line"] == first, source
        else:
            name = source["attribute"].rpartition(".")[2]
            line = (EXAMPLE / uri).read_text(encoding="utf-8").splitlines()[source["line"] - 1]
            assert re.match(rf'\s*"?{re.escape(name)}"?\b', line), source
        for call in source["calls"]:
            alike = re.compile(re.escape(call["address"]) + r"(\[[^\]]*\])?")
            [line] = {place[1] for address, place in judged().items() if alike.fullmatch(address)}
            assert call["line"] == line


@pytest.mark.parametrize(
    ("slug", "name", "place"),
    [
        ("sagemaker_notebook_direct_internet_access", "legacy-nb", ("sagemaker.tf", "direct_internet_access")),
        ("sagemaker_notebook_root_access_enabled", "legacy-nb", ("sagemaker.tf", "")),
        (
            "sagemaker_endpoint_config_single_instance",
            "chat-gpu-1",
            ("modules/endpoint/main.tf", "production_variants"),
        ),
        ("iam_ml_role_administrative", "ml-admin", ("sagemaker.tf", "policy_arn")),
        ("s3_ml_bucket_versioning_off", "northwind-example-training-data", ("sagemaker.tf", "")),
        ("gcp_ml_bucket_public", "example-fraud-public", ("vertex.tf", "member")),
        ("vertex_workbench_root_access", "adhoc-analysis", ("vertex.tf", "gce_setup.metadata.notebook-disable-root")),
        ("gcp_ml_bucket_without_versions", "example-fraud-staging", ("vertex.tf", "")),
        ("azure_ml_compute_public_ip", "ci-open", ("modules/workspace/main.tf", "node_public_ip_enabled")),
        ("azure_ml_online_endpoint_key_auth", "retina-open", ("azure.tf", "body.properties.authMode")),
    ],
)
def test_the_attribute_that_must_change_is_named(
    report: dict[str, Any], slug: str, name: str, place: tuple[str, str]
) -> None:
    source = of(report, slug, name)["source"]

    assert (source["uri"], source["attribute"]) == place


def test_two_instances_of_one_line_are_two_findings(report: dict[str, Any]) -> None:
    one = of(report, "sagemaker_notebook_direct_internet_access", "legacy-nb")
    other = of(report, "sagemaker_notebook_direct_internet_access", "vpc-but-open-nb")

    assert one["source"]["line"] == other["source"]["line"]
    assert one["fingerprint"] != other["fingerprint"]
    assert one["source"]["address"] == 'aws_sagemaker_notebook_instance.team["legacy-nb"]'
    assert other["source"]["address"] == 'aws_sagemaker_notebook_instance.team["vpc-but-open-nb"]'


def test_each_finding_is_an_alert_of_its_own_at_its_line(inventories: tuple[str, ...], tmp_path: Path) -> None:
    """In SARIF, which a simulated GitHub takes: two instances of one line, too."""
    code = checked_out(tmp_path / "code")
    target, wanted = tmp_path / "x.sarif", ("--fail-on", "never", "--sarif-incomplete", "include")
    mlposture("merge", *inventories, "--tfstate", str(code / "terraform.tfstate"), "-o", str(target), *wanted)
    document = json.loads(target.read_bytes())
    results = [result for run in document["runs"] for result in run["results"]]
    with github(tmp_path) as hub:
        done = hub.upload("--sarif", str(target))
        alerts = list(hub.world.repository().alerts.values())
    notebooks = [one for one in alerts if one.rule["id"] == "MLP-1001" and one.path == "sagemaker.tf"]

    assert (done.returncode, done.stderr) == (0, "")
    assert unfit(document, MAX_RESULTS) == []
    assert [one.state for one in alerts] == ["open"] * len(results)
    assert len(notebooks) == 2
    assert len({one.line for one in notebooks}) == 1
    assert {name for name in ("legacy-nb", "vpc-but-open-nb") if any(name in one.text for one in notebooks)} == {
        "legacy-nb",
        "vpc-but-open-nb",
    }
    places = [result["locations"][0]["physicalLocation"] for result in results]
    declared = [place for place in places if "index" not in place["artifactLocation"]]
    assert len(declared) > 80
    for place in declared:
        lines = (code / place["artifactLocation"]["uri"]).read_text(encoding="utf-8").splitlines(keepends=True)
        for region in (place["region"], place["contextRegion"]):
            assert region["snippet"]["text"] == quoted(lines, region), place


def quoted(lines: list[str], region: dict[str, Any]) -> str:
    """What a region says it is of."""
    some = lines[region["startLine"] - 1 : region["endLine"]]
    some[-1] = some[-1][: region["endColumn"] - 1]
    some[0] = some[0][region["startColumn"] - 1 :]
    return "".join(some)


def test_what_no_code_made_is_listed_and_no_verdict_is_another(
    report: dict[str, Any], inventories: tuple[str, ...], tmp_path: Path
) -> None:
    mlposture("merge", *inventories, "-o", "plain.json", cwd=tmp_path)
    plain = json.loads((tmp_path / "plain.json").read_bytes())
    unmanaged = {one["name"] for one in report["unmanaged"]}
    forgotten = of(report, "sagemaker_notebook_direct_internet_access", "forgotten-nb")

    assert report["summary"]["unmanaged"] == len(report["unmanaged"])
    assert {"forgotten-nb", "stopped-nb", "us-experiment", "ws-archive", "pilot"} <= unmanaged
    assert not {"legacy-nb", "ws-retina-dev", "retina-open", "fabrikam-example-weights"} & unmanaged
    assert forgotten["source"] is None
    assert forgotten["unsourced"].startswith("unmanaged: ")
    assert of(report, "sagemaker_training_outside_vpc", "ensemble-train-open")["unsourced"] == ""  # no state has any
    assert plain["summary"]["unmanaged"] is None
    assert [one["verdict"] for one in plain["findings"]] == [one["verdict"] for one in report["findings"]]


def test_a_scan_says_the_same_as_judging_what_it_saved(report: dict[str, Any], tmp_path: Path) -> None:
    """Checks that join nothing are judged while the scan goes on."""
    state = str(EXAMPLE / "terraform.tfstate")
    options = ("--read-documents", "--tfstate", state, "--fail-on", "never")  # documents are in the inventories, too
    with running("aws"):
        done = mlposture("scan", "aws", *options, "-o", "x.json", cwd=tmp_path)
    scanned = json.loads((tmp_path / "x.json").read_bytes())
    checks, collectors = registered()
    asked = {check.id for check in without_systems(list(checks.values()), collectors, ())}  # no system is declared
    found = [one for one in report["findings"] if one["resource"]["provider"] == "aws" and one["check"]["id"] in asked]
    sources = {one["fingerprint"]: one["source"] for one in found}

    assert done.returncode == 0, done.stderr
    assert {one["fingerprint"]: one["source"] for one in scanned["findings"]} == sources
    assert {one["id"] for one in scanned["unmanaged"]} == {
        one["id"] for one in report["unmanaged"] if one["provider"] == "aws"
    }


def with_secrets(value: Any) -> Any:
    """A state with a secret beside, and in, whatever is in it that names nothing."""
    if isinstance(value, list):
        return [with_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: with_secrets(each) for name, each in value.items()}
    if "id" in kept:  # the attributes of an instance
        kept |= {"password": SECRET, "environment": {"TOKEN": SECRET}, "policy": f'{{"key": "{SECRET}"}}'}
    return {**kept, "private": SECRET, "sensitive_attributes": [SECRET]}


def test_no_secret_of_a_state_leaves_it(inventories: tuple[str, ...], tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "code")
    state = tmp_path / "code" / "terraform.tfstate"
    text = json.dumps(with_secrets(json.loads(state.read_bytes())))
    state.write_text(text)
    outputs = [part for name in FORMATS for part in ("-o", f"{name}:{tmp_path / 'report'}.{name}")]
    done = mlposture("merge", *inventories, "--tfstate", str(state), "--details", *outputs, "--verdicts", "all")

    assert text.count(SECRET) > 100
    assert done.returncode in {0, 1}, done.stderr
    for name in FORMATS:
        written = (tmp_path / f"report.{name}").read_text(encoding="utf-8")
        written = "\n".join((written, *unpacked(written)))  # HTML has its findings compressed
        assert SECRET not in written, name
        assert "sagemaker.tf" in written, name
    assert SECRET not in done.stdout + done.stderr


def test_an_installed_module_of_a_registry_changes_no_line(
    report: dict[str, Any], inventories: tuple[str, ...], tmp_path: Path
) -> None:
    """What `terraform init` leaves says where modules are. That of others is not the user's to change."""
    shutil.copytree(EXAMPLE, tmp_path / "code")
    installed = tmp_path / "code" / ".terraform" / "modules" / "training_data"
    installed.mkdir(parents=True)
    (installed / "main.tf").write_text('resource "aws_s3_bucket" "this" {\n  bucket = var.bucket\n}\n')
    modules = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "endpoints", "Source": "./modules/endpoint", "Dir": "modules/endpoint"},
        {"Key": "training_data", "Source": "x/y/aws", "Version": "3.2.1", "Dir": ".terraform/modules/training_data"},
    ]
    (installed.parent / "modules.json").write_text(json.dumps({"Modules": modules}))
    state = str(tmp_path / "code" / "terraform.tfstate")
    mlposture("merge", *inventories, "--tfstate", state, "-o", "again.json", cwd=tmp_path)
    again = json.loads((tmp_path / "again.json").read_bytes())

    assert [one["source"] for one in again["findings"]] == [one["source"] for one in report["findings"]]
