"""What a scan needs to be allowed to do: permissions as the provider spells them, and what each is for."""

from msgspec import Struct


class Asked(Struct, frozen=True):
    """An operation that a provider asks on its own account: what for, and when.

    `optional` ones only save calls: what they would say is found out in another way. `regional` ones are asked only for
    kinds that are asked for in each region.
    """

    purpose: str
    optional: bool = False
    regional: bool = False


class Need(Struct, frozen=True, order=True):
    """A permission, and what it is for.

    Without an `optional` one a scan sees the same, in more calls, or only what others that are optional lead to.
    """

    permission: str
    purpose: str = ""
    optional: bool = False

    @property
    def note(self) -> str:
        """What it is for, in one line, for a comment."""
        return f"{self.purpose}; optional" if self.optional else self.purpose


class Role(Struct, frozen=True, kw_only=True):
    """What is to be granted. `note` says what it is for; `wide` whether whole organisations are scanned with it.

    `added` is one beside what is granted already, not the whole of it.
    """

    name: str
    note: str
    needs: tuple[Need, ...]
    wide: bool = False
    added: bool = False

    @property
    def title(self) -> str:
        """The name in words: `mlposture reader`."""
        return self.name.replace("-", " ")
