"""Actions of Azure roles: what a set of permissions allows. For checks, collectors and the client alike."""

import re
from collections.abc import Sequence
from functools import lru_cache

from scanner.model.nouns import Part

#: The one read that is asked for with POST: its parameters travel in a body.
NAME_CHECK = "Microsoft.Storage/checknameavailability/read"


class Permission(Part, frozen=True, kw_only=True, rename="camel"):
    """Actions on resources and on data that a role allows, less those it leaves out, perhaps on a condition."""

    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    data_actions: tuple[str, ...] | None = None
    not_data_actions: tuple[str, ...] | None = None
    condition: str | None = None


def allows(permissions: Sequence[Permission], action: str, *, data: bool = False) -> bool:
    """Whether a role allows an action on a resource, or on its data."""
    for permission in permissions:
        yes = permission.data_actions if data else permission.actions
        no = permission.not_data_actions if data else permission.not_actions
        if _any(yes, action) and not _any(no, action):
            return True
    return False


def _any(patterns: Sequence[str] | None, action: str) -> bool:
    return any(_pattern(pattern).fullmatch(action) for pattern in patterns or ())


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """Of what follows a star the first is taken for good, except at the end: the others could give no other answer."""
    first, *others = map(re.escape, text.split("*"))
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(first + between + "".join(f".*{part}" for part in others[-1:]), re.IGNORECASE)
