"""What Vertex AI keeps of a model in place of a card: descriptions and labels."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from scanner.cards.card import Card
from scanner.cards.registry_card import read_registry
from scanner.model.nouns import Observed

_DESCRIPTIONS = ("description", "versionDescription")


def described(item: Mapping[str, Any]) -> Observed[Card]:
    """What the descriptions and labels of a model speak of; `UNSET` where one is of the wrong type."""
    texts = {name: item.get(name) for name in _DESCRIPTIONS}
    labels = item.get("labels")
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        return UNSET
    if labels is not None and not isinstance(labels, Mapping):
        return UNSET
    named = {str(key): value for key, value in (labels or {}).items() if isinstance(value, str)}
    return read_registry(texts, named, format="vertex")
