"""Scans of simulated clouds inside the test process: real SDKs, real HTTP, no command line."""

from __future__ import annotations

import importlib
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Condition, Event
from typing import Any
from unittest import mock

import msgspec
from support import TESTS, named, registered
from worlds.base import World, read_world

from scanner.calls.client import Calls, Manners
from scanner.calls.clock import Clock
from scanner.calls.pace import Tuning
from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.evaluate.judge import evaluate
from scanner.model.checks import Check
from scanner.model.nouns import Status
from scanner.store.inventory import Inventory

PROVIDERS = ("aws", "gcp", "azure", "mlflow", "lineage")
_CLASSES = {
    "aws": "AwsWorld",
    "gcp": "GcpWorld",
    "azure": "AzureWorld",
    "mlflow": "MlflowWorld",
    "lineage": "LineageWorld",
}
#: Patient with replies, so that a busy machine does not look like a fault.
QUICK = Manners(concurrency=8, read_timeout=10, pace=Tuning(first_rate=100, least_rate=10))
#: For faults that are nothing but a late reply.
HASTY = msgspec.structs.replace(QUICK, read_timeout=2)
#: Environment that could lead a scan astray on a developer's machine.
_FOREIGN = (
    "AWS_",
    "MLFLOW_",
    "OPENLINEAGE_",
    "GOOGLE_",
    "AZURE_",
    "MLPOSTURE_",
    "CLOUDSDK_",
    "STORAGE_EMULATOR_HOST",
    "REQUESTS_CA_BUNDLE",
)


class Hurried(Clock):
    """Passes so many times as fast: throttling and retries are as they are, and only the waiting is short."""

    def __init__(self, times: float) -> None:
        self._times = times

    def now(self) -> float:
        return super().now() * self._times

    def wait(self, moved: Condition | Event, seconds: float) -> None:
        super().wait(moved, seconds / self._times)


HURRIED = Hurried(100)
Verdicts = dict[tuple[str, str], Status]


def world_class(provider: str) -> type[World]:
    return getattr(importlib.import_module(f"worlds.{provider}"), _CLASSES[provider])  # type: ignore[no-any-return]


@cache
def _document(provider: str) -> bytes:
    path = TESTS / "worlds" / "data" / f"{provider}.yaml"
    return pickle.dumps(read_world(path.read_text(encoding="utf-8")))


def document(provider: str) -> dict[str, Any]:
    """A fresh copy of the demo organisation's world, to be changed at will."""
    return pickle.loads(_document(provider))  # type: ignore[no-any-return]


def crowd(copies: int = 21, roles: int = 4) -> dict[str, Any]:
    """The demo organisation on AWS with so many models, jobs and roles that they are asked for in bulk."""
    made = document("aws")
    made["roles"] += [{**role, "name": f"{role['name']}-{n}"} for role in made["roles"] for n in range(roles)]
    for kinds in (services["sagemaker"] for services in made["regions"].values()):
        for kind, member in (("Model", "ExecutionRoleArn"), ("TrainingJob", "RoleArn")):
            name = f"{kind}Name"
            kinds[kind] = [
                {**entry, name: f"{entry[name]}-{n}"}
                | ({member: f"{entry[member]}-{n % roles}"} if member in entry else {})
                for entry in kinds.get(kind, ())
                for n in range(copies)
            ]
    return made


@contextmanager
def running(provider: str, changed: dict[str, Any] | None = None) -> Iterator[World]:
    """The demo organisation's world (or a changed copy of it), running, with the environment pointing at it alone."""
    with world_class(provider)(changed if changed is not None else document(provider)) as world, _pointing_at(world):
        yield world


@contextmanager
def all_running(**changed: dict[str, Any]) -> Iterator[dict[str, World]]:
    """The worlds of all providers (or changed copies of them), running, with the environment pointing at them."""
    with ExitStack() as stack:
        worlds = {
            name: stack.enter_context(world_class(name)(changed.get(name) or document(name))) for name in PROVIDERS
        }
        stack.enter_context(_pointing_at(*worlds.values()))
        yield worlds


