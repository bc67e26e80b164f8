"""What Vertex AI keeps of a model in place of a card: descriptions and labels."""

from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.cards.registry_card import read_registry

_DESCRIPTIONS = ("description", "versionDescription")
_WRONG_TYPE = False


def described(item: Mapping[str, Any]) -> Any:
    """What the descriptions and labels of a model speak of, in place of their prose."""
    texts = {name: item.get(name) for name in _DESCRIPTIONS}
    labels = item.get("labels")
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        return _WRONG_TYPE
    if labels is not None and not isinstance(labels, Mapping):
        return _WRONG_TYPE
    named = {str(key): value for key, value in (labels or {}).items() if isinstance(value, str)}
    return msgspec.to_builtins(read_registry(texts, named, format="vertex"))
