"""A card as plain JSON or YAML, whose members nobody has fixed: they are read by their names."""

from collections.abc import Mapping
from typing import Any

from scanner.cards.card import Card, Entries, below, name, names
from scanner.cards.card_items import items_named
from scanner.cards.digests import artifact_digests, image_digests
from scanner.cards.huggingface_card import MEMBERS

#: Objects in objects: cards of tools have their items in two or three.
_DEEPEST = 4


def read_members(values: Mapping[str, Any], format: str) -> Card:
    """What the members of an object, and of the objects in it, speak of."""
    found = Entries()
    for member, items in MEMBERS.items():
        found.note(items, values.get(member), member)
    _walk(found, values, "", _DEEPEST)
    version = values.get("model_version")
    return Card(
        format=format,
        entries=found.made(),
        models=names(values.get("model_name"), below(values, "model_details", "name")),
        version=name(version) if isinstance(version, str | int) and not isinstance(version, bool) else None,
        artifacts=names(values.get("model_artifact"), values.get("artifact_uri")),
        digests=artifact_digests(values),
        image_digests=image_digests(values),
        training_data=names(values.get("datasets"), values.get("training_data")),
    )


def _walk(found: Entries, values: Mapping[str, Any], above: str, levels: int) -> None:
    for key, value in values.items():
        where = f"{above}{key}"
        items = items_named(str(key))
        found.note(items, value, where)
        if not items and levels and isinstance(value, Mapping):
            _walk(found, value, f"{where}.", levels - 1)
