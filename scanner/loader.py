"""Import check and collector modules so that they register themselves, and facades by name.

Only a facade imports a cloud SDK.
"""

import importlib
import os
from collections.abc import Iterable
from typing import Any

from scanner.check import CHECKS, Check
from scanner.collector import COLLECTORS, Collector
from scanner.errors import InputError
from scanner.model import Resource

PROVIDERS = ("aws", "gcp", "azure")
#: Modules that need an SDK, or that no registration lives in.
_SKIPPED = {
    *("api", "permissions", "__init__"),
    *("addresses", "clients", "failures", "sessions", "signing", "transport", "web", "wire"),  # parts of facades
}


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


def facade(provider: str) -> Any:
    """The module that asks a provider. Raises InputError when its SDK is not installed."""
    try:
        return importlib.import_module(f"checks.{provider}.api")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("checks", "scanner"):
            raise
        advice = f"{provider}: the SDK is not installed ({error.name}); pip install 'mlposture[{provider}]'"
        raise InputError(advice) from error


def _modules(folder: str, package: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, _, suffix = entry.name.partition(".")
            if entry.is_dir() and not entry.name.startswith((".", "_")):
                yield from _modules(entry.path, f"{package}.{entry.name}")
            elif suffix == "py" and stem not in _SKIPPED:
                yield f"{package}.{stem}"
