"""What saved inventories have to say of one model or data set: the facts of a draft, each with how it is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import asdict

from scanner.bom.bill import read_items
from scanner.bom.items import Item, Role
from scanner.bom.kept_items import Entry, Items
from scanner.cards.card import Card, completeness
from scanner.cards.card_draft import Basis, Draft, Section, Statement, card_sections, gathered
from scanner.cli.card_mlflow import KIND, Recorded, recorded_of
from scanner.cli.data_facts import answered, described_data, is_id, of_tables, readers_of, written_over
from scanner.cli.declared import with_room
from scanner.cli.judging import load_saved
from scanner.model.errors import InputError
from scanner.systems.graph import Graph

if TYPE_CHECKING:
    from scanner.model.collectors import Collector
    from scanner.model.nouns import Resource
    from scanner.store.inventory import Inventory

#: So many names are listed in an error, or of what refers to one thing.
_MOST = 5
#: What may be a data set: addresses that jobs read, and the stores that these lie in.
_DATA: tuple[Role, ...] = ("dataset", "store")
#: Fields that hold what people decided, and the platform keeps.
_RECORDED = frozenset({"approval_status", "description"})
#: Evaluations that Vertex AI keeps of its versions. Their metrics are not read.
_EVALUATION = "gcp.vertex_ai.ModelEvaluation"


class Saved(NamedTuple):
    """Saved inventories, and the items of a bill of materials that they make."""

    inventory: Inventory
    collectors: Mapping[str, Collector]
    items: Items


def read_saved(paths: Sequence[str]) -> Saved:
    """Raises InputError."""
    inventory, _, collectors = load_saved(paths)
    graph = with_room(inventory, lambda folder: Graph(inventory, collectors, folder))
    items = with_room(inventory, lambda folder: read_items(inventory, graph, collectors, None, folder))
    return Saved(inventory, collectors, items)


def card_draft(saved: Saved, name: str) -> Draft:
    """What there is to say of a model. Raises InputError where none, or several, are called so."""
    entry = _only(saved, name, "model", lambda item: item.role == "model" and item.basis == "observed")
    item, near = entry.item, _near(saved, entry)
    cards = tuple(_cards(saved, item))
    artifacts = tuple(one.url for one in near.below if one.role == "artifact")
    data = _trained_on(saved, item.ref)
    jobs = [one for one in near.below if one.role == "job"]
    recorded = recorded_of(saved.inventory, item.ref) if item.kind == KIND else Recorded()
    answers = gathered(
        [
            *((("MC-1.2", Statement("observed", "created", item.created)),) if item.created else ()),
            *((("MC-1.3", Statement("observed", "version", item.version)),) if item.version else ()),
            *(("MC-6.1", Statement("inferred", "read by the job that wrote its artifact", one)) for one in data),
            *_evaluations(saved, item),
            *recorded.answers,
        ]
    )
    return Draft(
        ref=item.ref,
        name=item.name,
        kind=item.kind,
        version=item.version,
        taken_at=saved.inventory.taken_at,
        sections=card_sections(),
        answers=answers,
        about=(*_about(item), *recorded.about, *_linked(near), *(one for card in cards for one in _of_card(*card))),
        artifacts=artifacts,
        data=data,
        job=jobs[0].ref if len(jobs) == 1 else "",
        measures=(*recorded.measures, *(one for _, card in cards for one in card.measures or ())),
    )


def sheet_draft(saved: Saved, name: str, sections: tuple[Section, ...]) -> Draft:
    """What there is to say of a data set: an address that a job reads, a store, or what a registry has as one.

    Raises InputError, as above.
    """
    apart = described_data(saved.inventory, saved.collectors)
    entry = _only(saved, name, "data set", lambda item: item.role in _DATA, apart)
    item, near = entry.item, _near(saved, entry)
    readers = [one.ref for one in near.above if one.role == "job"]
    readers += readers_of(saved.inventory, saved.collectors, item)
    stores = [item] if item.role == "store" else [one for one in near.below if one.role == "store"]
    versioned = [fact.value for store in stores for fact in store.facts if fact.member == "versioning"]
    addresses = [one for one in (item.url, *(fact.value for fact in item.facts if fact.member == "address")) if one]
    answers = gathered(
        [
            *(("DS-5.1", Statement("inferred", "read by", one)) for one in readers),
            *(("DS-7.6", Statement("observed", "versioning of its store", value)) for value in versioned),
            *answered(saved.inventory, saved.collectors, addresses),
        ]
    )
    return Draft(
        ref=item.ref,
        name=item.name,
        kind=item.kind or item.role,
        version=item.version,
        taken_at=saved.inventory.taken_at,
        sections=sections,
        answers=answers,
        about=(
            *_about(item),
            *_linked(near),
            *(one for store in stores if store is not item for one in _about(store)),
            *written_over(saved.inventory, saved.collectors, item.url),
            *of_tables(saved.inventory, saved.collectors, addresses),
        ),
        data=(item.url,) if item.role == "dataset" and item.url else (),
    )


def _only(saved: Saved, name: str, what: str, fits: Callable[[Item], bool], apart: Iterable[Item] = ()) -> Entry:
    """The one item that is called so, by its reference, its address or its name; `apart` are more than a bill has."""
    found, others = list[Entry](), list[str]()
    bucket = re.sub("^(s3|gs)://", "", name).rstrip("/")
    asset = re.sub("^azureml:([^:/]+):([^:/]+)$", r"\1/\2", name)  # as jobs of Azure ML name it
    for entry in chain(saved.items.entries(""), (Entry(item, (), (), ()) for item in apart)):
        if not fits(entry.item):
            continue
        if is_id(entry.item.ref, name):
            return entry
        stored = entry.item.role == "store" and bucket == entry.item.name
        if stored or asset == entry.item.name or name == entry.item.url:
            found.append(entry)
        others.append(entry.item.ref)
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{name}: {len(found)} are called so; name one of {_few([one.item.ref for one in found])}")
    others = [other for other in others if name.lower() in other.lower()] or others
    seen = f"; there are {_few(others)}" if others else ""
    raise InputError(f"{name}: the inventory has no {what} that is called so{seen}")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


class _Near(NamedTuple):
    """The items that one depends on, and those that depend on it."""

    below: tuple[Item, ...]
    above: tuple[Item, ...]


def _near(saved: Saved, entry: Entry) -> _Near:
    targets = {link.target for link in entry.links}
    below, above = list[Item](), list[Item]()
    for other in saved.items.entries(""):
        if other.item.ref in targets:
            below.append(other.item)
        if any(link.target == entry.item.ref for link in other.links):
            above.append(other.item)
    return _Near(tuple(below), tuple(above))


def _trained_on(saved: Saved, ref: str) -> tuple[str, ...]:
    """Addresses of the data sets that the jobs read which wrote a model's artifact."""
    refs = set(saved.items.trained_on(ref, ""))
    return tuple(one.item.url for one in saved.items.entries("", service=False) if one.item.ref in refs)


