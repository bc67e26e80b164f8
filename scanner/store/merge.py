"""Several saved inventories as one: of the shards of a scan, or of any scans that have no place in common."""

import filecmp
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from scanner.model.collectors import Collector
from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Reason, Resource, Scope
from scanner.store.inventory import Inventory
from scanner.store.journal import Journal
from scanner.store.saved import Shard

log = logging.getLogger("mlposture")


def load_all(
    paths: Sequence[Path],
    kinds: Mapping[str, type[Resource]],
    store: Journal | None = None,
    collectors: Mapping[str, Collector] | None = None,
) -> Inventory:
    """What these files hold together, taken when the oldest was; kept in `store`. A file like another counts once.

    By their `collectors`, kinds are known that were followed in one file and not in another of the same account.
    Raises InputError for what is no inventory, and naming both files when two asked the same place for the same kind.
    """
    store = store or Journal()
    parts = {path: Inventory.load(path, kinds, store) for path in _distinct(paths)}
    merged = Inventory(min(part.taken_at for part in parts.values()), store)
    merged.last_taken_at = max(part.taken_at for part in parts.values())
    origin: dict[tuple[str, Scope], Path] = {}
    scopes: set[Scope] = set()
    gaps: set[Gap] = set()
    for path, part in parts.items():
        for key, listing in part.listings.items():
            if key in origin:
                kind, scope = key
                raise InputError(
                    f"{origin[key]} and {path}: both hold {kind} of {scope.account} {scope.region}; "
                    "was a part given twice?"
                )
            origin[key] = path
            merged.listings[key] = listing
        merged.accounts |= part.accounts
        merged.organizations |= part.organizations
        merged.principals |= part.principals
        merged.digests += part.digests
        scopes.update(part.scopes)
        gaps.update(part.gaps)
    for part in sorted(parts.values(), key=lambda one: (one.taken_at, one.digests)):
        merged.names |= part.names  # the newest has the last word
    for collector, scope in _not_followed(list(parts.values()), collectors or {}):
        kind = collector.kind.kind
        merged.listings[kind, scope] = replace(merged.listings[kind, scope], complete=False)
        gaps.add(
            Gap(
                kind=kind,
                operation=collector.operations[0],
                scope=scope,
                reason=Reason.ERROR,
                permission="",
                detail="another inventory of this account has what leads to more of these, and did not ask for them",
            )
        )
    merged.scopes, merged.gaps = tuple(sorted(scopes)), tuple(sorted(gaps))
    merged.shard = _shard([part.shard for part in parts.values()])
    return merged


def _not_followed(parts: Sequence[Inventory], collectors: Mapping[str, Collector]) -> Iterator[tuple[Collector, Scope]]:
    """Kinds that one part followed from what it saw of an account, where another part saw more that leads to them."""
    for part in parts:
        elsewhere = {
            (kind, scope.provider, scope.account)
            for other in parts
            if other is not part
            for kind, scope in other.listings
        }
        for kind, scope in part.listings:
            collector = collectors.get(kind)
            followed = (one.kind for one in collector.follows) if collector else ()
            if collector and any((one, scope.provider, scope.account) in elsewhere for one in followed):
                yield collector, scope


def _distinct(paths: Sequence[Path]) -> list[Path]:
    kept: list[Path] = []
    for path in paths:
        try:
            if not any(filecmp.cmp(path, other, shallow=False) for other in kept):
                kept.append(path)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
    return kept


def _shard(shards: Sequence[Shard | None]) -> Shard | None:
    """What the whole is a part of: its own only part, if all were parts. Says which are missing."""
    known = [shard for shard in shards if shard is not None]
    if len(known) < len(shards):
        return None
    if len(known) == 1:
        return known[0]
    providers = tuple(sorted({name for shard in known for name in shard.providers}))
    of = max(shard.of for shard in known)
    missing = sorted(set(range(1, of + 1)) - {shard.number for shard in known if shard.of == of})
    if missing:
        log.warning("of %d parts, these are missing: %s", of, ", ".join(map(str, missing)))
    return Shard(1, 1, providers)
