"""What `terraform.yaml` says of the resources of Terraform that make what is scanned."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

#: The resource that may be any of Azure.
ANY_OF_AZURE = "azapi_resource"


class TerraformType(Struct, frozen=True, forbid_unknown_fields=True):
    """One type of resource. The members are explained where the data is."""

    kind: str
    fields: dict[str, str | list[str]]
    id: str = ""
    of: dict[str, str] = {}
    tell: str = ""

    def paths(self, field: str) -> list[list[str]]:
        """The attributes that a field of evidence may come from. The block itself is an empty path."""
        found = self.fields.get(field, [])
        return [[] if path == "." else path.split(".") for path in ([found] if isinstance(found, str) else found)]

    @property
    def whole(self) -> tuple[str, str, str]:
        """Of a part: the member that names what it is part of, the type of that, and the member that is named."""
        [(member, target)] = self.of.items()
        type_, _, named = target.partition(".")
        return member, type_, named

    def members(self) -> Iterator[str]:
        """The members of an instance's state that are looked at."""
        yield from (name for _, name, _, _ in string.Formatter().parse(self.id) if name)
        yield from self.of
        if self.tell:
            yield self.tell

    def id_of(self, named: Mapping[str, str]) -> str:
        """Our id of an instance; empty where its state does not say enough, as of one that was tainted."""
        try:
            return self.id.format_map(named)
        except KeyError:
            return ""


@cache
def types() -> Mapping[str, TerraformType]:
    """All of them, by the name that Terraform has for them."""
    import yaml  # here, because start-up must not pay for it

    content = (files("scanner.source") / "terraform.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(content), dict[str, TerraformType])


@cache
def members() -> frozenset[str]:
    """All members of states that are looked at, of any type."""
    declared = types().values()
    named = (one.whole[2] for one in declared if one.of)
    return frozenset(name for one in declared for name in one.members()).union(named, ("arn",))
