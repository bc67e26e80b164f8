"""Model cards in files: which names they have, and what there is in one. Its text is not kept.

A file beside an artifact is written by whoever may write there. It is judged as a card, and never believed as one that
a registry holds: see docs/decisions/0073.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from scanner.cards.card import Card
from scanner.cards.cyclonedx_card import read_cyclonedx
from scanner.cards.huggingface_card import read_huggingface
from scanner.cards.members_card import read_members
from scanner.cards.sagemaker_card import SECTIONS, read_sagemaker
from scanner.model.nouns import Part
from scanner.model.yaml_text import parse

#: The names that are asked for, exactly so: nothing is listed, and a right to read can be limited to them.
NAMES = ("README.md", "model_card.md", "model_card.json", "model_card.yaml", "model_card.yml")
#: Bytes of a file that is read. The longest cards of the Hub are a tenth of it.
LARGEST = 256 * 1024
TOO_LARGE = f"it is larger than {LARGEST // 1024} KiB, and was not read"
ARCHIVED = "it is archived, and was not read"
NO_TEXT = "it is no text in UTF-8"
#: The format of a file of which nobody knows what is in it.
UNREAD = "unread"


class Document(Part, frozen=True, kw_only=True):
    """A file that may be a model card. Of its text nothing is kept: `card` is what there is in it, or why that is not
    known; `digest` is the SHA-256 of all of it, None where it was not read.

    `version` is what the store calls its version, and `changed` when it was put there.
    """

    name: str | None = None
    card: Card | None = None
    digest: str | None = None
    version: str | None = None
    changed: datetime | None = None


def is_plain(key: str) -> bool:
    """Whether a key means the same to all: steps such as `..` some resolve, and stores do not."""
    return not {".", ".."} & set(key.split("/"))


def read_document(name: str, content: bytes) -> Card:
    """What there is in a file with one of `NAMES`; its `problem` says why nothing, or not all of it, could be read."""
    if len(content) > LARGEST:
        return unread_because(TOO_LARGE)
    text = text_of(content)
    if text is None:
        return unread_because(NO_TEXT)
    if name.endswith(".md"):
        return read_huggingface(text)
    return _of_json(text) if name.endswith(".json") else _of_yaml(text)


def text_of(content: bytes) -> str | None:
    """The text of a file; None where it is none in UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def made_of(name: str, content: bytes, **facts: Any) -> Document:
    """A file with this content, of which no more is kept than that."""
    digest = hashlib.sha256(content).hexdigest() if len(content) <= LARGEST else None
    return Document(name=name, card=read_document(name, content), digest=digest, **facts)


def unread_because(why: str) -> Card:
    """The card of a file that is there, and that nobody read."""
    return Card(format=UNREAD, problem=why)


def is_unread(card: Card) -> bool:
    """Whether a file may be a card for all that is known: it was not read, or is no text that could be."""
    return card.format == UNREAD


def _of_json(text: str) -> Card:
    """Of the formats that cards have in JSON, the one that its members are of."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return Card(format="json", problem="it is no JSON")
    if not isinstance(document, dict):
        return Card(format="json", problem="it is no JSON object")
    if document.get("bomFormat") == "CycloneDX":
        return read_cyclonedx(text)
    return read_members(document, "json") if SECTIONS.isdisjoint(document) else read_sagemaker(text)


def _of_yaml(text: str) -> Card:
    document = parse(text.encode(), "")
    if document.problems:
        return Card(format="yaml", problem="its YAML cannot be read")
    if not isinstance(document.value, dict):
        return Card(format="yaml", problem="it is no YAML mapping")
    return read_members(document.value, "yaml")
