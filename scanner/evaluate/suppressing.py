"""Which failures the file of suppressions is about on a day. A verdict stays what it is; who reads it is told."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property

import msgspec

from scanner.model.globs import WILD, matcher, needle
from scanner.model.notes import Suppression
from scanner.model.nouns import Resource


class _OfCheck:
    """The entries of one check by what they name, so that few are tried on each of a hundred thousand failures."""

    def __init__(self) -> None:
        self.exact: defaultdict[str, list[int]] = defaultdict(list)
        self.fingerprints: defaultdict[str, list[int]] = defaultdict(list)
        #: by account, which is empty where an entry names none
        self.globs: defaultdict[str, list[tuple[int, str, Callable[[str], object]]]] = defaultdict(list)

    def add(self, number: int, entry: Suppression) -> None:
        if entry.fingerprint:
            self.fingerprints[entry.fingerprint].append(number)
        elif WILD.search(entry.resource):
            self.globs[entry.account.lower()].append(
                (number, needle(entry.resource), matcher(entry.resource).fullmatch)
            )
        else:
            self.exact[entry.resource.lower()].append(number)

    def candidates(self, resource: Resource, fingerprint: Callable[[], str]) -> Iterable[int]:
        if self.fingerprints:
            yield from self.fingerprints.get(fingerprint(), ())
        id, lower = resource.id, resource.id.lower()
        yield from self.exact.get(lower, ())
        for account in ("", resource.scope.account.lower()):
            yield from [
                number for number, text, matches in self.globs.get(account, ()) if text in lower and matches(id)
            ]


class Suppressing:
    """The entries of a file of suppressions, as of a day."""

    def __init__(self, entries: Iterable[Suppression] = (), day: date = date.min) -> None:
        self.entries = tuple(entries)
        self.day = day
        self._of_check: defaultdict[str, _OfCheck] = defaultdict(_OfCheck)
        for number, entry in enumerate(self.entries):
            self._of_check[entry.check].add(number, entry)

    def matching(self, check: str, resource: Resource, fingerprint: Callable[[], str]) -> tuple[int, ...]:
        """The numbers of the entries that a failure of this check on this resource matches, expired ones included."""
        of_check = self._of_check.get(check)
        if of_check is None:
            return ()
        scope = resource.scope
        return tuple(
            sorted(
                number
                for number in of_check.candidates(resource, fingerprint)
                if self.entries[number].account.lower() in ("", scope.account.lower())
                and self.entries[number].provider in ("", scope.provider)
            )
        )

    @cached_property
    def ended(self) -> frozenset[int]:
        """The numbers of the entries that count no more on this day."""
        return frozenset(number for number, entry in enumerate(self.entries) if entry.ended(self.day))

    def decided(self, numbers: tuple[int, ...]) -> Suppression | None:
        """What is decided by entries in force, of which the first does, and names the others."""
        if not numbers:
            return None
        first, *others = (self.entries[number] for number in numbers)
        return msgspec.structs.replace(first, also=tuple(entry.place for entry in others)) if others else first


NOTHING = Suppressing()
