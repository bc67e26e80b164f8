"""Several saved inventories as one: of the shards of a scan, or of any scans that have no place in common."""

import filecmp
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Resource, Scope
from scanner.store.inventory import Inventory
from scanner.store.journal import Journal
from scanner.store.saved import Shard

log = logging.getLogger("mlposture")


def load_all(paths: Sequence[Path], kinds: Mapping[str, type[Resource]], store: Journal | None = None) -> Inventory:
    """What these files hold together, taken when the oldest was; kept in `store`. A file like another counts once.

    Raises InputError for what is no inventory, and naming both files when two asked the same place for the same kind.
    """
    store = store or Journal()
    parts = {path: Inventory.load(path, kinds, store) for path in _distinct(paths)}
    merged = Inventory(min(part.taken_at for part in parts.values()), store)
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
    merged.scopes, merged.gaps = tuple(sorted(scopes)), tuple(sorted(gaps))
    merged.shard = _shard([part.shard for part in parts.values()])
    return merged


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
