"""What people record that looks like a credential: its value is not kept, and its name is."""

from collections.abc import Mapping
from typing import Any

from scanner.model.secrets.detect import holds_secret


def suspicious(pairs: Any) -> tuple[str, ...]:
    """Names in a list of tags or parameters whose value is, or holds, what looks like a credential, sorted."""
    return tuple(sorted({str(pair["key"]) for pair in _pairs(pairs) if _is_secret(pair)}))


def cleared(reply: Mapping[str, Any], *members: str) -> dict[str, Any]:
    """A reply without the values in these lists of pairs that look like credentials."""
    kept = {name: reply.get(name) for name in members}
    made = {
        name: [{**pair, "value": None} if isinstance(pair, Mapping) and _is_secret(pair) else pair for pair in pairs]
        for name, pairs in kept.items()
        if isinstance(pairs, list)
    }
    return {**reply, **made}


def _pairs(pairs: Any) -> list[Mapping[str, Any]]:
    return [pair for pair in pairs if isinstance(pair, Mapping)] if isinstance(pairs, list) else []


def _is_secret(pair: Mapping[str, Any]) -> bool:
    return isinstance(pair.get("key"), str) and holds_secret(pair["key"], pair.get("value"))
