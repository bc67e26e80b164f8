"""Import check and collector modules, so that they register themselves. None of them imports a cloud SDK."""

import importlib
import os
from collections.abc import Iterable

from scanner.model.checks import CHECKS, Check
from scanner.model.collectors import COLLECTORS, Collector
from scanner.model.nouns import Resource

CLOUDS = ("aws", "gcp", "azure")
#: What can be scanned: clouds, and other sources of evidence in the same shape.
PROVIDERS = (*CLOUDS, "mlflow", "lineage")
#: The folder of checks whose kinds come from several providers.
_ACROSS = "across"
#: The folder of each provider that imports its SDK. Nothing registers itself there.
_CLIENT = "client"


def load(providers: Iterable[str] = PROVIDERS) -> tuple[dict[str, Check], dict[str, Collector]]:
    """All checks by id and collectors by kind of these providers.

    A check whose kinds come from several of them is there if all of these are wanted.
    """
    wanted = frozenset(providers)
    for folder in (*sorted(wanted), *([_ACROSS] if len(wanted) > 1 else [])):
        package = importlib.import_module(f"checks.{folder}")
        for name in sorted(_modules(package.__path__[0], package.__name__)):
            importlib.import_module(name)
    checks = {id: check for id, check in sorted(CHECKS.items()) if check.providers <= wanted}
    collectors = {kind: made for kind, made in sorted(COLLECTORS.items()) if made.provider in wanted}
    return checks, collectors


def kinds(collectors: Iterable[Collector]) -> dict[str, type[Resource]]:
    """Resource classes by kind name."""
    return {collector.kind.kind: collector.kind for collector in collectors}


def _modules(folder: str, package: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, _, suffix = entry.name.partition(".")
            if entry.is_dir() and not entry.name.startswith((".", "_")) and entry.name != _CLIENT:
                yield from _modules(entry.path, f"{package}.{entry.name}")
            elif suffix == "py" and stem != "__init__":
                yield f"{package}.{stem}"
