"""`mlposture doctor`, against simulated clouds and from empty homes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commandline import MLPOSTURE, mlposture
from scanning import document, running
from test_rooms import SDKS
from worlds.base import Fault

READS = {
    "aws": {"sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"},
    "gcp": {"oauth2.token", "resourcemanager.projects.testIamPermissions"},
    "azure": {
        *("oauth2.token", "oauth2.discovery"),
        *("Microsoft.Resources/subscriptions/read", "Microsoft.Authorization/permissions/read"),
    },
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no credentials but those of a world."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def lines(stdout: str) -> dict[str, str]:
    return {line[2:20].rstrip(): line[21:] for line in stdout.splitlines() if line.startswith("  ")}


def readers_policy(*actions: str) -> dict[str, Any]:
    """The demo organisation with a role of the scanner's own, which allows these actions."""
    changed = document("aws")
    trust = {"Version": "2012-10-17", "Statement": []}
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    changed["roles"].append({"name": "posture-reader", "trust": trust, "inline": {"own": policy}})
    return changed


def test_from_an_empty_home_it_says_what_is_not_found_and_imports_no_sdk(home: Path) -> None:
    code = f"""
import sys
from scanner.cli.commands import cli
try:
    ended = cli.main(["doctor"], standalone_mode=False)
except SystemExit as error:
    ended = error.code
print(ended, sorted({{name.partition(".")[0] for name in sys.modules}} & set({SDKS!r})), file=sys.stderr)
"""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=home, check=False
    )

    assert done.stderr.splitlines()[-1] == "3 []"
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == ["AWS", "Google Cloud", "Azure"]
    assert done.stdout.count("credentials        none found") == 3
    assert done.stdout.count("permissions; `mlposture permissions ") == 3


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_nothing_is_missing_where_all_is_allowed(provider: str) -> None:
    with running(provider) as world:
        done = mlposture("doctor", provider)

    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done.stdout)["missing"].startswith("nothing in ")
    assert lines(done.stdout)["asks as"]
    assert "a guess" in lines(done.stdout)["a scan"]
    assert world.operations() == READS[provider]


def test_what_is_missing_in_a_project_is_named() -> None:
    with running("gcp") as world:
        world.faults += [Fault("storage.buckets.*", "deny"), Fault("aiplatform.*", "deny")]
        done = mlposture("doctor", "gcp", "--project", "example-fraud-prod")

    assert done.returncode == 4
    missing = lines(done.stdout)["missing"]
    assert missing.startswith("aiplatform.") and "aiplatform.customJobs.list, " in missing
    assert missing.endswith(" more in example-fraud-prod")
    assert "resourcemanager.folders.getIamPolicy" in lines(done.stdout)["not asked about"]


def test_what_is_missing_in_a_subscription_is_named() -> None:
    changed = {**document("azure"), "more_subscriptions": [{"subscriptionId": "s-2", "reader": False}]}
    with running("azure", changed):
        done = mlposture("doctor", "azure", "--subscription", "s-2")

    assert done.returncode == 4
    assert lines(done.stdout)["missing"].endswith(" more in s-2")


@pytest.mark.parametrize(
    ("actions", "code", "said"),
    [
        (
            (
                "cloudwatch:*",
                "codepipeline:*",
                "events:*",
                "sagemaker:*",
                "ec2:*",
                "glue:*",
                "iam:*",
                "logs:*",
                "datazone:*",
                "macie2:*",
                "s3:*",
                "sns:*",
            ),
            0,
            "nothing in 111122223333",
        ),
        (
            (
                "cloudwatch:*",
                "codepipeline:*",
                "datazone:*",
                "events:*",
                "sagemaker:*",
                "ec2:*",
                "glue:*",
                "logs:*",
                "macie2:*",
                "s3:*",
                "sns:*",
            ),
            4,
            "iam:GetAccountAuthorizationDetails, iam:GetPolicy, ",
        ),
    ],
)
def test_the_simulator_of_aws_says_what_is_missing(actions: tuple[str, ...], code: int, said: str) -> None:
    with running("aws", readers_policy(*actions)) as world:
        done = mlposture("doctor", "aws")

    assert done.returncode == code
    assert lines(done.stdout)["missing"].startswith(said)
    assert lines(done.stdout)["asks as"].endswith("assumed-role/posture-reader")
    assert world.operations() == READS["aws"]


