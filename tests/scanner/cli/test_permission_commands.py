"""`mlposture permissions`, from the command line to what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import mlposture
from support import NOW

from scanner.model.nouns import Gap, Reason, Scope
from scanner.store.inventory import Inventory

ACCOUNT = Scope("aws", "111122223333", "eu-west-1")


def gap(permission: str, *, detail: str = "refused", reason: Reason = Reason.DENIED, scope: Scope = ACCOUNT) -> Gap:
    return Gap(
        kind="aws.s3.Bucket",
        operation="s3:GetBucketAcl",
        scope=scope,
        reason=reason,
        permission=permission,
        detail=detail,
    )


def saved(folder: Path, *gaps: Gap) -> str:
    made = Inventory(NOW)
    made.gaps, made.scopes = tuple(sorted(gaps)), (ACCOUNT,)
    made.save(folder / "inventory.json")
    return str(folder / "inventory.json")


def test_a_selection_needs_less() -> None:
    done = mlposture("permissions", "aws", "--check", "MLP-1001")

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("What mlposture reads of AWS for 1 of ")
    assert [line.split()[0] for line in lines[2:5]] == [
        "ec2:DescribeRegions",
        "sagemaker:DescribeNotebookInstance",
        "sagemaker:ListNotebookInstances",
    ]
    assert lines[-1] == "To grant it: --format json, terraform, cloudformation"


def test_what_only_saves_calls_is_said_and_can_be_left_out() -> None:
    whole, less = (mlposture("permissions", "gcp", *more).stdout for more in ([], ["--required"]))

    assert "cloudasset.assets.searchAllResources" in whole
    assert "What is optional only saves calls" in whole
    assert "cloudasset" not in less
    assert "optional" not in less


def test_it_goes_to_a_file_and_notes_go_to_standard_error(tmp_path: Path) -> None:
    target = tmp_path / "role.json"
    done = mlposture("permissions", "gcp", "--format", "json", "-o", str(target))

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("mlposture: two roles: ")
    assert len(json.loads(target.read_text(encoding="utf-8"))) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["aws", "--format", "az"],
            "--format az: there is none for AWS; use one of text, json, terraform, cloudformation",
        ),
        (["gcp", "--check", "MLP-1001"], "no check of these clouds is called 'MLP-1001'"),
        (["aws", "--min-severity", "odd"], "--min-severity odd: use one of"),
        (["aws", "-o", "/nowhere/role.json"], "the folder /nowhere does not exist"),
        (["aws", "--missing", "/nowhere.json"], "/nowhere.json: No such file"),
        (["aws", "--missing", ""], "is empty"),
        (["aws", "--missing", "a.json", "--check", "MLP-1001"], "leave --check out"),
        (["aws", "--missing", "a.json", "--skip-check", "MLP-1001"], "leave --skip-check out"),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(arguments: list[str], said: str) -> None:
    done = mlposture("permissions", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "mlposture/report/v1", "gaps": [{}]}', "{" * 9999])
def test_what_is_no_report_is_said_to_be_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(content, encoding="utf-8")
    done = mlposture("permissions", "aws", "--missing", str(tmp_path / "odd.json"))

    assert (done.returncode, done.stdout) == (2, "")
    assert "odd.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_was_refused_is_one_block_over_all_reports(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Scope("aws", "444455556666", "eu-west-1")
    files = [
        saved(tmp_path, gap("s3:GetBucketAcl")),
        saved(tmp_path / "other", gap("s3:GetBucketPolicy"), gap("s3:GetBucketAcl", scope=other)),
    ]
    done = mlposture("permissions", "aws", *(word for file in files for word in ("--missing", file)))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:4] == [
        "What mlposture was refused of AWS",
        "",
        "  s3:GetBucketAcl     S3 bucket used by ML resources; refused in 2 accounts",
        "  s3:GetBucketPolicy  S3 bucket used by ML resources; refused in 1 account",
    ]


def test_what_no_permission_opens_is_said(tmp_path: Path) -> None:
    cause = "denied by a service control policy of the organisation: its administrators have to allow the action there"
    done = mlposture("permissions", "aws", "--missing", saved(tmp_path, gap("", detail=cause)))

    assert (done.returncode, done.stdout) == (0, "")
    first, second = done.stderr.splitlines()
    assert first == f"mlposture: 1 refused that no permission of the role opens: {cause}"
    assert second.endswith("nothing of AWS was refused that a permission would open")


def test_gaps_of_other_clouds_and_for_other_reasons_are_none_of_it(tmp_path: Path) -> None:
    elsewhere = gap("storage.buckets.get", scope=Scope("gcp", "example-ml"))
    late = gap("", reason=Reason.TIMEOUT)
    done = mlposture("permissions", "aws", "--missing", saved(tmp_path, elsewhere, late))

    assert (done.returncode, done.stdout) == (0, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "permission",
    [
        "iam:*",
        "iam:CreateUser",
        "s3:GetObject",
        "S3:GetObject",
        "s3:GetObjectVersion",
        "ssm:GetParametersByPath",
        's3:Get"\n',
        "s3:Get${x}",
        "s3:Get`id`",
        "s3:Get # x",
    ],
)
def test_a_report_cannot_ask_for_more_than_reads(permission: str, tmp_path: Path) -> None:
    """A report may have been changed by others, and what is printed is granted and run."""
    file = saved(tmp_path, gap(permission), gap("s3:GetBucketAcl"))
    for form in ("json", "terraform", "cloudformation", "text"):
        done = mlposture("permissions", "aws", "--missing", file, "--format", form)
        assert done.returncode == 0
        assert "left out, as it is no read that this version knows: " in done.stderr
        assert permission not in done.stdout


@pytest.mark.parametrize(
    ("cloud", "permission"),
    [
        ("gcp", "storage.objects.get"),
        ("gcp", "STORAGE.objects.get"),
        ("gcp", "container.secrets.get"),
        ("gcp", "compute.instances.getSerialPortOutput"),
        ("azure", "Microsoft.Web/sites/config/read"),
        ("azure", "*/read"),
    ],
)
def test_a_read_of_content_or_secrets_is_left_out_in_other_clouds(cloud: str, permission: str, tmp_path: Path) -> None:
    file = saved(tmp_path, gap(permission, scope=Scope(cloud, "example-ml")))
    done = mlposture("permissions", cloud, "--missing", file)

    assert (done.returncode, done.stdout) == (0, "")
    assert f"left out, as it is no read that this version knows: {permission}" in done.stderr


def test_what_google_names_itself_is_printed_if_it_is_a_read(tmp_path: Path) -> None:
    file = saved(tmp_path, gap("aiplatform.models.get", scope=Scope("gcp", "example-ml")))
    done = mlposture("permissions", "gcp", "--missing", file)

    assert "aiplatform.models.get  as the provider says; refused in 1 account" in done.stdout


def test_the_quota_project_is_opened_too(tmp_path: Path) -> None:
    file = saved(tmp_path, gap("serviceusage.services.use", scope=Scope("gcp", "example-ml")))
    done = mlposture("permissions", "gcp", "--missing", file, "--format", "gcloud")

    assert "- serviceusage.services.use # the quota project of the credentials may not be used" in done.stdout


def test_the_right_to_read_documents_is_printed_where_it_is_asked_for_and_names_them() -> None:
    plain = mlposture("permissions", "aws", "--format", "json")
    reading = mlposture("permissions", "aws", "--format", "json", "--read-documents")
    assert "s3:GetObject" not in plain.stdout

    [statement] = [one for one in json.loads(reading.stdout)["Statement"] if "s3:GetObject" in one["Action"]]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == [
        f"arn:aws:s3:::*/{name}"
        for name in ("README.md", "model_card.*", "croissant.json", "metadata.json", "dataset_card.md", "datasheet.md")
    ]


def test_that_google_cloud_cannot_limit_it_to_names_is_said() -> None:
    done = mlposture("permissions", "gcp", "--read-documents")

    assert "storage.objects.get" in done.stdout
    assert "storage.objects.get reads every object of the project" in done.stderr
    assert "storage.objects.get" not in mlposture("permissions", "gcp").stdout


READ_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
CONDITION = (
    f"((!(ActionMatches{{'{READ_BLOB}'}})) OR ("
    + " OR ".join(
        f"@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike '{path}'"
        for path in ("README.md", "*/README.md", "model_card.*", "*/model_card.*")
    )
    + "))"
)


def test_in_azure_a_condition_limits_the_right_to_names() -> None:
    made = {
        form: mlposture("permissions", "azure", "--format", form, "--read-documents").stdout
        for form in ("json", "az", "terraform")
    }

    assert json.loads(made["json"])["DataActions"] == [READ_BLOB]
    assert f"<<'EOF'\n{CONDITION}\nEOF\n" in made["az"]
    assert '--condition-version 2.0 --condition "$(cat mlposture-reader-condition.txt)"' in made["az"]
    assert f'condition          = "{CONDITION}"' in made["terraform"]
    assert "condition" not in mlposture("permissions", "azure", "--format", "az").stdout


def test_a_role_of_a_management_group_has_no_data_actions_and_says_so() -> None:
    options = ("azure", "--read-documents", "--organization")
    done = mlposture("permissions", *options, "--format", "json")

    assert json.loads(done.stdout)["DataActions"] == []
    assert "a role of a management group can have no data actions" in mlposture("permissions", *options).stderr
    assert "condition" not in mlposture("permissions", *options, "--format", "terraform").stdout


def test_what_documents_take_is_not_granted_by_a_report(tmp_path: Path) -> None:
    done = mlposture("permissions", "aws", "--missing", saved(tmp_path, gap("s3:GetObject")))

    assert done.stdout == ""
    assert "with --read-documents, and without --missing, `mlposture permissions aws` prints it" in done.stderr