def _about(item: Item) -> Iterator[Statement]:
    """Where an item is, and what was observed of it."""
    basis: Basis = "observed" if item.basis == "observed" else "inferred"
    scope = item.scope
    named = (
        ("resource", item.ref) if item.basis == "observed" else ("address", item.url),
        ("kind", item.title),
        ("account", f"{scope.provider} {scope.account}" if scope else ""),
        ("region", scope.region if scope else ""),
    )
    yield from (Statement(basis, what, value) for what, value in named if value)
    for fact in item.facts:
        yield Statement("recorded" if fact.member in _RECORDED else "observed", fact.member, fact.value)


def _linked(near: _Near) -> Iterator[Statement]:
    """What it depends on, and what depends on it, the first of each."""
    yield from (Statement("inferred", f"depends on {one.role}", _called(one)) for one in near.below[:_MOST])
    yield from (Statement("inferred", f"used by {one.role}", one.ref) for one in near.above[:_MOST])
    left_out = max(len(near.below) - _MOST, 0) + max(len(near.above) - _MOST, 0)
    if left_out:
        yield Statement("inferred", "more of these", str(left_out))


def _called(item: Item) -> str:
    """A resource by its id, and what was not seen by its address."""
    return item.ref if item.basis == "observed" else item.url or item.ref


def _cards(saved: Saved, item: Item) -> Iterator[tuple[str, Card]]:
    """The cards that exist of a model: one that it has itself, and those that say they are of it."""
    for kind in saved.inventory.store.kinds():
        made = saved.collectors[kind].kind
        if "card" not in made.__struct_fields__:
            continue
        own: list[Resource] = [one] if kind == item.kind and (one := saved.inventory.find(made, item.ref)) else []
        for resource in own or saved.inventory.all(made):
            card = asdict(resource)["card"]
            if isinstance(card, Card) and (own or item.ref in (card.models or ())):
                yield resource.id, card


def _evaluations(saved: Saved, item: Item) -> Iterator[tuple[str, Statement]]:
    """That a version was evaluated, where the registry has that apart: its id begins with the model and the version."""
    if _EVALUATION not in saved.inventory.store.kinds():
        return
    version = f"{item.ref.partition('@')[0]}@{item.version}/evaluations/"
    for one in saved.inventory.all(saved.collectors[_EVALUATION].kind):
        if not one.id.startswith(version):
            continue
        yield "MC-4.1", Statement("recorded", "evaluation of this version", one.id)
        groups = asdict(one)["groups"]
        for features in groups if isinstance(groups, tuple) else ():
            what = "MC-7.1" if len(features) == 1 else "MC-7.2"
            yield what, Statement("recorded", "evaluated by group", " and ".join(features))


def _of_card(id: str, card: Card) -> Iterator[Statement]:
    """That there is a card, and how far it is filled. Its prose is not kept."""
    yield Statement("recorded", "model card", id)
    yield Statement("recorded", "items that it fills", ", ".join(completeness(card).filled) or "none")
