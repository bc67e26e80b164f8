"""Resources with their details, one Describe each: what to ask, what to forget, what to take from the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from checks.aws.names import partition_of
from checks.aws.partitions import console
from scanner.model.decode import plans
from scanner.model.nouns import Reply, Resource

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

R = TypeVar("R", bound=Resource)
Summary = Mapping[str, Any]

#: The code under which the client gives every wording of "there is no such resource".
_GONE = ("ResourceNotFound",)


class Source:
    """How one kind is listed and described.

    `forget` drops from a detail what may be secret. `settled` tells by the summary whether the detail can never change
    again; only then may it come from the cache or from Search. `running_only` are fields that nobody asks of a settled
    resource, because they say nothing about it any more: they stay `UNSET`. `computed` are fields that are made of a
    whole reply, before anything is forgotten. Without a `page`, the console shows it in Studio alone.
    """

    def __init__(
        self,
        kind: type[Resource],
        noun: str,
        page: str = "",
        *,
        forget: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda reply: reply,
        settled: Callable[[Summary], bool] = lambda _: False,
        running_only: tuple[str, ...] = (),
        computed: Mapping[str, Callable[[Mapping[str, Any]], Any]] | None = None,
    ) -> None:
        self.kind = kind
        self.noun = noun
        self.page = page
        self.forget = forget
        self.running_only = running_only
        self.computed = computed or {}
        self.listing = f"sagemaker:List{noun}s"
        self.describe = f"sagemaker:Describe{noun}"
        self._settled = settled

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """Fields that the list gives; their members are always read from it."""
        return tuple(plan.name for plan in plans(self.kind) if plan.operation == self.listing)

    @cached_property
    def detailed(self) -> tuple[str, ...]:
        """Fields that a complete detail has observed."""
        named = (plan.name for plan in plans(self.kind) if plan.operation == self.describe)
        return (*(name for name in named if name not in self.running_only), *self.computed)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Members of a summary that are used."""
        shown = {plan.path[0] for plan in plans(self.kind) if plan.operation == self.listing}
        return tuple(sorted({f"{self.noun}Name", f"{self.noun}Arn", "CreationTime", *shown}))

    def settled(self, summary: Summary) -> bool:
        return isinstance(summary.get("CreationTime"), datetime) and self._settled(summary)

    def identity(self, api: AwsApi, summary: Summary) -> dict[str, Any]:
        name, region = summary[f"{self.noun}Name"], api.scope.region
        id = summary[f"{self.noun}Arn"]
        page = f"sagemaker/home?region={region}#/{self.page}/{name}"
        url = console(partition_of(id), page, region) if self.page else ""
        return {"id": id, "name": name, "console_url": url, "scope": api.scope}

    def details(self, reply: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are computed from a reply of Describe or a record of Search."""
        return {name: function(reply) for name, function in self.computed.items()}

    def noted(self, operation: str) -> dict[str, str]:
        """What says which operation gave the detail; nothing for a kind whose details have one source."""
        return {"details_from": operation} if "details_from" in self.kind.__struct_fields__ else {}

    def complete(self, resource: Resource) -> bool:
        return all(getattr(resource, name) is not UNSET for name in self.detailed)

    def without_running(self, resource: R, summary: Summary) -> R:
        """The resource without what is asked of running ones alone, if it is settled."""
        if not self.running_only or not self._settled(summary):
            return resource
        return replace(resource, **dict.fromkeys(self.running_only, UNSET))


def version(summary: Summary) -> str:
    """What tells a resource from a later one of the same name; empty if the summary does not say."""
    made = summary.get("CreationTime")
    return made.astimezone(UTC).isoformat() if isinstance(made, datetime) else ""


def described(api: AwsApi, source: Source, **parameters: Any) -> Iterator[Any]:
    """Every resource that the list names. A denied detail keeps the resource, its detail `UNSET`."""

    def look(summary: Summary) -> Resource | None:
        return recalled(api, source, summary) or detail(api, source, summary)

    yield from there(api.each(look, api.pages(source.listing, MaxResults=100, **parameters)))


def there(resources: Iterable[R | None]) -> Iterator[R]:
    """Those that are still there."""
    return (resource for resource in resources if resource is not None)


def detail(api: AwsApi, source: Source, summary: Summary) -> Resource | None:
    """A resource with what Describe says now; None for one that was deleted since it was listed."""
    reply: Reply = api.call(source.describe, absent=_GONE, **{f"{source.noun}Name": summary[f"{source.noun}Name"]})
    if reply is None:
        api.gone()
        return None
    replies, more = {source.listing: summary, source.describe: reply}, {}
    if isinstance(reply, Mapping):
        replies[source.describe] = source.forget(reply)
        more = source.details(reply) | source.noted(source.describe)
    made: Resource = api.decode(source.kind, replies, **source.identity(api, summary), **more)
    made = source.without_running(made, summary)
    keep(api, source, summary, made)
    return made


def recalled(api: AwsApi, source: Source, summary: Summary) -> Resource | None:
    """A settled resource whose detail an earlier scan saw, with what the list says now; None if there is none."""
    if not api.remembers or not source.settled(summary):
        return None
    identity = source.identity(api, summary)
    kept = api.recall(source.kind, identity["id"], version(summary))
    if kept is None or not source.complete(kept):
        return None
    now = api.decode(source.kind, {source.listing: summary}, **identity)
    cached = {operation: read for operation, read in kept.cached.items() if operation != source.listing}
    read = {**(kept.read or {}), **(now.read or {})}
    return replace(kept, **identity, cached=cached, read=read, **{name: getattr(now, name) for name in source.listed})


def keep(api: AwsApi, source: Source, summary: Summary, resource: Resource) -> None:
    """Leave a complete and settled detail for later scans."""
    if source.settled(summary) and source.complete(resource):
        api.keep(resource, version(summary))
