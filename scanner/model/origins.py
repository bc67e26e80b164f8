"""Where what is known came from: what was read, when, and in whose name."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType


class Seen(Struct, frozen=True):
    """An item of a provider's as it was read: when, in UTC, and its digest; with `--keep-replies` the item itself."""

    at: Annotated[str, Meta(max_length=40)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    reply: msgspec.Raw | UnsetType = UNSET


#: Items by the operation that gave them.
Said = Mapping[Annotated[str, Meta(pattern=r"^[\w:./-]{1,200}$")], Seen]


class Principal(Struct, frozen=True, order=True):
    """In whose name an account was read, as the provider calls them; empty where nothing said it."""

    provider: str
    account: str
    name: str = ""