@pytest.mark.parametrize(
    ("names", "missing"),
    [(("README.md", "croissant.json"), False), (("README.md",), True), (("model.tar.gz",), True)],
)
def test_a_right_that_is_limited_to_the_names_of_documents_is_enough(names: tuple[str, ...], missing: bool) -> None:
    services = ("cloudwatch", "datazone", "events", "sagemaker", "ec2", "glue", "iam", "logs", "macie2", "sns")
    world = readers_policy(
        *(f"{service}:*" for service in services), "s3:Get*Bucket*", "s3:Get*Configuration", "s3:List*"
    )
    policy = world["roles"][-1]["inline"]["own"]
    resources = [f"arn:aws:s3:::*/{name}" for name in names]
    policy["Statement"].append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources})
    with running("aws", world):
        plain, reading = mlposture("doctor", "aws"), mlposture("doctor", "aws", "--read-documents")

    assert "s3:GetObject" not in lines(plain.stdout)["missing"]
    assert ("s3:GetObject" in lines(reading.stdout)["missing"]) is missing


@pytest.mark.parametrize(
    ("provider", "fault"),
    [
        ("aws", "iam:SimulatePrincipalPolicy"),
        ("gcp", "resourcemanager.projects.testIamPermissions"),
        ("azure", "Microsoft.Authorization/permissions/read"),
    ],
)
def test_where_nobody_says_it_is_not_known(provider: str, fault: str) -> None:
    with running(provider) as world:
        world.faults.append(Fault(fault, "deny"))
        done = mlposture("doctor", provider)

    assert done.returncode == 4
    assert lines(done.stdout)["missing"].startswith("not known: ")
    assert f"`mlposture permissions {provider} --missing` prints it" in lines(done.stdout)["missing"]


@pytest.mark.parametrize(("provider", "fault"), [("aws", "sts:*"), ("gcp", "oauth2.token"), ("azure", "oauth2.token")])
def test_credentials_that_do_not_work_say_why(provider: str, fault: str) -> None:
    with running(provider) as world:
        world.faults.append(Fault(fault, "say", says=(403, "InvalidClientTokenId", "Refused.")))
        done = mlposture("doctor", provider)

    assert done.returncode == 3
    assert lines(done.stdout)["credentials"].startswith("cannot be used: ")


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_offline_nobody_is_asked_and_no_secret_is_shown(provider: str) -> None:
    with running(provider) as world:
        secrets = [value for name, value in world.env().items() if "SECRET" in name or "TOKEN" in name]
        done = mlposture("doctor", provider, "--offline")

    assert done.returncode == 4
    assert lines(done.stdout)["credentials"] == "found, not tried"
    assert not world.log
    assert not any(secret in done.stdout for secret in secrets)


def test_of_clouds_that_nobody_named_those_with_credentials_count() -> None:
    with running("azure"):
        done = mlposture("doctor")
        assert mlposture("doctor", "aws", "azure").returncode == 3

    assert done.returncode == 0
    assert done.stdout.count("none found") == 2


def test_a_selection_needs_less() -> None:
    done = mlposture("doctor", "aws", "--check", "MLP-1001")

    assert lines(done.stdout)["needs"].startswith("3 permissions")


def test_a_wrong_check_is_said() -> None:
    done = mlposture("doctor", "aws", "--check", "MLP-9999")

    assert (done.returncode, done.stdout) == (2, "")
    assert "no check of these clouds is called 'MLP-9999'" in done.stderr


def test_a_missing_sdk_says_what_to_install(home: Path) -> None:
    key = home / "key.json"
    key.write_text(json.dumps({"type": "service_account"}), encoding="utf-8")
    hide = "import sys; sys.modules['google.auth'] = None; from scanner.cli.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hide, "doctor", "gcp"],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "GOOGLE_APPLICATION_CREDENTIALS": str(key)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "pip install" in lines(done.stdout)["credentials"]


def test_at_a_terminal_rows_are_folded_between_words(home: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60"}
    process = subprocess.Popen([MLPOSTURE, "doctor", "aws", "--offline"], env=environment, stdout=follower)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 4096):
            shown += part
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(leader)

    assert process.wait(timeout=60) == 3
    rows = shown.decode().splitlines()
    assert all(len(row) <= 60 or len(row.split()) == 1 for row in rows), "paths are whole"
    assert " ".join(" ".join(rows).split()) == " ".join(mlposture("doctor", "aws", "--offline").stdout.split())


def test_a_user_that_no_file_knows_has_a_home_all_the_same(tmp_path: Path) -> None:
    """As in containers that run as an arbitrary user."""
    unknown = "import pwd, sys; pwd.getpwuid = {}.__getitem__; from scanner.cli.commands import main; main()"
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [sys.executable, "-c", unknown, "doctor", "--offline"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")
    assert lines(done.stdout)["credentials"] == "none found"


def test_what_prints_the_role_is_named_with_the_options_that_choose_it() -> None:
    for options, said in (
        ((), "`mlposture permissions gcp` prints them"),
        (("--read-documents",), "`mlposture permissions gcp` with the same options prints them"),
        (("--check", "MLP-2201"), "`mlposture permissions gcp` with the same options prints them"),
    ):
        assert said in " ".join(mlposture("doctor", "gcp", "--offline", *options).stdout.split())
