"""Scans for tests of `mlposture diff`: inventories of notebooks, and reports of them in each form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from commandline import mlposture
from factories.aws import HERE, notebook
from support import NOW

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.nouns import Listing, Resource, Scope
from scanner.store.inventory import Inventory

CHECK = "MLP-1001"
#: What a comparison may be made of, by the options that write it and the end of its name.
FORMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": ("json", ("--verdicts", "all")),
    "default": ("json", ()),
    "failures": ("json", ("--verdicts", "fail")),
    "sarif": ("sarif", ()),
    "full": ("sarif", ("--sarif-profile", "full", "--verdicts", "all")),
    "grouped": ("sarif", ("--sarif-group", "check")),
    "inventory": ("inventory.json", ()),
}


def lab(name: str, state: Any = "Enabled", scope: Scope = HERE) -> Resource:
    """A notebook whose way to the internet is open, closed or not seen."""
    made = notebook(name, direct_internet_access=state)
    return made if scope == HERE else type(made)(**{**_fields(made), "scope": scope, "id": made.id + scope.account})


def _fields(one: Resource) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


class Scanned:
    """Scans by their number, in a folder, of the check `CHECK` unless `options` say otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def scan(
        self,
        number: int,
        *resources: Resource,
        scopes: tuple[Scope, ...] = (HERE,),
        complete: bool = True,
        form: str = "all",
        options: tuple[str, ...] = ("--check", CHECK),
    ) -> str:
        """The name of a file that says what was found on that day."""
        inventory = Inventory(NOW + timedelta(days=number))
        for resource in resources:
            inventory.add(resource)
        inventory.scopes = scopes
        for scope in scopes:
            inventory.listings[NotebookInstance.kind, scope] = Listing(
                kind=NotebookInstance.kind, scope=scope, complete=complete
            )
        inventory.save(self.folder / f"{number}.inventory.json")
        ending, written = FORMS[form]
        name = f"{number}.{ending}"
        if form != "inventory":
            done = mlposture(
                "evaluate", f"{number}.inventory.json", "-o", name, "--fail-on", "never", "-q", *written, *options,
                cwd=self.folder,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        return name

    def diff(self, *arguments: str) -> CompletedProcess[str]:
        return mlposture("diff", *arguments, cwd=self.folder)

    def compared(self, *arguments: str) -> dict[str, Any]:
        """The comparison as JSON."""
        done = self.diff(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]


def states(found: Mapping[str, Any], check: str = CHECK) -> dict[str, str]:
    """What became of each resource, by its name."""
    return {one["resource"]["name"]: one["state"] for one in found["findings"] if one["check"]["id"] == check}
