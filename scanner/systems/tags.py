"""Tags and labels: what people wrote on a resource. That is a record, and not observed: nobody makes sure it is true.

A kind has them in a field, `tags` or `labels`, or a collector that is asked for them gives them apart, by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import UNSET, UnsetType

from scanner.model.collectors import Collector
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory
from scanner.systems.manifest import Include, Manifest

_FIELDS = ("tags", "labels")
_NONE: Mapping[str, str] = {}
#: Where people write which AI system a resource belongs to. Names of labels may have either.
OF_SYSTEM = ("ai-system", "ai_system")


class Tags:
    """The tags of the resources of an inventory."""

    def __init__(self, inventory: Inventory, collectors: Mapping[str, Collector]) -> None:
        apart = [made for made in collectors.values() if made.opt_in == "tags"]
        #: kinds that are nothing but the tags of others
        self.kinds = frozenset(made.kind.kind for made in apart)
        self._providers = frozenset(made.provider for made in apart)
        records = (record for made in apart for record in inventory.all(made.kind))
        self._apart = {record.id.lower(): written(record) for record in records}

    def of(self, resource: Resource) -> Mapping[str, str] | None:
        """None where they were not observed. Kinds that can have none have none."""
        provider, found = resource.scope.provider, written(resource)
        if found is UNSET and provider in self._providers:
            found = self._apart.get(resource.id.lower(), UNSET) if self._apart else UNSET
        elif not _field(type(resource)):
            return _NONE
        return None if isinstance(found, UnsetType) else in_one_case(provider, found or _NONE)


def written(resource: Resource) -> Any:
    """The tags in the resource itself, as they were observed; `UNSET` for a kind that has none there."""
    field = _field(type(resource))
    return getattr(resource, field) if field else UNSET


@cache
def _field(kind: type[Resource]) -> str:
    """The field of a kind that holds its tags; empty if none does."""
    return next((name for name in _FIELDS if name in kind.__struct_fields__), "")


def in_one_case(provider: str, tags: Mapping[str, str]) -> Mapping[str, str]:
    """Tags as they are compared: names of those of Azure are the same in any capitals."""
    return {name.lower(): value for name, value in tags.items()} if provider == "azure" else tags


def wanted(include: Include) -> Mapping[str, str]:
    """The tags or labels that a selector names."""
    return in_one_case(include.provider, {**include.tags, **include.labels})


def providers_by_tags(manifest: Manifest) -> frozenset[str]:
    """The providers of which some system selects by tags, so that a scan for it has to read them."""
    includes = (include for system in manifest.systems for include in system.selectors.include)
    return frozenset(include.provider for include in includes if wanted(include))
