"""A view that remembers what a check looked at: which fields and nested members, on which resources, which joins."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import msgspec

from scanner.model.checks import Check
from scanner.model.nouns import Part, Resource, Verdict
from scanner.model.views import All
from scanner.store.inventory import Inventory, InventoryView

#: As the last step of a `Seen`: the whole map was looked through, not one key of it.
WHOLE = "*"


class Seen(NamedTuple):
    """One thing that was read. `inner` are the members below the field, spelled as the provider spells them."""

    kind: str
    id: str
    field: str
    inner: tuple[str, ...] = ()


class Observed(InventoryView):
    """A view that remembers. `fields` are whole fields, `reads` the members within them that were looked at.

    Of kinds that a check does without elsewhere (`also`) nothing is remembered: a pass may rest on the others.
    """

    def __init__(self, inventory: Inventory, check: Check) -> None:
        super().__init__(inventory, check.needs, check.also)
        self.without = {kind.kind for kind in check.also}
        self.fields: set[tuple[str, str, str]] = set()
        self.reads: set[Seen] = set()
        self.joins: set[tuple[str, str]] = set()
        self.listings: set[str] = set()

    def watch(self, resource: Any) -> Any:
        if not isinstance(resource, Resource):
            return resource
        return watched(resource, lambda name, inner: self.note(resource, name, inner))

    def note(self, resource: Resource, field: str, inner: tuple[str, ...]) -> None:
        kind = type(resource).kind
        self.fields.add((kind, resource.id, field))
        self.reads.add(Seen(kind, resource.id, field, inner))

    def get(self, kind: Any, id: str, at: Any = None, outside: str = "") -> Any:
        if kind.kind in self.without:
            return super().get(kind, id, at, outside)
        self.joins.add((kind.kind, id))
        return self.watch(super().get(kind, id, at, outside))

    def all(self, kind: Any) -> Any:
        if kind.kind in self.without:
            return super().all(kind)
        self.listings.add(kind.kind)
        found = super().all(kind)
        watched = [self.watch(resource) for resource in found]
        return All(watched, complete=found.complete, complete_in=found.complete_in)


def observe(check: Check, resource: Resource, inventory: Inventory) -> tuple[Verdict, Observed]:
    """The verdict of a check, and what it looked at for it."""
    view = Observed(inventory, check)
    return check(view.watch(resource), view), view


def deepest(reads: set[Seen]) -> set[Seen]:
    """Without those that only led to a deeper one: of `a` and `a.b`, only `a.b`."""
    led = {(s.kind, s.id, s.field, s.inner[:depth]) for s in reads for depth in range(len(s.inner))}
    return {seen for seen in reads if tuple(seen) not in led}


def watched(struct: Any, note: Any, outer: tuple[str, ...] = ()) -> Any:
    """The same resource or part, which reports each field that is read of it."""
    kind = _watched_class(type(struct))
    made = kind(**{name: getattr(struct, name) for name in kind.__struct_fields__})
    vars(made)["watch"] = (note, outer)
    return made


@cache
def _watched_class(kind: type[Any]) -> type[Any]:
    """A subclass of a resource or part that reports each field read; instances keep the reporter in `__dict__`."""
    inherited = set(Resource.__struct_fields__) if issubclass(kind, Resource) else set()
    spelled = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    own = spelled.keys() - inherited

    class Watched(kind, frozen=True, kw_only=True, dict=True):  # type: ignore[valid-type, misc]
        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if name not in own:
                return value
            note, outer = super().__getattribute__("__dict__").get("watch", (None, ()))
            if note is None:
                return value
            if issubclass(kind, Resource):
                note(name, ())
                return _wrapped(value, lambda _, inner: note(name, inner), ())
            inner = (*outer, spelled[name])
            note("", inner)
            return _wrapped(value, note, inner)

    Watched.__name__ = Watched.__qualname__ = kind.__name__
    return Watched


def _wrapped(value: Any, note: Any, inner: tuple[str, ...]) -> Any:
    if isinstance(value, Part):
        return watched(value, note, inner)
    if isinstance(value, tuple) and any(isinstance(item, Part) for item in value):
        return tuple(_wrapped(item, note, inner) for item in value)
    if isinstance(value, dict) and value:
        return _WatchedMap(value, note, inner)
    return value


class _WatchedMap(dict[str, Any]):
    """A map that reports which key was asked for, or that it was looked through."""

    def __init__(self, values: dict[str, Any], note: Any, outer: tuple[str, ...]) -> None:
        wrapped = {key: _wrapped(item, note, (*outer, key)) for key, item in values.items() if isinstance(item, Part)}
        super().__init__({**values, **wrapped})
        self._report = lambda *inner: note("", (*outer, *inner))

    def __getitem__(self, key: str) -> Any:
        self._report(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._report(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._report(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Any:
        self._report(WHOLE)
        return super().__iter__()

    def items(self) -> Any:
        self._report(WHOLE)
        return super().items()

    def values(self) -> Any:
        self._report(WHOLE)
        return super().values()

    def keys(self) -> Any:
        self._report(WHOLE)
        return super().keys()


def spelled_fields(kind: type[Resource]) -> tuple[str, ...]:
    """The fields of a kind beyond its identity."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.name not in Resource.__struct_fields__)


def watching(resource: Resource, reads: set[Seen]) -> Any:
    """A resource that adds to `reads` what is looked at."""
    kind = type(resource).kind
    return watched(resource, lambda field, inner: reads.add(Seen(kind, resource.id, field, inner)))
