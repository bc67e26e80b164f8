"""Projects of Terraform: which folder is that of a state, and which file declares what it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.model.errors import InputError
from scanner.source.terraform import Code, Spot
from scanner.source.terraform_types import types

ROLE = 'resource "aws_iam_role" "this" {\n  name = "x"\n}\n'


def code(root: Path, files: Mapping[str, str]) -> Code:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Code(root, types())


def find(made: Code, root: Path, module: str = "") -> tuple[str, int, bool] | None:
    found: Spot | None = made.find(root.resolve(), module, "aws_iam_role", "this")
    return (found.uri, found.node.line, found.foreign) if found else None


def call(source: str, name: str = "a") -> str:
    return f'\nmodule "{name}" {{\n  source = "{source}"\n}}\n'


def test_a_resource_is_where_its_module_is(tmp_path: Path) -> None:
    made = code(
        tmp_path,
        {
            "main.tf": call("./modules/a"),
            "modules/a/roles.tf": call("../b", "b"),
            "modules/b/main.tofu": f"\n\n{ROLE}",
        },
    )
    found = made.find(tmp_path.resolve(), 'module.a["x.y"].module.b[0]', "aws_iam_role", "this")

    assert found is not None
    assert (found.uri, found.node.line) == ("modules/b/main.tofu", 3)
    assert [(one.uri, one.line, one.address) for one in found.calls] == [
        ("main.tf", 2, "module.a"),
        ("modules/a/roles.tf", 2, "module.a.module.b"),
    ]
    assert find(made, tmp_path, "module.a") is None
    assert find(made, tmp_path, "module.c") is None


@pytest.mark.parametrize("source", ["northwind/role/aws", "git::https://git.northwind.example/role.git", "./gone"])
def test_what_is_not_there_points_at_its_call(source: str, tmp_path: Path) -> None:
    made = code(tmp_path, {"main.tf": call("./a"), "a/main.tf": call(source, "b")})

    assert find(made, tmp_path, "module.a.module.b.module.deeper") == ("a/main.tf", 2, True)


def test_a_module_outside_of_the_root_points_at_its_call(tmp_path: Path) -> None:
    made = code(tmp_path / "live", {"main.tf": call("../shared"), "../shared/main.tf": ROLE})

    assert find(made, tmp_path / "live", "module.a") == ("main.tf", 2, True)
    whole = Code(tmp_path, types())
    assert find(whole, tmp_path / "live", "module.a") == ("shared/main.tf", 1, False)


def manifest(**folders: str) -> str:
    return json.dumps({"Modules": [{"Key": key, "Source": "s", "Dir": folder} for key, folder in folders.items()]})


def test_what_terraform_installed_says_where_modules_are(tmp_path: Path) -> None:
    installed = ".terraform/modules"
    files = {
        "main.tf": call("northwind/x/aws") + call("northwind/y/aws", "b"),
        "vendored/main.tf": ROLE,
        f"{installed}/b/main.tf": ROLE,
        f"{installed}/modules.json": manifest(a="vendored", b=f"{installed}/b"),
    }
    made = code(tmp_path, files)

    assert find(made, tmp_path, "module.a") == ("vendored/main.tf", 1, False)
    assert find(made, tmp_path, "module.b") == ("main.tf", 6, True)


def test_what_lies_about_modules_leads_nowhere_else(tmp_path: Path) -> None:
    made = code(tmp_path / "root", {"main.tf": call("x"), ".terraform/modules/modules.json": manifest(a="../../etc")})

    assert find(made, tmp_path / "root", "module.a") == ("main.tf", 2, True)
    broken = code(tmp_path / "other", {"main.tf": call("x"), ".terraform/modules/modules.json": "{"})
    with pytest.raises(InputError, match=r"modules\.json: is not as `terraform init` writes it"):
        find(broken, tmp_path / "other", "module.a")


def test_a_file_that_overrides_is_not_the_place(tmp_path: Path) -> None:
    made = code(tmp_path, {"a_override.tf": ROLE, "override.tf": ROLE, "z.tf": f"\n{ROLE}"})

    assert find(made, tmp_path) == ("z.tf", 2, False)


def test_a_state_beside_code_is_of_it(tmp_path: Path) -> None:
    made = code(tmp_path, {"live/main.tf": "", "other/main.tf": ROLE})

    assert (
        made.base_of(tmp_path / "live" / "terraform.tfstate", "x", {("aws_iam_role", "this")})
        == (tmp_path / "live").resolve()
    )


def test_any_other_state_is_of_what_declares_the_most_of_it(tmp_path: Path) -> None:
    held = {("aws_iam_role", "this"), ("module", "a"), ("aws_iam_role", "gone")}
    files = {"one/main.tf": ROLE, "two/main.tf": ROLE + call("./a"), "broken/main.tf": "resource {", "b/x.txt": ""}
    made = code(tmp_path, files)

    assert made.base_of(None, "s3://bucket/state", held) == (tmp_path / "two").resolve()
    assert made.base_of(None, "s3://bucket/state", {("aws_iam_role", "gone")}) is None


def test_of_stages_that_are_alike_the_backend_names_the_state(tmp_path: Path) -> None:
    backend = 'terraform {{\n  backend "s3" {{\n    key = "{0}/terraform.tfstate"\n  }}\n}}\n'
    stages = {f"{name}/main.tf": backend.format(name) + ROLE for name in ("dev", "prod")}
    made = code(tmp_path, stages)
    held = {("aws_iam_role", "this")}

    assert made.base_of(None, "s3://northwind-example-state/prod/terraform.tfstate", held) == tmp_path / "prod"
    assert made.base_of(None, "s3://northwind-example-state/other.tfstate", held) is None


def test_a_mistake_names_the_file_as_the_user_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = code(Path("infra"), {"main.tf": "resource {\n  x =\n}\n"})

    with pytest.raises(InputError, match=r"^infra/main\.tf:2: is no HCL here"):
        find(made, Path("infra"))
