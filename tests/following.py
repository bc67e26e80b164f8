"""Addresses that lead nowhere, put into the fields of real resources, and what the collectors that follow them ask."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from addresses import Shape, is_address, shapes_of
from members import Member, holding, members, texts
from scanning import QUICK, calm, quick_calls, running
from watching import Seen, watching
from worlds.base import Request

from scanner.collect.plan import Plan
from scanner.collect.run import collect
from scanner.model.collectors import Collector, Found
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory


class Address(NamedTuple):
    """A field that holds addresses, or would: what these may lead to, and those that a calm scan saw."""

    member: Member
    shapes: tuple[Shape, ...]
    values: tuple[str, ...]


class Lead(NamedTuple):
    """A field, an address that was put into it, and the name in that address, which exists nowhere else."""

    member: Member
    shape: Shape
    name: str
    resource: Resource

    def is_in(self, request: Request) -> bool:
        return self.name in f"{request.resource} {request.path}"


class Followed(NamedTuple):
    """Fields with addresses, leads in them, and what the collectors that follow references asked and looked at."""

    addresses: tuple[Address, ...]
    leads: tuple[Lead, ...]
    log: tuple[Request, ...]
    reads: frozenset[Seen]


def addresses(kind: type[Resource], resources: Iterable[Resource]) -> Iterator[Address]:
    """The fields of a kind that hold addresses, or would."""
    documents = [msgspec.to_builtins(resource) for resource in resources]
    for member in members(kind):
        if member.is_text:
            values = tuple(text for document in documents for text in texts(document, member.steps))
            shapes = tuple(shapes_of(member, values))
            if shapes or is_address(member, values):
                yield Address(member, shapes, values)


def leads(found: Iterable[Address], inventory: Inventory, collectors: Mapping[str, Collector]) -> Iterator[Lead]:
    """One for each field that holds an address of something that is collected; the rest of its resource is real."""
    numbers = itertools.count(1)
    bare = {"id": "bare", "name": "bare", "scope": msgspec.to_builtins(inventory.scopes[0])}
    for address in found:
        kind, steps = collectors[address.member.kind].kind, address.member.steps
        documents: list[Any] = [msgspec.to_builtins(resource) for resource in inventory.of(kind)] or [bare]
        base = next((document for document in documents if any(texts(document, steps))), documents[0])
        for shape in (shape for shape in address.shapes if shape.kind in collectors):
            number = f"{next(numbers):04}"
            made = holding(base, steps, shape.example.format(f"elsewhere{number}")) | {"id": f"{base['id']}-{number}"}
            yield Lead(address.member, shape, f"elsewhere{number}", msgspec.convert(made, kind))


def follow(provider: str, collectors: Mapping[str, Collector]) -> Followed:
    """Let the collectors that follow references have what a calm scan saw, and leads."""
    seen = calm(provider)[0]
    inventory = Inventory(seen.taken_at)
    found: list[Address] = []
    for kind in (collector.kind for collector in collectors.values()):
        found += addresses(kind, seen.of(kind))
        inventory.store.put(seen.of(kind))
    given = tuple(leads(found, seen, collectors))
    inventory.store.put(lead.resource for lead in given)
    followers = tuple(collector for collector in collectors.values() if collector.follows)
    reads: set[Seen] = set()
    of, calls = Found.of, quick_calls()

    def watched_of(self: Found, kind: type[Resource]) -> list[Any]:
        return [watching(resource, reads) for resource in of(self, kind)]

    with running(provider) as world, mock.patch.object(Found, "of", watched_of):
        api = importlib.import_module(f"checks.{provider}.client.api")
        connected = api.connect({"taken_at": seen.taken_at}, calls)
        try:
            collect(Plan((), (followers,)), connected, inventory, concurrency=QUICK.concurrency, calls=calls)
        finally:
            connected.close()
    return Followed(tuple(found), given, tuple(world.log), frozenset(reads))
