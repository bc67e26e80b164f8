"""No check that joins resources costs more than in proportion to the inventory. Work is counted, never timed.

The resources of a case are cloned, together with what they refer to, into larger and larger inventories: once into
accounts of their own, once side by side in one account. Counted are the lines that Python runs and the steps of
generators, which give the same number on every machine.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import msgspec
import pytest
from counting import lines
from factories.aws import config, endpoint
from support import FAIL, PASS, UNKNOWN, Case, all_cases, inventory_of, registered

from checks.aws.sagemaker.resources import Endpoint, EndpointConfig
from checks.azure.security.resources import DefenderPlan, StorageDefender
from scanner.model.checks import Check
from scanner.model.nouns import Exposure, Resource, Severity, Status, Verdict, failed, passed
from scanner.model.views import View
from scanner.store.inventory import Inventory, InventoryView

#: another text for a text and a number
Numbered = Callable[[str, int], str]
Renaming = Callable[[Case], Numbered]

#: No name is used twice, so that what was remembered of one inventory saves no work for the next.
NUMBERS = itertools.count(1)
FEW, MANY = 20, 80
#: Four times as much, and a little for sorting.
LIMIT = 4.6


class Counted:
    """What `View.all` gives, a step of a generator for each resource that is taken from it."""

    def __init__(self, found: Any) -> None:
        self._found = found
        self.complete, self.complete_in = found.complete, found.complete_in

    def __iter__(self) -> Iterator[Any]:
        yield from self._found


class CountingView(InventoryView):
    """A view whose resources cannot be gone through unseen."""

    def all(self, kind: Any) -> Any:
        return Counted(super().all(kind))


def verdicts(check: Check, inventory: Inventory, subjects: list[Resource]) -> list[Status]:
    view = CountingView(inventory, check.needs, check.also)
    return [check(subject, view).status for subject in subjects]


def growth(check: Check, case: Case, rename: Renaming) -> float:
    """How many times more work four times as many resources are."""
    spent = []
    for size in (FEW, MANY):
        clones = cloned(case, rename, size)
        inventory = inventory_of(*(r for clone in clones for r in clone), incomplete=case.incomplete)
        subjects = list({clone[0].id: clone[0] for clone in clones}.values())
        found: list[Status] = []
        spent.append(lines(lambda: found.extend(verdicts(check, inventory, subjects))))  # noqa: B023 - called at once
        strange = set(found) - {case.expected}
        assert not strange, f"{check.slug}: clones of {case.name!r} give {strange}: its verdict hangs on a spelling"
    return spent[1] / spent[0]


def cloned(case: Case, rename: Renaming, times: int) -> list[list[Resource]]:
    """The resources of a case with every string in them renamed; the first of each is the one that is judged."""
    numbered = rename(case)
    found = [(type(resource), msgspec.to_builtins(resource)) for resource in (case.resource, *case.others)]
    ready = [(kind, values, anew(values, numbered)) for kind, values in found]
    numbers = itertools.islice(NUMBERS, times)
    return [[msgspec.convert(made(n) if made else values, kind) for kind, values, made in ready] for n in numbers]


def anew(value: Any, rename: Numbered) -> Callable[[int], Any] | None:
    """Makes a value of JSON types with every string renamed, keys included; none where that changes nothing.

    Most of what a case says is the same in all of its clones, and gone through once.
    """
    if isinstance(value, str):
        return partial(rename, value) if rename(value, 1) != value else None
    if isinstance(value, dict):
        keys, values = anew(list(value), rename), anew(list(value.values()), rename)
        if keys is None:
            return values and (lambda number: dict(zip(value, values(number), strict=True)))
        return lambda number: dict(zip(keys(number), values(number) if values else value.values(), strict=True))
    if isinstance(value, list | tuple):
        made = {at: inner for at, item in enumerate(value) if (inner := anew(item, rename)) is not None}
        if made:
            return lambda number: [made[at](number) if at in made else item for at, item in enumerate(value)]
    return None


def apart(case: Case) -> Numbered:
    """Clones in accounts of their own."""
    return renaming(names(case) | accounts(case))


def side_by_side(case: Case) -> Numbered:
    """Clones in the same account."""
    return renaming(names(case) - accounts(case))


def accounts(case: Case) -> set[str]:
    return {resource.scope.account for resource in (case.resource, *case.others)}


def names(case: Case) -> set[str]:
    """What the resources of a case are called and referred to by.

    Roles of Google's, plans of Defender and the names of its settings are the same for everybody.
    """
    everyone = [r for r in (case.resource, *case.others) if not r.name.startswith("roles/")]
    own = [r for r in everyone if not isinstance(r, (DefenderPlan, StorageDefender))]
    return {r.name for r in own} | {re.split(r"[/:]", re.split("[#@]", r.id)[0])[-1] for r in own}


def renaming(words: set[str]) -> Numbered:
    """Gives each of these words a number, wherever it stands alone. There is none if only accounts have names."""
    if not words:
        return lambda text, number: text
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    pattern = re.compile(rf"(?<![A-Za-z0-9_])({longest_first})(?![A-Za-z0-9_])", re.IGNORECASE)
    split = cache(pattern.split)  # every clone has the same strings

    def rename(text: str, number: int) -> str:
        pieces = split(text)
        if len(pieces) == 1:
            return text
        return "".join(numbered(piece, number) if at % 2 else piece for at, piece in enumerate(pieces))

    return rename


def numbered(word: str, number: int) -> str:
    """A number at the end; digits stay as many digits."""
    return str(int(word) + number).zfill(len(word)) if word.isdecimal() else f"{word}{number:06}"


CHECKS = [check for check in registered()[0].values() if check.needs]
EVERY_JOIN = [
    pytest.param(check, max(found, key=lambda case: len(case.others)), id=f"{check.slug}: {status}")
    for check in CHECKS
    for status in (PASS, FAIL, UNKNOWN)
    if (found := [case for case in all_cases().get(check.slug, []) if case.expected is status])
]


@pytest.mark.parametrize("rename", [apart, side_by_side])
@pytest.mark.parametrize(("check", "case"), EVERY_JOIN)
def test_work_grows_with_the_inventory_and_no_faster(check: Check, case: Case, rename: Any) -> None:
    times = growth(check, case, rename)

    assert times <= LIMIT, (
        f"{check.slug}: {MANY // FEW} times as many resources take {times:.1f} times the work ({case.name!r}): "
        "keep what it looks for in an index of `view.derive`, see docs/guides/adding-a-check.md"
    )


# -- this test can fail ------------------------------------------------------------------------------------------------


def configured(endpoint: Endpoint, view: View) -> Verdict:
    """Goes through all configurations for every endpoint."""
    for found in view.all(EndpointConfig):
        if found.name == endpoint.endpoint_config_name:
            return passed("found", endpoint_config_name=found.name)
    return failed("not found")


def listed_anew(endpoint: Endpoint, view: View) -> Verdict:
    """The same, without a loop of its own."""
    known = {found.name for found in view.all(EndpointConfig)}
    return passed("found") if endpoint.endpoint_config_name in known else failed("not found")


def against_an_index(endpoint: Endpoint, view: View) -> Verdict:
    """An index, but every endpoint goes through all of it."""
    known = view.derive(config_names)
    return passed("found") if any(name == endpoint.endpoint_config_name for name in known) else failed("not found")


def looked_up(endpoint: Endpoint, view: View) -> Verdict:
    """As it should be."""
    return passed("found") if endpoint.endpoint_config_name in view.derive(config_names) else failed("not found")


def config_names(view: View) -> dict[str, str]:
    return {found.name: found.id for found in view.all(EndpointConfig)}


@pytest.mark.parametrize("rename", [apart, side_by_side])
@pytest.mark.parametrize(
    ("function", "quadratic"), [(configured, True), (listed_anew, True), (against_an_index, True), (looked_up, False)]
)
def test_what_goes_through_all_resources_for_each_is_caught(function: Any, quadratic: bool, rename: Any) -> None:
    made = Check(
        function,
        id="MLP-4999",
        severity=Severity.LOW,
        objective="none",
        since="0.1.0",
        needs=(EndpointConfig,),
        exposure=Exposure.INTERNAL,
        blind_to=(),
    )
    case = Case("served", PASS, endpoint(endpoint_config_name="sentiment-1"), config())

    assert (growth(made, case, rename) > LIMIT) is quadratic
