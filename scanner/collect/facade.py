"""The module that asks a provider, imported by name when a scan of it begins: it alone imports a cloud's SDK."""

import importlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from time import monotonic
from typing import Any

from scanner.calls.client import Calls
from scanner.collect.extras import needs
from scanner.model import own
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.proxies import keep_secrets_from_proxies

#: Seconds after the time limit in which what ends by itself may say why.
_GRACE = 1.0


def connect(provider: str, settings: Mapping[str, Any], calls: Calls) -> Any:
    """A provider that is ready to be asked. Raises CannotScan when there are no credentials, or no SDK that imports.

    Credentials come over the network, too, from commands and from files that may be pipes: all of it is in bounds, and
    over when the time of the scan is.
    """
    own.note_environment()
    keep_secrets_from_proxies()
    what = f"{provider}: the SDK"
    with needs(provider, what):
        facade = importlib.import_module(f"checks.{provider}.client.api")
    with needs(provider, what, failing=ImportError):  # SDKs import some of their modules when credentials call for them
        try:
            return _in_time(lambda: calls.watch().run(lambda: facade.connect(settings, calls)), provider, calls.until)
        except CallFailed as failure:
            raise CannotScan(f"{provider}: there are no credentials: {failure.detail}") from failure


def _in_time(function: Callable[[], Any], provider: str, until: float | None) -> Any:
    """What the function gives. Raises CannotScan if it gives nothing in time; what it waits for is left alone then."""
    if until is None:
        return function()
    done: Future[Any] = Future()

    def work() -> None:
        try:
            done.set_result(function())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, name="connect", daemon=True).start()
    try:
        return done.result(max(0.0, until - monotonic()) + _GRACE)
    except TimeoutError as error:
        if done.done():
            raise
        raise CannotScan(f"{provider}: the scan reached its time limit before there were credentials") from error
