"""The module that asks a provider, imported by name when a scan of it begins: it alone imports that cloud's SDK."""

import importlib
from collections.abc import Mapping
from typing import Any

from scanner.calls.client import Calls
from scanner.collect.extras import needs
from scanner.model import own


def connect(provider: str, settings: Mapping[str, Any], calls: Calls) -> Any:
    """A provider that is ready to be asked. Raises CannotScan when there are no credentials, or no SDK that imports."""
    own.note_environment()
    what = f"{provider}: the SDK"
    with needs(provider, what):
        facade = importlib.import_module(f"checks.{provider}.client.api")
    with needs(provider, what, failing=ImportError):  # SDKs import some of their modules when credentials call for them
        return facade.connect(settings, calls)
