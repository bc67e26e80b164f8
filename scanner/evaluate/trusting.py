"""What fails only because it is not known to be the reader's, settled by what is known: the scan and `[trust]`."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from scanner.model.nouns import Status, Verdict, unknown
from scanner.model.trust import Entry, Foreign, few
from scanner.store.inventory import Inventory

#: Tables that name what a scan is of.
_SCANNED = ("accounts", "projects")


class Trusting:
    """What is known to be the reader's: what is scanned, and the entries of `[trust]` that had not expired."""

    def __init__(self, inventory: Inventory, entries: Sequence[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self._inventory = inventory
        self._about = lru_cache(maxsize=4096)(self._look_up)  # many resources name the same things

    def expired(self, entry: Entry) -> bool:
        """Whether an entry counted no more when the inventory was taken."""
        return entry.expired(self._inventory.taken_at)

    def settle(self, verdict: Verdict) -> Verdict:
        """The verdict, turned if all that makes it fail is known; its evidence then shows what that rests on."""
        if not verdict.foreign or verdict.status is not Status.FAIL:
            return verdict
        own: list[str] = []
        live: list[Entry] = []
        gone: list[Entry] = []
        strange = 0
        for foreign in verdict.foreign:
            if names := self._scanned(foreign):
                own += names
                continue
            about = self._about(foreign)
            valid = [entry for entry in about if not self.expired(entry)]
            live += valid
            gone += () if valid else about
            strange += not valid
        live, gone = list(dict.fromkeys(live)), list(dict.fromkeys(gone))
        if strange:
            return self._still_failing(verdict, live, gone)
        if verdict.missing:
            return msgspec.structs.replace(unknown(*verdict.missing, path=verdict.path), trust=tuple(live))
        own = list(dict.fromkeys(own))
        because = [f"of this scan: {few(own)}"] * bool(own)
        because += [f"trusted by {few([entry.said for entry in live])}"] * bool(live)
        evidence = {**verdict.evidence, "trust": [*({"scan": name} for name in own), *map(_shown, live)]}
        return Verdict(Status.PASS, "; ".join([verdict.known, *because]), evidence, verdict.path, trust=tuple(live))

    def _look_up(self, foreign: Foreign) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.covers(foreign))

    def _scanned(self, foreign: Foreign) -> list[str]:
        whole = self._inventory.organizations
        return [
            name
            for table, name in foreign.names
            if (table in _SCANNED and self._inventory.scanned(name)) or (table == "organizations" and name in whole)
        ]

    def _still_failing(self, verdict: Verdict, live: list[Entry], gone: list[Entry]) -> Verdict:
        """The failure, with the entries that are about a part of what makes it fail, or were."""
        if not (live or gone or verdict.missing):
            return verdict
        over = [f"trust in {entry.value} ended on {entry.until}" for entry in gone]
        shown = [*map(_shown, live), *({**_shown(entry), "expired": True} for entry in gone)]
        return msgspec.structs.replace(
            verdict,
            message="; ".join([verdict.message, *over]),
            evidence={**verdict.evidence, "trust": shown} if shown else verdict.evidence,
            missing=(),
            trust=(*live, *gone),
        )


def _shown(entry: Entry) -> dict[str, Any]:
    """An entry as evidence."""
    end = {"until": entry.until} if entry.until else {}
    return {"table": entry.table, "value": entry.value, "reason": entry.reason, **end}
