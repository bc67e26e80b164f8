"""The command line with files in buckets, from start to end: a scheduled job that has no disk of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import commandline
import pytest
from commandline import MLPOSTURE
from declaring import VALID
from factories.aws import notebook
from msgspec.structs import replace
from support import ROOT, inventory_of
from uploading import failing, github, result, run
from worlds.github import REPOSITORY

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.nouns import Listing, Scope
from scanner.objects.transfer import write


def mlposture(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = commandline.mlposture(*arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, at whose end all that it holds is let go."""
    return subprocess.run([MLPOSTURE, *arguments], capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for state, cache and temporary files of each test, and to work in."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(content: bytes) -> dict[str, Any]:
    """A report without what two scans, or a scan and its evaluation, do not have in common."""
    report = json.loads(content)
    for name in ("id", "started_at", "finished_at", "arguments", "inventories"):
        report["scan"].pop(name, None)
    return report


def left(own: Path, name: str) -> list[Path]:
    """The files of a folder, but for the key that every scan of a user has."""
    return [path for path in (own / name).rglob("*") if path.is_file() and path.name != "key"]


def asked(bucket) -> set[tuple[str, str]]:
    return {(request.operation, request.resource) for request in bucket.cloud.log if request not in bucket.touched()}


def test_a_scheduled_job_without_a_disk(bucket, own: Path) -> None:
    at = bucket.at
    local = mlposture("scan", bucket.provider, "-o", "x.json", "--verdicts", "all", "--no-cache")
    assert local.returncode == 1, local.stderr
    without = asked(bucket)
    bucket.cloud.log.clear()

    config = f'verdicts = "all"\n[output]\npaths = ["{at("x.json")}", "sarif:{at("sarif")}"]\n[{bucket.provider}]\n'
    write(at("config.toml"), lambda path: path.write_text(config))
    scanned = process(
        "scan", "--config", at("config.toml"), "--save-inventory", at("a/inventory.json"), "--no-cache",
        "--profile-run", at("profile.json"),
    )  # fmt: skip
    with_buckets = asked(bucket)
    again = mlposture("evaluate", at("a/inventory.json"), "-o", at("again.json"), "--verdicts", "all")
    merged = mlposture(
        "merge", at("a/inventory.json"), at("a/inventory.json"), "-o", "json:merged", "--save-inventory", at("m.json"),
        "--verdicts", "all",
    )  # fmt: skip

    assert [done.returncode for done in (scanned, again, merged)] == [1, 1, 1], (scanned.stderr, again.stderr)
    assert [commandline.said(done.stderr) for done in (scanned, again, merged)] == ["", "", ""]
    contents = bucket.contents()
    written = {"x.json", "sarif", "a/inventory.json", "profile.json", "again.json", "m.json"}
    assert set(contents) == written | {"config.toml"}
    assert judged(contents["x.json"]) == judged(Path("x.json").read_bytes())
    assert judged(contents["again.json"]) == judged(contents["x.json"]) == judged(Path("merged").read_bytes())
    assert json.loads(contents["sarif"])["version"] == "2.1.0"
    assert with_buckets == without
    assert left(own, "TMPDIR") == left(own, "XDG_STATE_HOME") == []


def test_several_files_of_sarif_are_beside_each_other_and_can_be_an_earlier_report(bucket, own: Path) -> None:
    saved = inventory_of()
    for number in range(21):
        scope = Scope("aws", f"{number:012}", "eu-west-1")
        saved.add(replace(notebook(direct_internet_access="Enabled"), id=f"arn:{number}", scope=scope))
        saved.listings[NotebookInstance.kind, scope] = Listing(kind=NotebookInstance.kind, scope=scope, complete=True)
    saved.scopes = tuple(sorted(scope for _, scope in saved.listings))
    saved.save(own / "i.json")
    command = ("evaluate", "i.json", "--check", "MLP-1001", "--fail-on", "never")
    assert mlposture(*command, "-o", bucket.at("a/out.sarif")).returncode == 0
    assert set(bucket.contents()) == {"a/out.sarif", "a/out-2.sarif"}

    before = [part for name in ("out.sarif", "out-2.sarif") for part in ("--baseline", bucket.at(f"a/{name}"))]
    assert mlposture(*command, *before, "-o", "x.json").returncode == 0
    findings = json.loads((own / "x.json").read_text())["findings"]
    assert [finding["state"] for finding in findings] == ["persisting"] * 21


def test_nothing_but_what_was_named_is_touched(bucket) -> None:
    bucket.cloud.log.clear()
    done = mlposture("scan", bucket.provider, "-o", bucket.at("x.json"), "--no-cache")

    assert done.returncode == 1, done.stderr
    named = [request for request in bucket.touched() if "x.json" in request.path or b"x.json" in request.body]
    others = [request for request in bucket.touched() if request not in named]
    assert [request.method for request in others] in (["GET"], ["HEAD"])  # is the bucket there?
    assert {request.method for request in named} <= {"PUT", "POST"}


def test_a_bucket_that_is_not_there_is_found_out_before_the_scan(bucket) -> None:
    for option in ("-o", "--save-inventory", "--profile-run") if bucket.scheme == "s3" else ("-o",):
        bucket.cloud.log.clear()
        done = mlposture("scan", bucket.provider, option, bucket.missing)
        assert done.returncode == 2
        assert done.stderr.startswith(f"mlposture: {bucket.missing}: there is no ")
        assert done.stderr.count("\n") == 1
        assert bucket.cloud.operations() <= {bucket.look, "oauth2.token", "oauth2.discovery"}


def test_an_upload_that_fails_loses_nothing(bucket, own: Path) -> None:
    Path("local").mkdir()
    bucket.fail(bucket.write, "deny")
    arguments = ("-o", bucket.at("x.json"), "-o", "local/x.json", "--save-inventory", bucket.at("inventory.json"))
    done = process("scan", bucket.provider, *arguments, "--verdicts", "all", "--no-cache")

    assert done.returncode == 2
    assert commandline.said(done.stderr).startswith(f"mlposture: {bucket.at('inventory.json')}: denied")
    assert "`mlposture scan --resume` writes it" in done.stderr
    assert commandline.said(done.stderr).count("\n") == 1
    assert bucket.contents() == {}
    assert Path("local/x.json").exists()
    assert left(own, "TMPDIR") == []

    bucket.clear()
    bucket.cloud.log.clear()
    resumed = mlposture("scan", "--resume", "--fail-on", "never")
    assert (resumed.returncode, resumed.stderr) == (0, "")
    contents = bucket.contents()
    assert set(contents) == {"x.json", "inventory.json"}
    assert judged(contents["x.json"]) == judged(Path("local/x.json").read_bytes())
    services = ("sagemaker:", "aiplatform.", "Microsoft.MachineLearningServices/", "Microsoft.CognitiveServices/")
    assert not [operation for operation in bucket.cloud.operations() if operation.startswith(services)]
    assert left(own, "XDG_STATE_HOME") == []


ONE = pytest.mark.parametrize("each", ["s3"], indirect=True)


@ONE
def test_an_upload_that_fails_can_go_elsewhere(bucket) -> None:
    bucket.fail(bucket.write, "deny")
    done = mlposture("scan", "aws", "-o", bucket.at("x.json"), "--journal", "j")
    assert done.returncode == 2
    assert "`mlposture scan --resume --journal" in done.stderr
    resumed = mlposture("scan", "--resume", "--journal", "j", "-o", "x.json", "--fail-on", "never")
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert Path("x.json").exists()


@ONE
@pytest.mark.parametrize("command", ["evaluate", "merge", "scan --config"])
def test_a_file_that_is_not_there(bucket, command: str) -> None:
    done = mlposture(*command.split(), bucket.at("none"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"mlposture: {bucket.at('none')}: there is no such object")


@ONE
def test_two_files_that_do_not_go_together_are_named_as_typed(bucket) -> None:
    for name in "ab":
        write(bucket.at(name), inventory_of(notebook(name)).save)
    done = mlposture("merge", bucket.at("a"), bucket.at("b"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"mlposture: {bucket.at('a')} and {bucket.at('b')}: both hold ")


@ONE
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scan", "aws", "-o", "AT/x.docx"), "no format for '.docx'"),
        (("scan", "aws", "-o", "AT/x.json", "-o", "sarif:AT/x.json"), "something else is to be written there too"),
        (("scan", "aws", "-o", "AT/x.json", "--save-inventory", "AT/x.json"), "something else"),
        (("scan", "aws", "-o", "s3://northwind"), "names no file in the bucket"),
        (("scan", "aws", "-o", "json:s3://northwind"), "names no file in the bucket"),
        (("scan", "aws", "-o", "https://northwind.example/x.json"), "https://…: a file is a path"),
        (("scan", "aws", "--journal", "AT/j"), "--journal AT/j: must be on a disk"),
        (("scan", "--resume", "--journal", "AT/j"), "--journal AT/j: must be on a disk"),
        (("scan", "aws", "--engine", "dask", "--journal-store", "AT/j"), "--journal-store AT/j: must be on a disk"),
    ],
)
def test_wrong_usage(bucket, arguments: tuple[str, ...], says: str, own: Path) -> None:
    done = mlposture(*(argument.replace("AT", bucket.base) for argument in arguments))
    assert done.returncode == 2
    assert says.replace("AT", bucket.base) in done.stderr
    assert done.stderr.count("\n") == 1
    assert bucket.cloud.operations() <= {bucket.look}
    assert left(own, "XDG_STATE_HOME") == []


def test_a_framework_of_ones_own_may_be_in_a_bucket(bucket, own: Path) -> None:
    inventory_of(notebook("a")).save(own / "i.json")
    rules = (ROOT / "examples" / "house-rules.yaml").read_text(encoding="utf-8")
    write(bucket.at("rules.yaml"), lambda path: path.write_text(rules))
    write(bucket.at("wrong.yaml"), lambda path: path.write_text(rules.replace("parent: HR-1,", "parent: HR-3,")))
    done = mlposture("evaluate", "i.json", "--framework-file", bucket.at("rules.yaml"), "-o", "x.json")
    wrong = mlposture("evaluate", "i.json", "--framework-file", bucket.at("wrong.yaml"), "-o", "y.json")

    assert "house-rules" in json.loads((own / "x.json").read_text())["scores"]["frameworks"], done.stderr
    assert (wrong.returncode, wrong.stderr.startswith(f"mlposture: {bucket.at('wrong.yaml')}:16:")) == (2, True)


def test_a_manifest_may_be_in_a_bucket(bucket, own: Path) -> None:
    inventory_of(notebook("a")).save(own / "i.json")
    at = bucket.at("ai-systems.yaml")
    drafted = mlposture("systems", "init", "--inventory", "i.json", "-o", at)
    again = mlposture("systems", "init", "--inventory", "i.json", "-o", at)
    draft = bucket.contents()["ai-systems.yaml"]
    (own / "wrong.yaml").write_bytes(draft.replace(b"systems: []", b"systems: [1, 2]"))
    (own / "right.yaml").write_text(VALID, encoding="utf-8")
    for name in ("wrong.yaml", "right.yaml"):
        write(bucket.at(name), lambda path, name=name: path.write_bytes((own / name).read_bytes()))
    wrong = mlposture("evaluate", "i.json", "--systems", bucket.at("wrong.yaml"), "-o", "y.json")
    checked = mlposture("systems", "check", bucket.at("right.yaml"))
    right = mlposture("evaluate", "i.json", "--systems", bucket.at("right.yaml"), "-o", "x.json")

    assert drafted.returncode == 0, drafted.stderr
    assert b"TODO" in draft
    assert (again.returncode, f"-o {at}: is there already" in again.stderr) == (2, True), again.stderr
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(f"mlposture: {bucket.at('wrong.yaml')}:"), wrong.stderr
    assert (checked.returncode, f"{bucket.at('right.yaml')}: valid" in checked.stdout) == (0, True), checked.stderr
    assert right.returncode == 0, right.stderr
    assert [one["id"] for one in json.loads((own / "x.json").read_text())["evidence"]["systems"]] == [None, "sentiment"]


def test_the_files_of_an_upload_may_be_in_a_bucket(bucket, own: Path) -> None:
    accepted = {"reason": "accepted for the pilot", "owner": "ml-platform", "until": None}
    with github(own) as hub:
        routes = f"default: {REPOSITORY}\n"
        for name in (hub.write("x.sarif", run(result("a"))), hub.report(failing("a", accepted))):
            write(bucket.at(name), partial(shutil.copyfile, own / name))
        write(bucket.at("routes.yaml"), lambda path: path.write_text(routes))
        some = ("--sarif", bucket.at("x.sarif"), "--route", bucket.at("routes.yaml"))
        done = hub.upload(*some, "--sync-suppressions", "--report", bucket.at("report.json"))
        gone = hub.upload("--sarif", bucket.at("gone.sarif"))

        assert (done.returncode, done.stderr) == (0, "")
        assert hub.world.states() == {"dismissed": 1}
        assert gone.returncode == 2 and bucket.at("gone.sarif") in gone.stderr
    assert left(own, "TMPDIR") == []


def test_the_state_of_a_backend_gives_lines(bucket, own: Path) -> None:
    """Code on disk, and its state where the backend keeps it."""
    made = notebook("research", root_access="Enabled")
    inventory_of(made).save(own / "inventory.json")
    code = 'terraform {\n  backend "s3" {}\n}\nresource "aws_sagemaker_notebook_instance" "this" {\n}\n'
    (own / "infra").mkdir()
    (own / "infra" / "main.tf").write_text(code)
    instance = {"attributes": {"arn": made.id, "name": made.name}}
    resource = {"mode": "managed", "type": "aws_sagemaker_notebook_instance", "name": "this", "instances": [instance]}
    state = json.dumps({"version": 4, "resources": [resource]})
    write(bucket.at("ml/terraform.tfstate"), lambda path: path.write_text(state))
    how = ("evaluate", "inventory.json", "-o", "x.json", "--check", "MLP-1003", "--fail-on", "never")
    done = mlposture(*how, "--tfstate", bucket.at("ml/terraform.tfstate"))
    gone = mlposture(*how, "--tfstate", bucket.at("ml/other.tfstate"))

    assert (done.returncode, commandline.said(done.stderr)) == (0, "")
    [finding] = json.loads((own / "x.json").read_bytes())["findings"]
    assert (finding["source"]["uri"], finding["source"]["line"]) == ("infra/main.tf", 4)
    assert (gone.returncode, gone.stdout) == (2, "")
    assert bucket.at("ml/other.tfstate") in gone.stderr
    assert left(own, "TMPDIR") == []
