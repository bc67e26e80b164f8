"""The CronJobs: their command runs as they confine it, against simulated clouds, and leaves reports in a bucket."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from buckets import BUCKETS
from commandline import MLPOSTURE
from confined import confined, needs_confinement
from support import ROOT

from scanner.model.exits import Exit

CLOUDS = {"aws": "s3", "gcp": "gs", "azure": "az"}
#: What the simulated cloud is called, and has, otherwise than the file says.
STANDS_FOR = {
    "aws": {"organization = true ": "organization = false"},
    "gcp": {'organizations = ["123456789012"]': ""},
    "azure": {"az://northwindexample/": "az://devstoreaccount1/", 'management-groups = ["northwind"]': ""},
}


@cache
def manifests(cloud: str) -> dict[str, Any]:
    text = (ROOT / "deploy" / "kubernetes" / f"{cloud}.yaml").read_text(encoding="utf-8")
    return {part["kind"]: part for part in yaml.safe_load_all(text)}


def job(cloud: str) -> Any:
    return manifests(cloud)["CronJob"]["spec"]["jobTemplate"]["spec"]


def container(cloud: str) -> Any:
    [only] = job(cloud)["template"]["spec"]["containers"]
    return only


@needs_confinement
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_job_leaves_its_reports_in_the_bucket(cloud: str, tmp_path: Path) -> None:
    configuration, scratch = (mount["mountPath"] for mount in container(cloud)["volumeMounts"])
    (tmp_path / "configuration").mkdir()
    [(name, text)] = manifests(cloud)["ConfigMap"]["data"].items()
    for ours, theirs in STANDS_FOR[cloud].items():
        assert ours in text
        text = text.replace(ours, theirs)
    (tmp_path / "configuration" / name).write_text(text, encoding="utf-8")
    arguments = [each.replace(configuration, str(tmp_path / "configuration")) for each in container(cloud)["args"]]
    with BUCKETS[CLOUDS[cloud]]() as bucket:
        clean = {name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "TMPDIR"))}
        home = {"HOME": str(tmp_path / "scratch"), "TMPDIR": str(tmp_path / "scratch")}
        done = confined([MLPOSTURE, *arguments], tmp_path / "scratch", clean | home)
        left = bucket.contents()

    assert done.returncode in (Exit.DONE, Exit.INCOMPLETE), done.stderr
    assert "Traceback" not in done.stderr
    scans = {name for name in left if name.startswith("history/")}
    assert set(left) - scans == {"report.json", "report.html", "inventory.json"}
    assert scans, "the next night is compared with this one"
    report = json.loads(left["report.json"])
    assert report["summary"]["verdicts"]["fail"] > 20
    assert (done.returncode == Exit.INCOMPLETE) is bool(report["gaps"] or report["summary"]["verdicts"]["unknown"])
    assert scratch == "/tmp", "the image has its home there"


@needs_confinement
def test_it_is_confined(tmp_path: Path) -> None:
    """Or the test above would show nothing."""
    tried = f"id -u; touch own && echo written; touch {tmp_path}/x; touch /etc/x; touch /var/tmp/x"
    done = confined(["sh", "-c", tried], tmp_path / "scratch", os.environ)
    assert done.stdout.split() == ["65532", "written"]
    assert len(re.findall("Read-only file system|Permission denied", done.stderr)) == 3, done.stderr


@pytest.mark.parametrize("cloud", CLOUDS)
def test_it_is_confined_by_the_manifest_as_it_is_here(cloud: str) -> None:
    pod, own = job(cloud)["template"]["spec"], container(cloud)["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert own == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    user = pod["securityContext"]["runAsUser"]
    assert f"\nUSER {user}:{user}\n" in image
    assert "HOME=/tmp" in image


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_exit_code_is_thought_of_in_the_policy(cloud: str) -> None:
    ignored, ended = job(cloud)["podFailurePolicy"]["rules"]
    assert (ignored["action"], ended["action"]) == ("Ignore", "FailJob")
    again = {Exit.CANNOT_SCAN, Exit.HANGUP, Exit.INTERRUPTED, Exit.TERMINATED}
    assert set(ended["onExitCodes"]["values"]) == set(Exit) - again - {Exit.DONE}
    assert ended["onExitCodes"]["containerName"] == container(cloud)["name"]


def test_the_files_differ_in_names_and_identities_alone() -> None:
    parts = {cloud: {kind: json.loads(json.dumps(part)) for kind, part in manifests(cloud).items()} for cloud in CLOUDS}
    for cloud, found in parts.items():
        [only] = found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        assert only["image"].endswith(f"/mlposture:{cloud}")
        only["image"] = ""
        found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"].pop(
            "azure.workload.identity/use", ""
        )
        found["ServiceAccount"]["metadata"].pop("annotations")
        found["ConfigMap"].clear()
    assert parts["aws"] == parts["gcp"] == parts["azure"]
