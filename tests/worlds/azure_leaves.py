"""Booleans and enums of an Azure world, from the model classes of Microsoft's own SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from worlds import azure_models
from worlds.azure_models import ListOf, MapOf, Model, OneOf
from worlds.leaves import Leaf, Path, walk

_DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"


def leaves(document: dict[str, Any]) -> Iterator[Leaf]:
    for number, item in enumerate(document.get("resources") or ()):
        yield from _of_item(item, item["type"], ("resources", number), _owners(item["id"], item["type"]))
    for section in ("role_assignments", "role_definitions"):
        kind = "Microsoft.Authorization/role" + section.removeprefix("role_").capitalize()
        for number, item in enumerate(document.get(section) or ()):
            yield from _of_item(item, kind, (section, number), (item["id"],))
    for owner, settings in (document.get("diagnostic_settings") or {}).items():
        for number, item in enumerate(settings):
            whose = (f"{owner}/providers/{_DIAGNOSTICS}/{item['name']}", owner)
            yield from _of_item(item, _DIAGNOSTICS, ("diagnostic_settings", owner, number), whose)


def knows(operation: str, path: tuple[str, ...]) -> bool:
    shape = azure_models.TYPES.get(operation.removesuffix("/read"))
    # A field may hold all that a listing gives.
    return shape is not None and _leads_somewhere(shape, path[1:] if path[:1] == ("value",) else path)


def _leads_somewhere(shape: Any, path: tuple[str, ...]) -> bool:
    if isinstance(shape, ListOf):
        return _leads_somewhere(shape.item, path)
    if not path or shape == azure_models.ANY:
        return True
    if isinstance(shape, Model):
        return any(_leads_somewhere(fields, path) for fields in azure_models.variants(shape))
    if isinstance(shape, MapOf):
        return _leads_somewhere(shape.value, path[1:])
    return isinstance(shape, dict) and path[0] in shape and _leads_somewhere(shape[path[0]], path[1:])


def _owners(identifier: str, kind: str) -> tuple[str, ...]:
    """A child also belongs to the resource it is inside, whose snapshot may hold it."""
    return (identifier, identifier.rsplit("/", 2)[0]) if kind.count("/") > 1 else (identifier,)


def _of_item(item: dict[str, Any], kind: str, path: Path, owners: tuple[str, ...]) -> Iterator[Leaf]:
    for found in walk(item, azure_models.TYPES[kind], _inside, _choices):
        source = (f"{kind}/read", found.member)
        yield Leaf((*path, *found.path), owners, (source,), found.value, found.alternatives)


def _inside(shape: Any, value: Any, key: str | None) -> Any:
    members = azure_models.members(shape, value) if isinstance(shape, Model) else shape
    if key is None:
        return shape.item if isinstance(shape, ListOf) else None
    if isinstance(members, MapOf):
        return members.value
    return members.get(key, members.get("")) if isinstance(members, dict) else None


def _choices(shape: Any) -> tuple[str, ...]:
    return shape.values if isinstance(shape, OneOf) else ()
