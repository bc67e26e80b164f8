"""The module that asks a provider, imported by name when a scan of it begins: it alone imports that cloud's SDK."""

import importlib
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.model.errors import CannotScan

_HOME = Path(__file__).resolve().parent.parent.parent


def facade(provider: str) -> Any:
    """The module that asks a provider. Raises CannotScan when its SDK is not installed, or does not import."""
    try:
        return importlib.import_module(f"checks.{provider}.client.api")
    except Exception as error:
        if _is_ours(error):
            raise
        said = f"{provider}: the SDK cannot be imported ({type(error).__name__}: {error})"
        if isinstance(error, ModuleNotFoundError):
            said = f"{provider}: the SDK is not installed, or not all of it (there is no module {error.name})"
        raise CannotScan(f"{said}; run: pip install 'mlposture[{provider}]'") from error


def _is_ours(error: Exception) -> bool:
    """Whether a module of ours does not import because of itself: a defect, whatever is installed."""
    if isinstance(error, ImportError):
        return (error.name or "").partition(".")[0] in ("scanner", "checks", "reports")
    where = error.filename if isinstance(error, SyntaxError) else _innermost(error.__traceback__)
    return where is not None and Path(where).resolve().is_relative_to(_HOME / "checks")


def _innermost(trace: TracebackType | None) -> str | None:
    where = None
    while trace is not None:
        where, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    return where
