"""What registries keep beside a version of a model in place of a card: a description, notes, and tags or labels.

MLflow has a description of the model and of the version, and tags; Vertex AI the same with labels. A description is
free text: it speaks of the primary uses, as `scanner/frameworks/model-cards.yaml` says, and of what its headings name.
"""

from collections.abc import Mapping

from scanner.cards.card import Card, Entries, names
from scanner.cards.card_items import items_named
from scanner.cards.digests import artifact_digests, image_digests
from scanner.cards.huggingface_card import sections_of

#: Tags that MLflow itself sets for its own pages; a note is a description.
_OWN = "mlflow."
_NOTE = "mlflow.note.content"


def read_registry(
    descriptions: Mapping[str, str | None],
    tags: Mapping[str, str] | None = None,
    *,
    format: str = "mlflow",
    version: str | None = None,
) -> Card:
    """The card that descriptions, by the member that holds each, and tags or labels come to."""
    found = Entries()
    said = dict(tags or {})
    note = said.pop(_NOTE, None)
    for where, text in (*descriptions.items(), (f"tags.{_NOTE}", note)):
        _describe(found, where, text or "")
    own = {key: value for key, value in said.items() if not key.startswith(_OWN)}
    found.by_names(own, "tags")
    return Card(
        format=format,
        entries=found.made(),
        version=version,
        artifacts=names(own.get("model_artifact"), own.get("artifact_uri")),
        digests=artifact_digests(own),
        image_digests=image_digests(own),
        training_data=names(own.get("training_data")),
    )


def _describe(found: Entries, where: str, text: str) -> None:
    for section in sections_of(text):
        items = items_named(section.heading) if section.heading else ("MC-2.1",)
        found.note(items, section.text, f"{where}: {section.heading}" if section.heading else where)
