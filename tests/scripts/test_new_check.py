"""The stub maker, on a copy of the tree: what it writes is tidy, fails while empty and passes once filled in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

from scripts import new_check
from scripts.new_check import Request, Wrong, make, next_id, with_import

SLUG = "sagemaker_notebook_invented_problem"
SINGLE = Request("aws", "sagemaker", "notebooks", SLUG, "NotebookInstance")
PATH = Request("aws", "paths", "brand_new", "sagemaker_model_invented_path", "Model", ("NotebookInstance",))

WRITTEN = '''    """Notebook instance is in no subnet of its owner.

    ## Why it matters
    Without a subnet the instance sits in a network of the provider, where none of your own controls sees its traffic.

    ## How to fix
    Create a new instance with a subnet.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html
    """
    if notebook_instance.subnet_id is UNSET:
        return unknown("subnet_id")
    if notebook_instance.subnet_id is None:
        return failed("in no subnet", subnet_id=None)
    return passed("in a subnet", subnet_id=notebook_instance.subnet_id)
'''
CASES = f'''    "{SLUG}": [
        Case("in a subnet", PASS, notebook(subnet_id="subnet-0example")),
        Case("in no subnet", FAIL, notebook(subnet_id=None)),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
'''


def copied(folder: Path) -> Path:
    """A copy of the packages and their tests."""
    for name in ("checks", "scanner", "reports"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__", "data", "npm"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree that nothing may be written to."""
    return copied(tmp_path_factory.mktemp("untouched"))


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=tree, text=True, capture_output=True, check=False)


def generic_tests(tree: Path) -> subprocess.CompletedProcess[str]:
    return run(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_every_check.py", "-k", SLUG)


def fill_in(module: Path, tests: Path) -> None:
    source = module.read_text(encoding="utf-8")
    source = with_import(with_import(source, "scanner.model.nouns", ("failed", "passed")), "msgspec", ("UNSET",))
    start = source.index('    """TODO')
    end = source.index('return unknown("TODO")\n') + len('return unknown("TODO")\n')
    source = source[:start] + WRITTEN + source[end:]
    module.write_text(source.replace('objective="TODO"', 'objective="network-isolation"'), encoding="utf-8")
    table = tests.read_text(encoding="utf-8")
    start = table.index(f'    "{SLUG}": [')
    end = table.index("    ],\n", start) + len("    ],\n")
    tests.write_text(table[:start] + CASES + table[end:], encoding="utf-8")


def test_a_stub_fails_the_generic_tests_until_it_is_filled_in(tree: Path) -> None:
    id, module, tests = make(SINGLE, tree)

    empty = generic_tests(tree)
    assert empty.returncode == 1, empty.stdout + empty.stderr
    for problem in ("no objective 'TODO'", "`## Why it matters` is too short", "no case expects fail"):
        assert f"{SLUG}: {problem}" in empty.stdout
    assert f'id="{id}"' in module.read_text(encoding="utf-8")

    fill_in(module, tests)
    filled = generic_tests(tree)
    assert filled.returncode == 0, filled.stdout + filled.stderr


@pytest.mark.parametrize("request_", [SINGLE, PATH], ids=["into a module", "a path in a new module"])
def test_stubs_are_tidy_and_load(tree: Path, request_: Request) -> None:
    id, module, tests = make(request_, tree)

    for arguments in (("ruff", "check", "--ignore", "ARG001"), ("ruff", "format", "--check")):
        done = run(tree, *arguments, str(module), str(tests))
        assert done.returncode == 0, done.stdout + done.stderr
    code = f"from scanner.model.registry import load; print(load(['aws'])[0]['{id}'].slug)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, text=True, capture_output=True, check=False)
    assert done.stdout.strip() == request_.slug, done.stderr


def test_ids_follow_the_family_and_are_never_taken_twice() -> None:
    ids = ["MLP-1001", "MLP-1002", "MLP-1101", "MLP-4101"]
    notebooks = 'id="MLP-1001"\nid="MLP-1002"\n'
    path = SINGLE._replace(service="paths", needs=("Model",))

    assert next_id(SINGLE, notebooks, ids) == "MLP-1003"
    assert next_id(SINGLE, "", ids) == "MLP-1201", "a new family starts a hundred"
    assert next_id(SINGLE._replace(provider="azure"), "", ids) == "MLP-3001"
    assert next_id(path, notebooks, ids) == "MLP-4102"
    assert next_id(path._replace(provider="gcp"), "", ids) == "MLP-4201"
    assert next_id(SINGLE, notebooks, [*ids, "MLP-1003"]) == "MLP-1004"


def test_imports_join_those_that_are_there() -> None:
    source = '"""A module."""\n\nimport re\n\nfrom scanner.model.nouns import Verdict, unknown\n'

    merged = with_import(with_import(source, "scanner.model.nouns", ["failed"]), "scanner.model.checks", ["check"])

    assert merged == (
        '"""A module."""\n\nimport re\n\nfrom scanner.model.checks import check\n'
        "from scanner.model.nouns import Verdict, failed, unknown\n"
    )
    assert with_import(merged, "scanner.model.checks", ["check"]) == merged


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (SINGLE._replace(service="no_such"), "adding-a-service"),
        (SINGLE._replace(slug="Notebook"), "is no slug"),
        (SINGLE._replace(slug="sagemaker_notebook_direct_internet_access"), "exists already, as MLP-1001"),
        (SINGLE._replace(kind="Toaster"), "no kind 'Toaster'"),
        (SINGLE._replace(service="paths"), "--needs"),
        (SINGLE._replace(family="a/b"), "no name of a module"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_written(wrong: Request, says: str, untouched: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in untouched.rglob("*")}

    with pytest.raises(Wrong, match=says):
        make(wrong, untouched)

    assert {path: path.stat().st_mtime_ns for path in untouched.rglob("*")} == before


def test_the_command_says_what_comes_next(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(new_check, "ROOT", tree)
    arguments = [SINGLE.provider, SINGLE.service, SINGLE.family, SINGLE.slug, "--kind", SINGLE.kind]

    assert new_check.main(arguments) == 0
    assert "tests/checks/aws/sagemaker/test_notebooks.py: add its cases" in capsys.readouterr().out
    assert new_check.main(arguments) == 2, "the second time the slug is taken"
    assert f"{SLUG} exists already" in capsys.readouterr().err