@contextmanager
def _pointing_at(*worlds: World) -> Iterator[None]:
    share_models()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    for world in worlds:
        clean |= world.env()
    with mock.patch.dict(os.environ, clean, clear=True):
        yield


@cache
def share_models() -> None:
    """Let all sessions of botocore have one loader, and know each other's handlers of events and names for themselves.

    In a small account, reading models, registering handlers and spelling a user agent is most of a scan.
    """
    from botocore import hooks, session, useragent

    session.create_loader = cache(session.create_loader)
    hooks.accepts_kwargs = _by_code(hooks.accepts_kwargs)
    useragent.sanitize_user_agent_string_component = cache(useragent.sanitize_user_agent_string_component)
    aliased, names = hooks.EventAliaser._alias_event_name, {}

    def remembered(self: Any, name: str) -> str:
        if name not in names:
            names[name] = aliased(self, name)
        return names[name]

    hooks.EventAliaser._alias_event_name = remembered


def _by_code(asked: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """What is said of a handler, remembered by its code: a handler itself would hold its client, and all that has."""
    known: dict[Any, bool] = {}

    def remembered(handler: Any) -> bool:
        code = getattr(handler, "__code__", None)
        if code is None:
            return asked(handler)
        if code not in known:
            known[code] = asked(handler)
        return known[code]

    return remembered


def manners_for(*faults: str | None) -> Manners:
    """How to scan a world where things go wrong in these ways."""
    return HASTY if "timeout" in faults else QUICK


def quick_calls(manners: Manners = QUICK) -> Calls:
    """What a provider is asked through, for which time passes fast."""
    return Calls(manners, clock=HURRIED)


def take_inventory(
    provider: str,
    checks: Sequence[Check] | None = None,
    *,
    manners: Manners = QUICK,
    verify: bool = True,
    tags: bool = True,
    systems: bool = True,
    documents: bool = True,
    logs: tuple[str, ...] | None = None,
    call_seconds: float | None = None,
    **settings: Any,
) -> Inventory:
    """Plan and collect against whatever the environment points at, with all that may be asked.

    `logs` are those that AI systems name, by default those of the demo organisation.

    Calls have `call_seconds` once it is known who asks, without which there is no scan.
    """
    known, collectors = registered()
    logs = named() if logs is None else logs
    wanted = checks or [check for check in known.values() if check.providers == {provider}]
    inventory = Inventory(datetime.now(UTC))
    settings["taken_at"] = inventory.taken_at
    calls = quick_calls(manners)
    connected = importlib.import_module(f"checks.{provider}.client.api").connect(settings, calls)
    if call_seconds is not None:
        bounds = msgspec.structs.replace(manners.bounds, call_seconds=call_seconds)
        calls.manners = msgspec.structs.replace(manners, bounds=bounds)
    try:
        asked = (provider,) if tags else ()
        plan = make_plan(
            wanted, collectors, verify=verify, tags=asked, systems=systems, documents=documents, named=logs
        )
        collect(plan, connected, inventory, concurrency=manners.concurrency, calls=calls)
    finally:
        connected.close()
    return inventory


def verdicts_of(inventory: Inventory, provider: str, checks: Sequence[Check] | None = None) -> Verdicts:
    """Every verdict as (check slug, resource id) → status."""
    wanted = (
        [check for check in registered()[0].values() if check.providers == {provider}] if checks is None else checks
    )
    return {(j.check.slug, j.resource.id): j.verdict.status for j in evaluate(inventory, wanted)}


@cache
def calm(provider: str) -> tuple[Inventory, Verdicts, tuple[Any, ...]]:
    """Inventory, verdicts and request log of an undisturbed scan of the demo organisation."""
    with running(provider) as world:
        inventory = take_inventory(provider)
        return inventory, verdicts_of(inventory, provider), tuple(world.log)


def with_faults(provider: str, prepare: Callable[[World], None], **settings: Any) -> tuple[Inventory, Verdicts]:
    """Inventory and verdicts of a scan of the demo organisation after `prepare` has broken something."""
    with running(provider) as world:
        prepare(world)
        inventory = take_inventory(provider, **settings)
    return inventory, verdicts_of(inventory, provider)
