"""Globs over the full ids of resources: what they match, and which account and region they name."""

import re
from functools import lru_cache
from itertools import pairwise

#: What stands for other text.
WILD = re.compile(r"[*?]")


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """What ids match, whatever their case: * stands for any text, ? for one character."""
    first, *others = (".".join(map(re.escape, part.split("?"))) for part in glob.split("*"))
    # Where a part is found first will do for all but the last, so that nothing is tried again: many * cost no more.
    words = [first, *(f"(?>.*?{part})" for part in others[:-1]), *(f".*{part}" for part in others[-1:])]
    return re.compile("".join(words), re.IGNORECASE | re.DOTALL)


def needle(glob: str) -> str:
    """The longest text that an id holds, in lower case, if a glob matches it: to look for it is cheaper."""
    return max(WILD.split(glob), key=len).lower()


def place_of(glob: str) -> tuple[str, str]:
    """The account and the region that an id names, empty where it names none."""
    if glob.startswith("arn:"):
        parts = glob.split(":", 5)
        return (parts[4], parts[3]) if len(parts) > 4 else ("", "")
    words = glob.split("/")
    after = {word.lower(): following for word, following in pairwise(words)}
    return after.get("subscriptions", "") or after.get("projects", ""), after.get("locations", "")
