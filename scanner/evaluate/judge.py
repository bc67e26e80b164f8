"""Judge an inventory: every check on every resource of its kind gives exactly one verdict. Pure and deterministic."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner.evaluate.trusting import Trusting
from scanner.model.checks import Check
from scanner.model.nouns import Resource, Status, Verdict
from scanner.model.views import View
from scanner.store.inventory import Inventory, InventoryView

log = logging.getLogger("mlposture")

#: What is said of a pass that rests on what people or pipelines wrote there.
NOT_VERIFIED = "recorded, not verified"
#: Characters of a value that are shown when it is not understood.
_SHOWN = 80


class Judgement(Struct, frozen=True):
    """One verdict, with what gave it and what it is about."""

    check: Check
    resource: Resource
    verdict: Verdict


def evaluate(inventory: Inventory, checks: Sequence[Check], trusting: Trusting | None = None) -> Iterator[Judgement]:
    """Judgements by kind, then resource id, then check id: each resource is read once.

    A check that breaks gives `unknown`.
    """
    trusting = trusting or Trusting(inventory)
    by_kind: dict[str, list[Check]] = {}
    for check in sorted(checks, key=lambda c: c.id):
        by_kind.setdefault(check.kind.kind, []).append(check)
    # Checks that join the same kinds share a view, and with it the indexes derived from it.
    views: dict[tuple[frozenset[type[Resource]], ...], View] = {}
    for _, of_kind in sorted(by_kind.items()):
        seeing = []
        for check in of_kind:
            needs = frozenset(check.needs), frozenset(check.also)
            if needs not in views:
                views[needs] = InventoryView(inventory, check.needs, check.also)
            seeing.append((check, views[needs]))
        for resource in inventory.all(of_kind[0].kind):
            for check, view in seeing:
                yield Judgement(check, resource, judge(check, resource, view, trusting=trusting))


def judge(check: Check, resource: Resource, view: View | None = None, *, trusting: Trusting) -> Verdict:
    """The verdict of one check on one resource. A check that joins nothing needs no view."""
    try:
        verdict = check(resource, view)
        if verdict.foreign:
            verdict = trusting.settle(verdict)
        return explained(verdict, check, resource, view) if verdict.missing else verdict
    except Exception as error:
        log.warning("%s broke on %s: %s", check.id, resource.id, error, exc_info=log.isEnabledFor(logging.DEBUG))
        return Verdict(Status.UNKNOWN, f"the check broke on this resource ({type(error).__name__}); please report it")


def shown(judgement: Judgement) -> Verdict:
    """The verdict as reports show it. Most are only counted, and nothing is done for the words of these."""
    check, verdict = judgement.check, judgement.verdict
    if UNSET in verdict.evidence.values():  # beside what decides, and no report can hold it
        seen = {name: value for name, value in verdict.evidence.items() if value is not UNSET}
        verdict = msgspec.structs.replace(verdict, evidence=seen)
    if check.recorded and verdict.status is Status.PASS:
        verdict = msgspec.structs.replace(verdict, message=f"{verdict.message}; {NOT_VERIFIED}")
    if check.blind_to and verdict.status is Status.PASS and not verdict.missing:
        return msgspec.structs.replace(verdict, message=f"{verdict.message}; not seen: {', '.join(check.blind_to)}")
    return verdict


def explained(verdict: Verdict, check: Check, resource: Resource, view: View | None) -> Verdict:
    """An `unknown` verdict that calls no value unobserved that was seen: it shows one that was not understood."""
    seen = {name: _seen(name, verdict, check, resource, view) for name in verdict.missing}
    unseen = [name for name, value in seen.items() if value is UNSET]
    absent = [name for name, value in seen.items() if value is None]
    if len(unseen) == len(seen):
        return verdict
    if unseen:
        message = "not observed: " + ", ".join(unseen)
    elif absent:
        message = f"the provider says nothing in {' and '.join(absent)}"
    else:
        shown = " and ".join(f"`{value}` in {name}" for name, value in seen.items())
        message = f"saw {shown}, which this version does not know"
    return msgspec.structs.replace(verdict, message=message)


def _seen(name: str, verdict: Verdict, check: Check, resource: Resource, view: View | None) -> str | UnsetType | None:
    """The value of a field that a verdict misses, as it is shown; None if it was seen to be absent, else `UNSET`."""
    kind, _, field = name.rpartition(".")
    holders: list[Any] = [] if kind else [resource]
    if kind and view is not None:
        joined = [each for each in check.needs if each.kind.rpartition(".")[2] == kind]
        holders = [view.get(each, id) for each in joined for id in verdict.path]
    for holder in holders:
        value = getattr(holder, field, UNSET)
        if value is None:
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)[:_SHOWN]
    return UNSET


def fingerprint(check_id: str, resource: Resource, subkey: str = "") -> str:
    """Identity of a finding across runs: check, provider, account, resource, sub-key; never message, order or time."""
    parts = (check_id, resource.scope.provider, resource.scope.account, resource.id, subkey)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
