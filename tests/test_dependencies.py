"""Extras name all that the code imports, and bring all that this imports in turn, on a machine that has nothing else.

Other packages of the development environment must not hide what an extra lacks: modules are traced to the distribution
whose file they are.
"""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = ("scanner", "checks", "reports")
SOURCE = {ROOT / "scanner" / "source" / "hcl.py"}
POSTGRES = {ROOT / "scanner" / "history" / "postgres_engine.py"}
SIGN = {ROOT / "scanner" / "store" / "signatures.py"}
SERVE = {
    ROOT / "scanner" / "serve" / "app.py",
    ROOT / "scanner" / "serve" / "guard.py",
    ROOT / "scanner/cli/serving.py",
}
DASK = {ROOT / "scanner" / "collect" / name for name in ("cluster.py", "remote.py")}
OBJECTS = {
    extra: ROOT / "scanner" / "objects" / f"{scheme}.py"
    for extra, scheme in (("aws", "s3"), ("gcp", "gs"), ("azure", "az"))
}
#: What is imported at first, by extra; and what SDKs import later, for some credentials or when a call is made.
LOADED = {
    "": (
        "scanner.cli.commands", "scanner.cli.session", "scanner.cli.judging", "reports.json_v1", "reports.board",
        "jinja2", "rich.progress", "yaml",
    ),
    "aws": (
        "checks.aws.client.api", "scanner.objects.s3", "botocore.client", "botocore.paginate", "botocore.signers",
        "botocore.tokens",
    ),
    "gcp": (
        "checks.gcp.client.api", "scanner.objects.gs",
        "google.auth.aws", "google.auth.compute_engine", "google.auth.identity_pool",
        "google.auth.external_account_authorized_user", "google.auth.impersonated_credentials",
        "google.auth.pluggable", "google.auth.transport.requests", "google.oauth2.credentials",
        "google.oauth2.service_account",
    ),
    "azure": (
        "checks.azure.client.api", "scanner.objects.az",
        "azure.core.pipeline.transport._requests_basic", "msal", "msal_extensions",
    ),
    "dask": ("scanner.collect.cluster", "dask", "distributed.deploy.local", "cryptography.x509"),
    "postgres": ("scanner.history.postgres_engine", "psycopg_binary"),
    "serve": ("scanner.serve.app", "scanner.serve.guard", "scanner.cli.serving", "uvicorn.protocols.http.h11_impl"),
    "sign": ("scanner.store.signatures",),
    "source": ("scanner.source.hcl", "tree_sitter", "tree_sitter_hcl"),
}  # fmt: skip

#: Imports its arguments where the files that standard input lists are not installed.
HIDING = """
import importlib, sys
from importlib.machinery import PathFinder
class Hiding:
    @staticmethod
    def find_spec(name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
hidden = set(sys.stdin.read().splitlines())
sys.meta_path.insert(0, Hiding)
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def declared(extra: str) -> list[Requirement]:
    """What an extra names, or without one the project; extras of our own left out."""
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    return [found for found in map(Requirement, lines) if found.name != PROJECT["name"]]


def names(requirements: Iterable[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def brought(requirements: Iterable[Requirement]) -> set[str]:
    """The distributions that an installation of these has on this machine."""
    todo = [(requirement, extra) for requirement in requirements for extra in ("", *requirement.extras)]
    done: set[tuple[str, str]] = set()
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in done:
            continue
        done.add((name, extra))
        for needed in map(Requirement, metadata.requires(name) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                todo += [(needed, more) for more in ("", *needed.extras)]
    return {name for name, _ in done}


@cache
def owners() -> dict[str, str]:
    """Every module that is installed here → its distribution. RECORD is read as text: its own reader takes seconds."""
    found = {}
    for distribution in metadata.distributions():
        home, name = str(distribution.locate_file("")), canonicalize_name(distribution.name)
        for line in (distribution.read_text("RECORD") or "").splitlines():
            file = line.partition(",")[0]
            if file.endswith((".py", ".so", ".pyd")):
                found[f"{home}/{file}"] = name
    return found


def imported(source: Path) -> Iterator[str]:
    """The distributions of others that a module names in its imports."""
    for node in ast.walk(ast.parse(source.read_bytes())):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        for module in modules:
            if module.partition(".")[0] not in {*OURS, *sys.stdlib_module_names}:
                spec = importlib.util.find_spec(module)
                assert spec is not None, module
                yield owners()[str(spec.origin)]


def sources(extra: str) -> set[Path]:
    """The modules that may need an extra; without one, those that must do without any."""
    if extra == "dask":
        return DASK
    if extra == "postgres":
        return POSTGRES
    if extra == "sign":
        return SIGN
    if extra == "serve":
        return SERVE
    if extra == "source":
        return SOURCE
    if extra:
        return {*(ROOT / "checks" / extra / "client").glob("*.py"), OBJECTS[extra]}
    every = {path for name in OURS for path in (ROOT / name).rglob("*.py")}
    return (
        every
        - DASK
        - POSTGRES
        - SIGN
        - SERVE
        - SOURCE
        - {*OBJECTS.values()}
        - {path for path in every if path.parent.name == "client"}
    )


def test_every_extra_is_looked_at() -> None:
    assert {"", *PROJECT["optional-dependencies"]} == {*LOADED, "all"}
    assert PROJECT["optional-dependencies"]["all"] == [f"{PROJECT['name']}[aws,gcp,azure,source]"]


@pytest.mark.parametrize("extra", LOADED)
def test_an_extra_names_what_its_modules_import_and_nothing_else(extra: str) -> None:
    found = {name for source in sources(extra) for name in imported(source)}

    assert sources(extra)
    assert found - (names(declared("")) if extra else set()) == names(declared(extra))


@pytest.mark.parametrize("extra", LOADED)
def test_an_extra_brings_all_that_its_modules_load(extra: str) -> None:
    there = brought([*declared(""), *declared(extra)])
    hidden = [file for file, owner in owners().items() if owner not in there]
    done = subprocess.run(
        [sys.executable, "-c", HIDING, *LOADED[extra]], input="\n".join(hidden),
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip

    assert len(hidden) > 1000
    assert (done.returncode, done.stderr) == (0, "")
