"""The words of a bill of materials: what an item is, how it is known, and what leads from one to another."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from scanner.model.nouns import Scope

#: What an item is in a bill.
Role = Literal["model", "service", "job", "platform", "configuration", "store", "dataset", "artifact", "code", "image"]
#: How an item is known: from the provider, or only because something that was seen names it.
Basis = Literal["observed", "unresolved"]
#: How a dependency is known: by a selector of the manifest, by a join, or as a name of what was not seen.
LinkBasis = Literal["declared", "inferred", "unresolved"]


class Fact(NamedTuple):
    """One observed value: why a bill has it (`hardware`, `control`, `data-use`, `setting`), the field, the value."""

    group: str
    member: str
    value: str


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One component or service. `ref` names it in the bill: of a resource, its id.

    `url` is where it lies. `producer` is who made it, as far as its own address says. Of what is not known there is
    nothing here.
    """

    ref: str
    role: Role
    name: str
    basis: Basis
    kind: str = ""
    title: str = ""
    scope: Scope | None = None
    version: str = ""
    created: str = ""
    producer: str = ""
    url: str = ""
    purl: str = ""
    facts: tuple[Fact, ...] = ()


class Link(Struct, frozen=True, order=True):
    """That one item depends on another, how that is known, and the member that says so; none where one lies inside."""

    source: str
    target: str
    basis: LinkBasis
    member: str = ""
