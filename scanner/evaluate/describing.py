"""What is known of a resource beside what checks ask: its tags, when it was made, who answers for it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import UNSET

from scanner.model.collectors import COLLECTORS
from scanner.model.described import Answers, Described
from scanner.model.nouns import Resource
from scanner.store.inventory import Inventory
from scanner.systems.ownership import Ownership
from scanner.systems.tags import written

#: Where kinds have the time at which a resource was made.
_CREATED = ("creation_time", "created_at", "create_time")
#: The tag that says who answers for a resource, in any capitals.
_OWNER = "owner"


class Describing:
    """Describes the resources of an inventory; with a manifest, its owners are those that answer for them."""

    def __init__(self, inventory: Inventory, owners: Ownership | None) -> None:
        self._inventory, self._owners = inventory, owners
        stored = set(inventory.store.kinds())
        #: kinds that are nothing but the tags of others
        self._apart = [made.kind for made in COLLECTORS.values() if made.opt_in == "tags" and made.kind.kind in stored]
        systems = owners.manifest.systems if owners else ()
        self._declared = {one.id: f"{one.owner.team}, {one.owner.contact}" for one in systems}

    def of(self, resource: Resource) -> Described:
        systems = self._owners.of(resource) if self._owners else ()
        tags = self._tags(resource)
        return Described(
            resource=resource,
            systems=systems,
            owners=(*self._answering(systems), *_recorded(tags)),
            tags=tags,
            created_at=_created(resource),
        )

    def _answering(self, systems: tuple[str, ...]) -> Iterator[Answers]:
        for name in dict.fromkeys(self._declared[system] for system in systems):
            yield Answers(name, "declared")

    def _tags(self, resource: Resource) -> Mapping[str, str] | None:
        found = written(resource)
        for kind in self._apart:
            if found is UNSET and kind.kind.startswith(f"{resource.scope.provider}."):
                apart = self._inventory.find(kind, resource.id)
                found = UNSET if apart is None else written(apart)
        return None if found is UNSET else found or {}


def _recorded(tags: Mapping[str, str] | None) -> Iterator[Answers]:
    for name, value in sorted((tags or {}).items()):
        if name.lower() == _OWNER and value:
            yield Answers(value, "recorded")


def _created(resource: Resource) -> datetime | None:
    found = (getattr(resource, name, None) for name in _CREATED)
    return next((value for value in found if isinstance(value, datetime)), None)
