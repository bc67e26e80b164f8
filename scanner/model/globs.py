"""Globs over the full ids of resources: what they match, and which account and region they name."""

import re
from functools import lru_cache
from itertools import pairwise

#: What stands for other text.
WILD = re.compile(r"[*?]")


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """What ids match, whatever their case: * stands for any text, ? for one character."""
    words = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split("([*?])", glob))
    return re.compile("".join(words), re.IGNORECASE | re.DOTALL)


def place_of(glob: str) -> tuple[str, str]:
    """The account and the region that an id names, empty where it names none."""
    if glob.startswith("arn:"):
        parts = glob.split(":", 5)
        return (parts[4], parts[3]) if len(parts) > 4 else ("", "")
    words = glob.split("/")
    after = {word.lower(): following for word, following in pairwise(words)}
    return after.get("subscriptions", "") or after.get("projects", ""), after.get("locations", "")
