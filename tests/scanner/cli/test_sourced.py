"""`--tfstate` and `--source-root`: what they refuse, and what they say on standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from factories.aws import arn, notebook, role_arn, tagged
from support import ROOT, inventory_of

CODE = 'resource "aws_sagemaker_notebook_instance" "this" {\n  count = 2\n\n  root_access = "Enabled"\n}\n'


def state(*names: str) -> str:
    instances = [
        {"index_key": number, "attributes": {"arn": arn("notebook-instance", name), "id": name, "name": name}}
        for number, name in enumerate(names)
    ]
    made = {"mode": "managed", "type": "aws_sagemaker_notebook_instance", "name": "this", "instances": instances}
    return json.dumps({"version": 4, "resources": [made]})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Code, its state, and an inventory: of three notebooks, two are in the state."""
    made = [notebook(name, root_access="Enabled", role_arn=role_arn("x")) for name in ("a", "b", "c")]
    inventory_of(*made).save(tmp_path / "inventory.json")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(CODE)
    (tmp_path / "infra" / "terraform.tfstate").write_text(state("a", "b"))
    return tmp_path


def evaluate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    checks = ("--check", "sagemaker_notebook_root_access_enabled", "--fail-on", "never")
    return mlposture("evaluate", "inventory.json", "-o", "report.json", *checks, *options, cwd=folder)


def sources(folder: Path) -> dict[str, Any]:
    findings = json.loads((folder / "report.json").read_bytes())["findings"]
    return {
        one["resource"]["name"]: one["source"] and (one["source"]["uri"], one["source"]["line"]) for one in findings
    }


def test_lines_are_relative_to_the_root_that_is_named(project: Path) -> None:
    done = evaluate(project, "--tfstate", "infra/terraform.tfstate", "--source-root", ".")

    assert (done.returncode, done.stderr) == (0, "")
    assert sources(project) == {"a": ("infra/main.tf", 4), "b": ("infra/main.tf", 4), "c": None}
    assert "  = source: infra/main.tf:4 (aws_sagemaker_notebook_instance.this[0])\n" in done.stdout
    assert "1 of 3 resources are unmanaged" in done.stdout


def test_without_one_it_is_the_folder_of_the_state(project: Path) -> None:
    assert evaluate(project, "--tfstate", "infra/terraform.tfstate").returncode == 0
    assert sources(project)["a"] == ("main.tf", 4)
    (project / "other").mkdir()
    (project / "other" / "terraform.tfstate").write_text(state("c"))
    (project / "other" / "main.tf").write_text("\n" + CODE)
    both = ("--tfstate", "infra/terraform.tfstate", "--tfstate", "other/terraform.tfstate")
    assert evaluate(project, *both).returncode == 0
    assert sources(project) == {"a": ("infra/main.tf", 4), "b": ("infra/main.tf", 4), "c": ("other/main.tf", 5)}


def test_a_configuration_may_name_them(project: Path) -> None:
    from scanner.cli.config import read_config

    (project / "c.toml").write_text('tfstate = ["infra/terraform.tfstate"]\nsource-root = "."\n[aws]\n')
    config = read_config(project / "c.toml")

    assert (config.tfstate, config.source_root) == (("infra/terraform.tfstate",), ".")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tfstate", "gone.tfstate"), "--tfstate gone.tfstate: No such file or directory"),
        (("--tfstate", ""), "--tfstate: is empty; name a file, or leave the option out"),
        (("--tfstate", "infra"), "--tfstate infra: Is a directory"),
        (("--tfstate", "inventory.json"), "--tfstate inventory.json: is no Terraform state (Expected `array`"),
        (("--source-root", "gone"), "--source-root gone: is no folder"),
        (("--tfstate", "broken.json"), "--tfstate broken.json:2: is no Terraform state (JSON is malformed"),
        (("--tfstate", "ftp://x/y"), "ftp://…: a file is a path, or s3://BUCKET/KEY"),
        (("--tfstate", "report.json"), "-o report.json: something else is to be read there too: --tfstate report.json"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_done(
    project: Path, options: tuple[str, ...], said: str
) -> None:
    (project / "broken.json").write_text('{"version": 4,\n "resources" 1}')
    done = evaluate(project, *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mlposture: {said}")
    assert done.stderr.count("\n") == 1
    assert not (project / "report.json").exists()


def test_a_mistake_in_the_code_is_named_with_its_line(project: Path) -> None:
    (project / "infra" / "more.tf").write_text("\nvariable {\n  x =\n}\n")
    done = evaluate(project, "--tfstate", "infra/terraform.tfstate", "--source-root", ".")

    assert done.returncode == 2
    assert done.stderr.startswith("mlposture: infra/more.tf:3: is no HCL here; `terraform validate` says")
    (project / "infra" / "more.tf").rename(project / "elsewhere.tf")  # which the state does not lead to
    assert evaluate(project, "--tfstate", "infra/terraform.tfstate", "--source-root", ".").returncode == 0


def test_a_state_that_is_of_something_else_is_said(project: Path) -> None:
    (project / "infra" / "terraform.tfstate").write_text(state("x", "y"))
    done = evaluate(project, "--tfstate", "infra/terraform.tfstate")

    assert done.returncode == 0
    assert "--tfstate infra/terraform.tfstate: nothing that it holds was seen" in done.stderr
    (project / "infra" / "main.tf").rename(project / "infra" / "main.txt")
    done = evaluate(project, "--tfstate", "infra/terraform.tfstate")
    assert "--tfstate infra/terraform.tfstate: no one folder in infra declares what it holds" in done.stderr


def test_what_no_code_declares_has_the_reason(project: Path) -> None:
    (project / "infra" / "main.tf").write_text("")
    assert evaluate(project, "--tfstate", "infra/terraform.tfstate").returncode == 0
    reasons = {
        one["resource"]["name"]: one["unsourced"]
        for one in json.loads((project / "report.json").read_bytes())["findings"]
    }
    address = "aws_sagemaker_notebook_instance.this"
    assert reasons["a"] == f"infra/terraform.tfstate has it as {address}[0], which no code given declares"
    assert reasons["c"].startswith("unmanaged: ")


def test_tags_that_were_read_apart_lead_to_templates(project: Path) -> None:
    """Those of AWS are resources of their own, by the same id."""
    (project / "notebooks.yaml").write_text(
        "Resources:\n  Mine:\n    Type: AWS::SageMaker::NotebookInstance\n    Properties: {RootAccess: Enabled}\n"
    )
    made = notebook("c", root_access="Enabled", role_arn=role_arn("x"))
    inventory = inventory_of(made, tagged(made, **{"aws:cloudformation:logical-id": "Mine"}))
    inventory.save(project / "inventory.json")

    assert evaluate(project, "--source-root", ".").returncode == 0
    assert sources(project) == {"c": ("notebooks.yaml", 4)}
    assert json.loads((project / "report.json").read_bytes())["summary"]["unmanaged"] is None


def test_what_needs_no_code_does_not_import_its_parser(project: Path) -> None:
    code = (
        "import sys\nfrom scanner.cli.commands import cli\n"
        "cli.main(['evaluate', 'inventory.json', '-o', 'x.sarif', '-o', 'x.json'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith(('tree_sitter', 'yaml'))], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, env={"PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.stderr.splitlines()[-1] == "[]"
