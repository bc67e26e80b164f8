"""Populations that an auditor takes samples from: all model versions, configurations of endpoints and identities.

A population is what this scan saw of a system, and how far that is all. An approval is one that was recorded beside a
version: nobody verified it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct

from scanner.evidence.dossier_types import Dossier, Held
from scanner.model.collectors import COLLECTORS
from scanner.model.errors import InputError
from scanner.model.nouns import Resource, Scope, plain
from scanner.store.inventory import Inventory

#: What checks show the approval of a model as.
_APPROVAL = "ModelPackage.approval_status"


class Kept(Struct, frozen=True):
    """A population as this makes it: its title, its kinds with the fields that it shows, the controls it answers."""

    title: str
    kinds: Mapping[str, tuple[str, ...]]
    controls: Mapping[str, tuple[str, ...]]
    limit: str


_APPROVALS = "An approval is shown as it was recorded. Who gave it, and when, is not read, and nobody verified it."
KNOWN: Mapping[str, Kept] = {
    "model-versions": Kept(
        "Model versions",
        {
            "aws.sagemaker.Model": ("creation_time",),
            "aws.sagemaker.ModelPackage": (),
            "gcp.vertex_ai.Model": ("version",),
            "azure.machine_learning.OnlineDeployment": ("model",),
        },
        {
            "soc2": ("CC8.1",),
            "iso-42001": ("A.6.2.5",),
            "eu-ai-act": ("Annex IV(6)",),
        },
        f"{_APPROVALS} Of Azure ML these are the versions that deployments name, of the registry of SageMaker the "
        "packages that models are made from, and no others. What was deleted before this scan is not among them.",
    ),
    "endpoint-changes": Kept(
        "Configurations of endpoints",
        {
            "aws.sagemaker.EndpointConfig": (),
            "aws.sagemaker.InferenceComponent": (),
            "gcp.vertex_ai.Endpoint": (),
            "azure.machine_learning.OnlineDeployment": ("model",),
        },
        {},
        "This scan does not read changes: these are the configurations that were there when it read, without those "
        "before and without times. So no control is answered from them.",
    ),
    "principals": Kept(
        "Identities that the system acts as",
        {
            "aws.iam.Role": (),
            "gcp.iam.ServiceAccount": ("disabled",),
            "azure.authorization.Assignee": (),
        },
        {"soc2": ("CC6.1", "CC6.3")},
        "People who may sign in are not among them, nor identities that were deleted before this scan: it reads those "
        "that workloads run as.",
    ),
}


class Approval(Struct, frozen=True, kw_only=True, order=True):
    """What is recorded of the approval of a version: where, and its status as the provider spells it."""

    recorded_in: str
    status: str
    by: str = "not read"
    at: str = "not read"


class Item(Struct, frozen=True, kw_only=True):
    """One of a population, with the fields that it is told by."""

    kind: str
    id: str
    name: str
    scope: Scope
    fields: Mapping[str, Any]
    approvals: tuple[Approval, ...] = ()


class ReadBy(Struct, frozen=True, kw_only=True, order=True):
    """In whose name an account was read, as far as that is known."""

    provider: str
    account: str
    name: str


class Population(Struct, frozen=True, kw_only=True):
    """All of a kind of thing that a scan saw of a system: what was asked, by whom and when, and whether that is all.

    `pages` are the replies that listed its kinds; 0 where each was asked for by itself, or nobody noted them.
    `why_incomplete` says why there may be more; `controls` are those, by framework, that a sample of it bears on.
    """

    id: str
    title: str
    system: str
    controls: Mapping[str, tuple[str, ...]]
    kinds: tuple[str, ...]
    operations: tuple[str, ...]
    pages: int
    count: int
    complete: bool
    why_incomplete: tuple[str, ...]
    first: str
    last: str
    read_by: tuple[ReadBy, ...]
    limits: tuple[str, ...]
    items: tuple[Item, ...]
    schema: Literal["mlposture/population/v1"] = "mlposture/population/v1"


def populations_of(dossier: Dossier, inventory: Inventory, kinds: Mapping[str, type[Resource]]) -> Iterator[Population]:
    """The populations of the system of a dossier, also those that are empty."""
    for id, known in KNOWN.items():
        held = [one for one in dossier.resources if one.kind in known.kinds]
        times = sorted(origin.at for one in held for origin in one.origins)
        asked = _asked(dossier, known)
        why = tuple(_why_incomplete(dossier, inventory, asked))
        yield Population(
            id=id,
            title=known.title,
            system=dossier.cover.system,
            controls=known.controls,
            kinds=asked,
            operations=_operations(held, asked),
            pages=sum(listing.pages for (kind, _), listing in inventory.listings.items() if kind in asked),
            count=len(held),
            complete=not why,
            why_incomplete=why,
            first=times[0] if times else "",
            last=times[-1] if times else "",
            read_by=tuple(_read_by(dossier, held)),
            limits=(known.limit,),
            items=tuple(_item(one, known, dossier, inventory, kinds) for one in held),
        )


def _asked(dossier: Dossier, known: Kept) -> tuple[str, ...]:
    """The kinds of a population in the clouds that the system is in."""
    clouds = {include.provider for include in dossier.declared.selectors.include}
    return tuple(kind for kind in known.kinds if kind.partition(".")[0] in clouds)


def _operations(held: Sequence[Held], asked: Sequence[str]) -> tuple[str, ...]:
    """The calls that gave it; where it is empty, those that would have."""
    answered = {origin.operation for one in held for origin in one.origins}
    declared = {operation for kind in asked for operation in COLLECTORS[kind].operations}
    return tuple(sorted(answered or declared))


def _why_incomplete(dossier: Dossier, inventory: Inventory, asked: Sequence[str]) -> Iterator[str]:
    """Why a population may have more items than were seen."""
    for kind in asked:
        listings = [listing for (name, _), listing in inventory.listings.items() if name == kind]
        short = sum(not listing.complete for listing in listings)
        if not listings:
            yield f"{kind}: nobody asked for these"
        elif short:
            yield f"{kind}: {short} of {len(listings)} listings are incomplete"
    yield from dossier.cover.blind


def _read_by(dossier: Dossier, held: Sequence[Held]) -> Iterator[ReadBy]:
    names = {(one.provider, one.account): one.name for one in dossier.cover.readers}
    for provider, account in sorted({(one.scope.provider, one.scope.account) for one in held}):
        yield ReadBy(provider=provider, account=account, name=names.get((provider, account), ""))


def _item(one: Held, known: Kept, dossier: Dossier, inventory: Inventory, kinds: Mapping[str, type[Resource]]) -> Item:
    found = inventory.find(kinds[one.kind], one.id)
    shown = {name: getattr(found, name, UNSET) for name in known.kinds[one.kind]}
    return Item(
        kind=one.kind,
        id=one.id,
        name=one.name,
        scope=one.scope,
        fields={name: plain(value) for name, value in shown.items() if value is not UNSET},
        approvals=tuple(_approvals(one, found, dossier)),
    )


def _approvals(one: Held, found: Resource | None, dossier: Dossier) -> Iterator[Approval]:
    """What is recorded of the approval of a model package, or, by a check, of those that a model is made from."""
    own = getattr(found, "approval_status", None)
    if isinstance(own, str):
        yield Approval(recorded_in=one.id, status=own)
    for seen in dossier.observations:
        statuses = seen.evidence.get(_APPROVAL) if (seen.kind, seen.resource) == (one.kind, one.id) else None
        for id, status in sorted(statuses.items()) if isinstance(statuses, Mapping) else ():
            yield Approval(recorded_in=id, status=str(status))


# -- samples -----------------------------------------------------------------------------------------------------------


def answering(populations: Iterable[Population], control: str) -> list[Population]:
    """The populations that a control, `CC8.1` or `soc2:CC8.1`, is answered from. Raises InputError if none is."""
    framework, _, id = control.rpartition(":")
    populations = list(populations)
    found = [
        one for one in populations if any(id in ids for name, ids in one.controls.items() if framework in ("", name))
    ]
    if not found:
        known = sorted({f"{name}:{id}" for one in populations for name, ids in one.controls.items() for id in ids})
        raise InputError(f"--control {control}: no population answers it; there are some for {', '.join(known)}")
    return found


def sample(population: Population, size: int, seed: str) -> tuple[Item, ...]:
    """A sample that anybody can draw again: the items with the lowest SHA-256 of seed, a line feed and id.

    It does not depend on the order of the population, nor on how a language makes random numbers.
    """

    def drawn(item: Item) -> str:
        return hashlib.sha256(f"{seed}\n{item.id}".encode("utf-8", "backslashreplace")).hexdigest()

    return tuple(sorted(population.items, key=lambda item: (drawn(item), item.kind))[:size])
