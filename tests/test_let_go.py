"""Who is asked is let go of at the end of a scan: processes that scan again and again hold nothing of those before."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scanning


def _sockets() -> set[str]:
    """The sockets of this process, by inode."""
    found = set()
    for handle in Path("/proc/self/fd").iterdir():
        try:
            target = str(handle.readlink())
        except FileNotFoundError:  # that of the listing itself
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


def test_a_scan_leaves_no_connection_and_none_of_who_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: dict[str, type] = {}
    before = _sockets()
    for provider in scanning.PROVIDERS:
        module = importlib.import_module(f"checks.{provider}.client.api")
        monkeypatch.setattr(module, "connect", _noting(kinds, provider, module.connect))
        with scanning.running(provider):
            inventory = scanning.take_inventory(provider)
        assert inventory.count() > 0
        del inventory
    # What the suite has said to stay may hold a scan of this test, too.
    gc.unfreeze()
    gc.collect()
    held = [each for each in gc.get_objects() if type(each) in kinds.values()]
    gc.freeze()
    assert set(kinds) == set(scanning.PROVIDERS)
    assert held == [], "what holds them? A cache of methods, a finaliser or a handler that is registered for good"
    assert _sockets() - before == set(), "connections stay open: close() of the provider lets go of its pools"


def _noting(kinds: dict[str, type], provider: str, connect: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any) -> Any:
        connected = connect(*args)
        kinds[provider] = type(connected)
        return connected

    return noted
