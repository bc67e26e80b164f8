"""Import check and collector modules so that they register themselves. Imports no cloud SDK: facades are left out."""

import importlib
import os
from collections.abc import Iterable

from scanner.check import CHECKS, Check
from scanner.collector import COLLECTORS, Collector
from scanner.model import Resource

PROVIDERS = ("aws", "gcp", "azure")
#: Modules that need an SDK, or that no registration lives in.
_SKIPPED = {"api", "permissions", "__init__"}


def load(providers: Iterable[str] = PROVIDERS) -> tuple[dict[str, Check], dict[str, Collector]]:
    """All checks by id and collectors by kind of these providers."""
    wanted = tuple(providers)
    for provider in wanted:
        package = importlib.import_module(f"checks.{provider}")
        for name in sorted(_modules(package.__path__[0], package.__name__)):
            importlib.import_module(name)
    checks = {id: check for id, check in sorted(CHECKS.items()) if check.provider in wanted}
    collectors = {kind: made for kind, made in sorted(COLLECTORS.items()) if made.provider in wanted}
    return checks, collectors


def kinds(collectors: Iterable[Collector]) -> dict[str, type[Resource]]:
    """Resource classes by kind name."""
    return {collector.kind.kind: collector.kind for collector in collectors}


def _modules(folder: str, package: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, _, suffix = entry.name.partition(".")
            if entry.is_dir() and not entry.name.startswith((".", "_")):
                yield from _modules(entry.path, f"{package}.{entry.name}")
            elif suffix == "py" and stem not in _SKIPPED:
                yield f"{package}.{stem}"
