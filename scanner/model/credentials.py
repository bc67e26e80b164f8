"""What credentials there are and what they may do, before anything is scanned."""

from msgspec import Struct


class Source(Struct, frozen=True):
    """A place where credentials may come from, in the order in which the provider's SDK looks.

    `said` is why it has some or has none, in a few words: names of variables, files and profiles, and never a value.
    """

    name: str
    found: bool
    said: str


class Held(Struct, frozen=True):
    """What the credentials lack in one account, project or subscription.

    `lacking` are permissions, and None where nobody said; `why` then says why not. `unasked` are some of which it
    cannot be found out in this way.
    """

    place: str
    lacking: tuple[str, ...] | None
    why: str = ""
    unasked: tuple[str, ...] = ()
